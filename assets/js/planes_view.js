// Several latent planes under one cursor. Everything under the pointer is computed here, from one pre-decoded sheet of tiles
// per plane: hovering asks nobody. The server is asked for planes and their maps (once each), for exact decodes, for digits.
const MODELS = @MODELS@, PRESETS = @PRESETS@, LIMITS = @LIMITS@;
const STAGE = 'planes', SIDE = 28, PIXELS = SIDE * SIDE, EXTENT = LIMITS.extent, STEP = 0.1, LEAP = 0.5, SURE = 0.9, SLOTS = ['a', 'b', 'c'];
const root = element.querySelector('.pg-planes'), find = (name) => root.querySelector(`.pg-planes-${name}`), part = (node, name) => node.querySelector(`[data-part="${name}"]`);
const play = root.querySelector('[data-act="play"]');
const { t, color, font, px, clamp } = playground;

const knobs = { ...playground.link.get(STAGE) };
const sheets = new Map();    // plane by model name: what server.plane() gave, or {failed}
let at = [knobs.x, knobs.y]; // the chosen place, in u
let hover = null;            // the place under the pointer, or null
let exact = null;            // {names, at, planes}: exact decodes at `at`
let image = knobs.example;   // what is encoded: the number of an example, or a drawing of the pad
let placed = null;           // {names, x, planes}: where it lies
let samples = null;          // {x, labels}: the example digits
let playing = false, clock = 0, then = 0, frame = 0, drag = null;

const current = () => hover || at;
const names = () => SLOTS.map((slot) => knobs[slot]).filter((name) => name !== 'none');
const sheetOf = (k) => { const found = sheets.get(knobs[SLOTS[k]]); return found && found.tiles ? found : null; };
const answerOf = (said, k) => { const found = said && said.names[k] === knobs[SLOTS[k]] && said.planes[k]; return found && !found.error ? found : null; };
const number = (v, digits = 1) => (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−');
const percent = (p) => `${Math.round(100 * p)} %`;

function title(name) {
  const { id, variant } = MODELS[name];
  if (id === 'vae') return t('planes.vae', { beta: variant.slice(4) });
  if (id === 'aae') return t('planes.aae', { prior: t(`planes.prior_${variant}`) });
  return t(`planes.${id}`);
}

// ---- pixels --------------------------------------------------------------------------------------------------------------------
const rgb = (name) => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = color(name); c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; };
const table = (colourOf) => { // 256 colours as 32-bit pixels
  const out = new Uint32Array(256), bytes = new Uint8ClampedArray(out.buffer);
  for (let v = 0; v < 256; v++) { const c = colourOf(v / 255); for (let i = 0; i < 3; i++) bytes[4 * v + i] = c[i]; bytes[4 * v + 3] = 255; }
  return out;
};
const paper = () => { const [low, high] = [rgb('panel'), rgb('ink')]; return table((v) => [0, 1, 2].map((c) => low[c] + (high[c] - low[c]) * v)); };
const RAMP = table((v) => playground.ramp(v));
let tone = paper();

function picture(side, value, colours = tone) { // value(k) in 0..255
  const node = document.createElement('canvas'), made = new ImageData(side, side), out = new Uint32Array(made.data.buffer);
  node.width = node.height = side;
  for (let k = 0; k < side * side; k++) out[k] = colours[value(k)];
  node.getContext('2d').putImageData(made, 0, 0);
  return node;
}
const generator = (seed) => () => { // mulberry32: the same seed throws the same pixels in every browser
  seed = (seed + 0x6d2b79f5) | 0;
  let v = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  v = (v + Math.imul(v ^ (v >>> 7), 61 | v)) ^ v;
  return ((v ^ (v >>> 14)) >>> 0) / 4294967296;
};
let uniforms = new Float32Array(PIXELS);
function reseed() { const next = generator(knobs.seed); uniforms = uniforms.map(next); }
const shade = (p, k) => (knobs.sample === 'sample' ? (uniforms[k] < p ? 255 : 0) : Math.round(255 * p));

const mixed = new Float32Array(PIXELS);
function blend({ n, tiles }, [x, y]) { // the decode between tiles: near enough to follow a pointer
  const u = clamp((x + EXTENT) / (2 * EXTENT) * n - 0.5, 0, n - 1), v = clamp((y + EXTENT) / (2 * EXTENT) * n - 0.5, 0, n - 1);
  const j = Math.min(n - 2, Math.floor(u)), i = Math.min(n - 2, Math.floor(v)), a = u - j, b = v - i;
  const [p, q] = [(i * n + j) * PIXELS, ((i + 1) * n + j) * PIXELS];
  const [w00, w01, w10, w11] = [(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b].map((w) => w / 255);
  for (let k = 0; k < PIXELS; k++) mixed[k] = w00 * tiles[p + k] + w01 * tiles[p + PIXELS + k] + w10 * tiles[q + k] + w11 * tiles[q + PIXELS + k];
  return mixed;
}
const nearest = ({ n }, [x, y]) => { const [j, i] = [x, y].map((v) => clamp(Math.floor((v + EXTENT) / (2 * EXTENT) * n), 0, n - 1)); return i * n + j; };

// ---- the cells -------------------------------------------------------------------------------------------------------------------
const cells = [...find('row').children].map((node, k) => ({
  node, k, select: node.querySelector('select'), plane: node.querySelector('.pg-planes-plane'), cursor: node.querySelector('.pg-planes-cursor'), table: find('tables').children[k],
  ground: playground.canvas(node.querySelector('.pg-planes-ground'), (g, width, height) => drawGround(k, g, width, height)),
  over: playground.canvas(node.querySelector('.pg-planes-over'), (g, width, height) => drawOver(k, g, width, height)),
  big: playground.canvas(node.querySelector('.pg-planes-big'), (g, width, height) => drawBig(k, g, width, height)),
  hat: playground.canvas(node.querySelector('.pg-planes-hat'), (g, width, height) => drawHat(k, g, width, height)),
}));
const boxOf = (width, height) => { // the square of the plane inside its canvas; the rest holds the axes
  const left = px(36), bottom = px(26), size = Math.max(10, Math.min(width - left - 2, height - bottom - 2));
  const unit = size / (2 * EXTENT);
  return { left, top: 1, size, unit, x: (u) => left + (u + EXTENT) * unit, y: (u) => 1 + (EXTENT - u) * unit };
};

function halo(g, path, colour, width) { // a line that is seen on ink and on paper
  g.strokeStyle = color('panel'); g.lineWidth = width + px(3); g.globalAlpha = 0.75; path(); g.stroke();
  g.globalAlpha = 1; g.strokeStyle = colour; g.lineWidth = width; path(); g.stroke();
}
function label(g, words, x, y, colour) {
  g.lineJoin = 'round'; g.strokeStyle = color('panel'); g.lineWidth = px(5);
  g.strokeText(words, x, y); g.fillStyle = colour; g.fillText(words, x, y);
}
function wrap(g, words, x, y, width, step) {
  const lines = [''];
  for (const word of words.split(' ')) if (g.measureText(`${lines[lines.length - 1]} ${word}`).width > width) lines.push(word); else lines[lines.length - 1] += ` ${word}`;
  lines.forEach((line, i) => g.fillText(line.trim(), x, y + (i - (lines.length - 1) / 2) * step, width));
}

function sheetImage(sheet, kind) { // the whole plane as one picture, made once per theme
  const key = `${kind}${playground.theme}`;
  if (sheet.images[key]) return sheet.images[key];
  const { n, tiles } = sheet, flip = (k) => (n - 1 - Math.floor(k / n)) * n + (k % n);
  if (kind === 'mosaic') {
    const side = n * SIDE;
    sheet.images[key] = picture(side, (k) => { const r = Math.floor(k / side), c = k % side; return tiles[((n - 1 - Math.floor(r / SIDE)) * n + Math.floor(c / SIDE)) * PIXELS + (r % SIDE) * SIDE + (c % SIDE)]; });
  } else {
    const values = kind === 'holes' ? sheet.holes?.confidence : sheet.speeds?.[kind];
    if (!values) return null;
    sheet.images[key] = picture(n, (k) => values[flip(k)], RAMP);
  }
  return sheet.images[key];
}

function drawGround(k, g, width, height) { // all that does not move: axes, mosaic or map, codes, prior
  const sheet = sheetOf(k), name = knobs[SLOTS[k]], box = boxOf(width, height), { left, top, size } = box;
  if (!sheet) {
    g.fillStyle = color('muted'); g.font = font(px(18)); g.textAlign = 'center'; g.textBaseline = 'middle';
    wrap(g, sheets.get(name)?.failed || t('page.loading'), width / 2, height / 2, width * 0.86, px(25));
    return;
  }
  g.save();
  g.beginPath(); g.rect(left, top, size, size); g.clip();
  g.fillStyle = color('panel'); g.fillRect(left, top, size, size);
  const ground = knobs.ground === 'none' ? null : sheetImage(sheet, knobs.ground);
  if (ground) {
    g.globalAlpha = knobs.codes ? 0.3 : 1;
    g.imageSmoothingEnabled = knobs.ground === 'mosaic'; g.imageSmoothingQuality = 'high';
    g.drawImage(ground, left, top, size, size);
    g.globalAlpha = 1;
  } else if (knobs.ground !== 'none') {
    g.fillStyle = color('muted'); g.font = font(px(18)); g.textAlign = 'center'; g.textBaseline = 'middle';
    wrap(g, t('planes.measuring'), left + size / 2, top + size / 2, size * 0.8, px(25));
  }
  if (knobs.codes) drawCodes(g, sheet, box);
  if (knobs.prior) drawPrior(g, sheet, box);
  g.restore();
  g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(left + 0.5, top + 0.5, size - 1, size - 1);
  drawAxes(g, sheet, box);
  cells[k].ground.canvas.dataset.drawn = `${name} ${knobs.ground}${ground ? '' : ' -'}`;
}
function drawAxes(g, { centre, unit }, { left, top, size, x, y }) {
  const room = px(unit > 2 ? 44 : 26), step = [1, 2, 5, 10, 20, 50].find((one) => one / unit * size / (2 * EXTENT) >= room) || 100;
  g.fillStyle = color('muted'); g.font = font(px(16));
  for (const d of [0, 1]) for (let z = Math.ceil((centre[d] - EXTENT * unit) / step) * step; z <= centre[d] + EXTENT * unit; z += step) {
    const u = (z - centre[d]) / unit, words = number(z, 0);
    if (Math.abs(u) > EXTENT - 0.2) continue;
    if (d === 0) { g.textAlign = 'center'; g.textBaseline = 'top'; g.fillText(words, x(u), top + size + px(5)); } else { g.textAlign = 'right'; g.textBaseline = 'middle'; g.fillText(words, left - px(5), y(u)); }
  }
  g.font = font(px(16), 700); g.textAlign = 'right'; g.textBaseline = 'bottom';
  label(g, 'z₁', left + size - px(6), top + size - px(5), color('ink'));
  g.textAlign = 'left'; g.textBaseline = 'top';
  label(g, 'z₂', left + px(6), top + px(6), color('ink'));
}
function drawCodes(g, { codes, labels }, { size, x, y }) { // every code is its own digit, so colour is never the only sign
  g.font = font(clamp(size / 38, 8, 13), 700); g.textAlign = 'center'; g.textBaseline = 'middle'; g.globalAlpha = 0.95;
  for (let d = 0; d < 10; d++) {
    g.fillStyle = playground.classColor(d);
    for (let k = 0; k < labels.length; k++) if (labels[k] === d) g.fillText(String(d), x(codes[2 * k]), y(codes[2 * k + 1]));
  }
  g.globalAlpha = 1;
}

// What codes are drawn from is a mixture of equal Gaussians: the outline of all places within r standard deviations of one of them.
function drawPrior(g, { nodes, scale, fitted }, { left, top, unit, size, x, y }) {
  const many = nodes.length > 2, ratio = g.getTransform().a, layer = document.createElement('canvas'), h = layer.getContext('2d');
  layer.width = layer.height = Math.max(1, Math.round(size * ratio));
  for (const r of many ? [2] : [1, 2, 3]) for (const [wide, colour] of [[px(4.5), color('panel')], [px(1.8), color('ink')]]) {
    h.setTransform(1, 0, 0, 1, 0, 0); h.clearRect(0, 0, layer.width, layer.height);
    for (const [grow, mode] of [[wide / 2, 'source-over'], [-wide / 2, 'destination-out']]) {
      h.globalCompositeOperation = mode; h.fillStyle = colour;
      for (let k = 0; k < nodes.length; k += 2) {
        h.setTransform(ratio, 0, 0, ratio, (x(nodes[k]) - left) * ratio, (y(nodes[k + 1]) - top) * ratio);
        h.beginPath();
        for (let s = 0; s <= 72; s++) {
          const [c, d] = [Math.cos(s * Math.PI / 36), Math.sin(s * Math.PI / 36)], dx = (scale[0] * c + scale[1] * d) * r * unit, dy = (scale[2] * c + scale[3] * d) * r * unit;
          const longer = 1 + grow / Math.hypot(dx, dy);
          h.lineTo(dx * longer, -dy * longer);
        }
        h.fill();
      }
    }
    g.drawImage(layer, left, top, size, size);
  }
  g.font = font(px(16), 600); g.textAlign = 'center'; g.textBaseline = 'middle';
  for (const r of many ? [] : [1, 2, 3]) label(g, `${r}σ`, x(nodes[0]), y(nodes[1] - r * Math.hypot(scale[2], scale[3])) - px(11), color('ink'));
}

let kept = { x: null, tone: null, node: null };
function ownPicture() { // the encoded digit, made once
  if (kept.x !== placed.x || kept.tone !== tone) kept = { x: placed.x, tone, node: picture(SIDE, (i) => 255 * placed.x[i]) };
  return kept.node;
}
function drawOver(k, g, width, height) { // the encoded digit
  const sheet = sheetOf(k), box = boxOf(width, height);
  Object.assign(cells[k], { box });
  point(cells[k]);
  if (!sheet) return;
  g.save();
  g.beginPath(); g.rect(box.left, box.top, box.size, box.size); g.clip();
  const digit = answerOf(placed, k);
  if (digit) {
    const x = clamp(box.x(digit.u[0]), box.left, box.left + box.size), y = clamp(box.y(digit.u[1]), box.top, box.top + box.size), s = box.size > 280 ? px(11) : 7;
    if (digit.spread[0] > 0) for (const r of [1, 2]) halo(g, () => { g.beginPath(); g.ellipse(x, y, Math.max(2, r * digit.spread[0] * box.unit), Math.max(2, r * digit.spread[1] * box.unit), 0, 0, 7); }, color('accent'), px(2));
    g.drawImage(ownPicture(), x + s * 0.7, y - s * 3.4, s * 2.6, s * 2.6);
    g.strokeStyle = color('accent'); g.lineWidth = px(2); g.strokeRect(x + s * 0.7, y - s * 3.4, s * 2.6, s * 2.6);
    halo(g, () => { g.beginPath(); g.moveTo(x - s / 2, y - s / 2); g.lineTo(x + s / 2, y + s / 2); g.moveTo(x + s / 2, y - s / 2); g.lineTo(x - s / 2, y + s / 2); }, color('accent'), px(3));
  }
  g.restore();
}
function point({ k, cursor, box }) { // the cursor is an element of its own: moving it draws nothing anew
  cursor.hidden = !sheetOf(k) || !box;
  if (!cursor.hidden) cursor.style.transform = `translate(${box.x(current()[0]).toFixed(1)}px, ${box.y(current()[1]).toFixed(1)}px)`;
}
const settled = (k) => (!hover && !playing && exact && exact.at === at ? answerOf(exact, k) : null);
const scratch = (() => { const node = document.createElement('canvas'); node.width = node.height = SIDE; const made = new ImageData(SIDE, SIDE); return { node, g: node.getContext('2d'), made, out: new Uint32Array(made.data.buffer) }; })();
function drawBig(k, g, width, height) {
  const sheet = sheetOf(k);
  if (!sheet) return;
  const x = settled(k)?.x || blend(sheet, current());
  for (let i = 0; i < PIXELS; i++) scratch.out[i] = tone[shade(x[i], i)];
  scratch.g.putImageData(scratch.made, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(scratch.node, 0, 0, width, height);
}
function drawHat(k, g, width, height) {
  const digit = answerOf(placed, k);
  if (!digit || !sheetOf(k)) return;
  g.imageSmoothingEnabled = false;
  g.drawImage(picture(SIDE, (i) => shade(digit.x_hat[i], i)), 0, 0, width, height);
}
const own = playground.canvas(find('x'), (g, width, height) => {
  if (!placed) return;
  g.imageSmoothingEnabled = false;
  g.drawImage(picture(SIDE, (i) => 255 * placed.x[i]), 0, 0, width, height);
});
const scale = playground.canvas(find('scale'), (g, width, height) => {
  for (let x = 0; x < width; x++) { g.fillStyle = `rgb(${playground.ramp(x / (width - 1))})`; g.fillRect(x, 0, 1.5, height); }
});

// ---- words -----------------------------------------------------------------------------------------------------------------------
function verdict(digit, confidence) { return confidence <= 0 ? t('planes.nothing') : t(confidence >= SURE ? 'planes.reads' : 'planes.unsure', { digit, p: percent(confidence) }); }
function facts(cell) {
  const sheet = sheetOf(cell.k), [x, y] = current(), said = settled(cell.k);
  if (!sheet) { part(cell.node, 'z').textContent = part(cell.node, 'verdict').textContent = ''; return; }
  const z = [x, y].map((u, d) => sheet.centre[d] + sheet.unit * u);
  part(cell.node, 'z').textContent = `z = (${number(z[0], 2)}, ${number(z[1], 2)})`;
  const tile = nearest(sheet, [x, y]), seen = said ? [said.digit, said.confidence] : sheet.holes ? [sheet.holes.digit[tile], sheet.holes.confidence[tile] / 255] : null;
  const words = seen ? verdict(...seen) : '', node = part(cell.node, 'verdict');
  if (node.textContent === words) return;
  node.textContent = words;
  node.dataset.sure = seen && seen[1] >= SURE ? '1' : '0';
}
function effective(counts) { // exp of the entropy: ten where every digit comes up equally often
  const all = counts.reduce((sum, n) => sum + n, 0);
  return all ? Math.exp(-counts.filter((n) => n > 0).reduce((sum, n) => sum + n / all * Math.log(n / all), 0)) : 0;
}
const ROWS = [ // name of the row, of the metric, what is said of it
  ['reconstruction', 'reconstruction', (row) => t('planes.nats', { value: number(row.value) })],
  ['information', 'information', (row) => t('planes.of_nats', { value: number(row.value, 2), best: number(row.best, 2) })],
  ['continuity', 'continuity', (row) => number(row.value, 3)],
  ['label', 'continuity', (row) => t('planes.quantiles', { middle: number(row.label_median, 2), most: number(row.label_95, 1) })],
  ['completeness', 'completeness', (row) => (row.fitted === undefined ? `${number(row.value)} %` : t('planes.from_normal', { value: number(row.value), fitted: number(row.fitted) }))],
  ['digits', 'completeness', (row) => t('planes.of_ten', { value: number(effective(row.digits)) })],
  ['prior_distance', 'prior_distance', (row) => t('planes.times', { value: number(row.value, 2), times: number(row.times, row.times < 10 ? 1 : 0) })],
  ['mmd', 'prior_distance', (row) => t('planes.mmd_value', { value: number(row.mmd, 4), floor: number(row.mmd_prior_pair, 4) })], // unbiased: may be negative
];
function fillTable({ k, table }) {
  const name = knobs[SLOTS[k]], sheet = sheetOf(k), body = table.querySelector('tbody');
  table.hidden = name === 'none';
  if (name === 'none') return;
  table.querySelector('h3').textContent = title(name);
  const rows = sheet && sheet.numbers, missing = rows && rows.error;
  part(table, 'missing').textContent = missing ? missing.message[playground.lang] : sheets.get(name)?.failed || '';
  body.replaceChildren(...(rows && !missing ? ROWS : []).map(([name, metric, words]) => {
    const row = document.createElement('tr');
    row.dataset.metric = name;
    row.appendChild(document.createElement('th')).textContent = t(`planes.${name}`);
    row.appendChild(document.createElement('td')).textContent = words(rows[metric]);
    return row;
  }));
  const outside = document.createElement('tr'), is = sheet && sheet.outside > 0;
  outside.dataset.metric = 'outside';
  outside.appendChild(document.createElement('th')).textContent = t('planes.outside');
  outside.appendChild(document.createElement('td')).textContent = sheet ? percent(sheet.outside) : '';
  if (is && rows && !missing) body.appendChild(outside);
}
function nats(cell) {
  const digit = answerOf(placed, cell.k);
  part(cell.node, 'nats').textContent = digit ? `${t('planes.nats', { value: number(digit.nats) })} · ${verdict(digit.digit, digit.confidence)}` : '';
  part(cell.node, 'nats').dataset.nats = digit ? digit.nats.toFixed(3) : '';
  part(cell.node, 'rebuilt').hidden = !digit;
}
function legend() {
  const kind = knobs.ground;
  find('legend').hidden = kind === 'none' || kind === 'mosaic';
  if (find('legend').hidden) return;
  const top = kind === 'holes' ? '100 %' : `≥ ${kind === 'picture' ? LIMITS.fastest[0] : LIMITS.fastest[1]}`;
  part(root, 'low').textContent = kind === 'holes' ? '0 %' : '0'; part(root, 'high').textContent = top;
  part(root, 'ground').textContent = t(`planes.${kind}_scale`);
}
function fillSelects() {
  for (const { k, select } of cells) {
    const choices = [...Object.keys(MODELS), ...(k === 2 ? ['none'] : [])];
    select.replaceChildren(...choices.map((name) => { const option = document.createElement('option'); option.value = name; option.textContent = name === 'none' ? t('planes.no_plane') : title(name); return option; }));
    select.value = knobs[SLOTS[k]];
  }
}
function fillExamples() {
  find('examples').replaceChildren(...(samples ? samples.labels : []).map((digit, k) => {
    const button = document.createElement('button');
    button.type = 'button'; button.dataset.example = String(k); button.title = t('planes.example', { digit });
    button.setAttribute('aria-label', button.title);
    button.appendChild(picture(SIDE, (i) => samples.x[k * PIXELS + i]));
    button.addEventListener('click', () => show(k));
    return button;
  }));
  pressed();
}
function pressed() {
  for (const button of find('examples').children) button.setAttribute('aria-pressed', String(Number(button.dataset.example) === image));
  for (const button of root.querySelectorAll('[data-preset]')) button.setAttribute('aria-pressed', String(PRESETS[button.dataset.preset].every((name, k) => knobs[SLOTS[k]] === name)));
  play.textContent = t(playing ? 'planes.pause' : 'planes.play');
  play.setAttribute('aria-pressed', String(playing));
}

function move() { for (const cell of cells) { point(cell); cell.big.later(); facts(cell); } root.dataset.u = current().map((v) => v.toFixed(3)).join(); root.dataset.exact = cells.every(({ k }) => !sheetOf(k) || settled(k)) ? '1' : '0'; }
function repaint() { for (const cell of cells) { cell.ground.later(); cell.over.later(); cell.hat.later(); fillTable(cell); nats(cell); } legend(); own.later(); pressed(); move(); }
function arrange() { // which planes there are
  for (const { k, node, select, plane } of cells) {
    const name = knobs[SLOTS[k]];
    select.value = name;
    node.classList.toggle('pg-none', name === 'none');
    plane.setAttribute('aria-label', name === 'none' ? t('planes.no_plane') : t('planes.plane_label', { model: title(name) }));
  }
  root.dataset.planes = String(names().length);
  repaint();
}

// ---- asking the server -------------------------------------------------------------------------------------------------------------
async function inflate({ data }) {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer());
}
async function ask(call) { // the answer, or {failed}
  try { const got = await call(); return got && got.error ? { failed: got.error.message[playground.lang] } : got; } catch { return { failed: t('page.offline') }; }
}
async function fetchPlane(name) {
  if (name === 'none' || (sheets.has(name) && !sheets.get(name).failed)) return;
  sheets.set(name, { failed: '' });
  const got = await ask(() => server.plane(name));
  if (got.failed !== undefined) { sheets.set(name, got); repaint(); return; }
  const sheet = { ...got, n: got.sprite.shape[0], tiles: await inflate(got.sprite), images: {} };
  for (const key of ['centre', 'codes', 'labels', 'nodes', 'scale']) sheet[key] = playground.unpack(got[key]);
  let outside = 0;
  for (let k = 0; k < sheet.labels.length; k++) if (Math.max(Math.abs(sheet.codes[2 * k]), Math.abs(sheet.codes[2 * k + 1])) > EXTENT) outside += 1;
  sheet.outside = outside / sheet.labels.length;
  sheets.set(name, sheet);
  repaint();
}
let queue = Promise.resolve(); // maps take the judge a second or two each: one at a time, only what is looked at
function fetchMaps() {
  queue = queue.then(async () => {
    for (const name of names()) {
      const sheet = sheets.get(name);
      if (!sheet || sheet.failed !== undefined || !names().includes(name)) continue;
      if (!sheet.holes) { const got = await ask(() => server.verdicts(name)); if (got.failed === undefined) sheet.holes = { confidence: playground.unpack(got.confidence), digit: playground.unpack(got.digit) }; repaint(); }
      if (!sheet.speeds && ['picture', 'digit'].includes(knobs.ground)) { const got = await ask(() => server.speeds(name)); if (got.failed === undefined) sheet.speeds = { picture: playground.unpack(got.picture), digit: playground.unpack(got.digit) }; repaint(); }
    }
    root.dataset.maps = names().filter((name) => sheets.get(name)?.holes).length + (names().every((name) => sheets.get(name)?.speeds) ? ' speeds' : '');
  });
}
const opened = (planes) => planes.map((found) => (found.error ? found : Object.fromEntries(Object.entries(found).map(([key, value]) => [key, value && value.dtype ? playground.unpack(value) : value]))));
const askExact = playground.gate(async () => {
  const asked = [...names()], place = at;
  const got = playground.check(await server.decode(asked, place));
  if (!got || place !== at) return;
  exact = { names: asked, at: place, planes: opened(got.planes) };
  move();
});
const askEncode = playground.gate(async () => {
  const asked = [...names()], what = image;
  if (what === -1) return;
  const got = playground.check(await server.encode(asked, typeof what === 'number' ? what : { strokes: what.strokes, hidden: [] }, typeof what !== 'number'));
  if (!got || what !== image) return;
  placed = { names: asked, x: playground.unpack(got.x), planes: opened(got.planes) };
  playground.link.set(STAGE, { example: typeof what === 'number' ? what : -1 });
  root.dataset.placed = String(Number(root.dataset.placed || 0) + 1);
  repaint();
});
function show(what) { image = what; pressed(); askEncode(); }
async function choose(models) { // other planes; digit and cursor stay
  Object.assign(knobs, models);
  playground.link.set(STAGE, Object.fromEntries(SLOTS.map((slot) => [slot, knobs[slot]])));
  arrange();
  askEncode();
  await Promise.all(names().map(fetchPlane));
  askExact(); fetchMaps();
  root.dataset.ready = String(Number(root.dataset.ready || 0) + 1);
}
function settle([x, y]) {
  at = [x, y].map((v) => Math.round(clamp(v, -EXTENT, EXTENT) * 1000) / 1000);
  hover = null;
  playground.link.set(STAGE, { x: at[0], y: at[1] });
  askExact();
  move();
}

// ---- hands -----------------------------------------------------------------------------------------------------------------------------
function stop() { if (!playing) return; playing = false; settle(current()); pressed(); }
function start() { playing = true; then = 0; pressed(); requestAnimationFrame(tick); }
const toggle = () => (playing ? stop() : start());
function tick(now) { // a slow round over the middle of all planes
  if (!playing || !root.isConnected) { playing = false; return; }
  clock += then ? Math.min(100, now - then) / 1000 : 0; then = now;
  hover = [2.1 * Math.sin(0.31 * clock), 2.1 * Math.sin(0.47 * clock + 0.9)];
  root.dataset.frame = String(++frame);
  move();
  requestAnimationFrame(tick);
}
for (const { k, plane, over } of cells) {
  const place = (event) => {
    const area = over.canvas.getBoundingClientRect(), box = boxOf(area.width, area.height);
    return [clamp((event.clientX - area.left - box.left) / box.unit - EXTENT, -EXTENT, EXTENT), clamp(EXTENT - (event.clientY - area.top - box.top) / box.unit, -EXTENT, EXTENT)];
  };
  plane.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'mouse' && drag !== event.pointerId) return;
    playing = false; hover = place(event); move(); if (play.getAttribute('aria-pressed') === 'true') pressed();
  });
  plane.addEventListener('pointerdown', (event) => {
    if (event.button > 0) return;
    plane.focus({ preventScroll: true });
    drag = event.pointerId; playing = false; hover = place(event); move(); pressed();
  });
  plane.addEventListener('pointerup', (event) => { if (drag === event.pointerId) { drag = null; settle(place(event)); } });
  plane.addEventListener('pointercancel', () => { drag = null; hover = null; move(); }); // a finger that scrolls
  plane.addEventListener('pointerleave', () => { if (!playing && hover) { hover = null; drag = null; move(); } });
  const nudge = (dx, dy) => () => { playing = false; const [x, y] = current(); settle([x + dx, y + dy]); pressed(); };
  const actions = { space: toggle, enter: () => settle(current()), r: () => settle([0, 0]) };
  for (const [name, [dx, dy]] of Object.entries({ left: [-1, 0], right: [1, 0], up: [0, 1], down: [0, -1] })) { actions[name] = nudge(dx * STEP, dy * STEP); actions[`shift+${name}`] = nudge(dx * LEAP, dy * LEAP); }
  playground.keys(plane, actions);
  cells[k].select.addEventListener('change', () => choose({ [SLOTS[k]]: cells[k].select.value }));
}
for (const button of root.querySelectorAll('[data-preset]')) button.addEventListener('click', () => choose(Object.fromEntries(PRESETS[button.dataset.preset].map((name, k) => [SLOTS[k], name]))));
play.addEventListener('click', toggle);
root.addEventListener('knobs', ({ detail }) => {
  if ('drawing' in detail) { if (detail.drawing && detail.drawing.strokes && detail.drawing.strokes.length) show(detail.drawing); return; } // a cleared pad leaves the last digit
  Object.assign(knobs, detail);
  if (!Number.isInteger(knobs.seed) || knobs.seed < 0) knobs.seed = 0; // an emptied field
  if ('seed' in detail) reseed();
  if ('ground' in detail) fetchMaps();
  repaint();
});
function refresh() { tone = paper(); for (const sheet of sheets.values()) sheet.images = {}; fillSelects(); fillExamples(); arrange(); }
playground.onTheme(refresh); playground.onLang(refresh);

reseed(); fillSelects(); playground.translate(root); arrange();
choose({});
(async () => {
  const got = await ask(() => server.examples());
  if (got.failed === undefined) { samples = { x: playground.unpack(got.x), labels: got.labels }; fillExamples(); }
})();
