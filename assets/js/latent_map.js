// The latent plane. Everything under the pointer is computed here, from one pre-decoded sheet of tiles: hovering asks nobody.
// The server is asked for what must be exact: a click, a finished path, draws from the prior, an encoded digit.
const STAGE = @STAGE@;
const SIDE = 28, PIXELS = SIDE * SIDE, FRAMES = 16, DRAG = 6, STEP = 0.1, LEAP = 0.5, LOOP = 8000, BEAT = 600;
const root = element.querySelector('.pg-latent'), find = (name) => root.querySelector(`.pg-latent-${name}`);
const plane = find('plane'), badge = find('badge'), play = root.querySelector('[data-act="play"]');
const { t, color, font, px, clamp } = playground;

let sheet = null;            // what server.plane() gave: tiles, axis, codes, labels, examples
let failed = '';             // why there is no sheet
let knobs = { mosaic: true, codes: false, prior: true, sample: 'mean', seed: 0, x: 0, y: 0, example: -1, film: 'path', ...playground.link.get(STAGE) };
let at = [knobs.x, knobs.y]; // the chosen code
let exact = null;            // its exact decode, where the server has answered for `at`
let hover = null;            // the code under the pointer, or null
let film = null;             // {kind: 'path' | 'prior', line, z, tiles, exact, seed}
let encoded = null;          // what the encoder said of a digit
let only = -1;               // the one class that is shown, or -1
let drag = null, playing = false, clock = 0, then = 0, frame = -1, shown = -1;
let ground = null, groundKey = '', mosaic = null, mosaicTheme = '';

// ---- pixels ----------------------------------------------------------------------------------------------------------------
const tones = () => { // p in 0..255 to the page's colours: ink on paper
  const rgb = (name) => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = color(name); c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; };
  const paper = rgb('panel'), ink = rgb('ink'), table = new Uint32Array(256), bytes = new Uint8ClampedArray(table.buffer);
  for (let v = 0; v < 256; v++) for (let c = 0; c < 4; c++) bytes[4 * v + c] = paper[c] + (ink[c] - paper[c]) * v / 255;
  return table;
};
let tone = tones();

function picture(values, from = 0, width = SIDE, scale = 255) { // values in [0, 1] (scale 255) or 0..255 (scale 1) as a small canvas
  const node = document.createElement('canvas');
  node.width = node.height = width;
  const image = new ImageData(width, width), out = new Uint32Array(image.data.buffer);
  for (let k = 0; k < width * width; k++) out[k] = tone[Math.round(values[from + k] * scale)];
  node.getContext('2d').putImageData(image, 0, 0);
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

// The decode of a code between tiles: a blend of the four around it. Near enough to follow a pointer, and marked as such.
function blend([x, y], out = new Float32Array(PIXELS)) {
  const { n, tiles, extent } = sheet, u = clamp((x + extent) / (2 * extent) * n - 0.5, 0, n - 1), v = clamp((y + extent) / (2 * extent) * n - 0.5, 0, n - 1);
  const j = Math.min(n - 2, Math.floor(u)), i = Math.min(n - 2, Math.floor(v)), a = u - j, b = v - i;
  const [p, q] = [(i * n + j) * PIXELS, ((i + 1) * n + j) * PIXELS];
  const [w00, w01, w10, w11] = [(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b].map((w) => w / 255);
  for (let k = 0; k < PIXELS; k++) out[k] = w00 * tiles[p + k] + w01 * tiles[p + PIXELS + k] + w10 * tiles[q + k] + w11 * tiles[q + PIXELS + k];
  return out;
}

function along(line, n) { // n points at equal arc length, as inference.latent.along does
  const travelled = [0];
  for (let k = 1; k < line.length; k++) travelled.push(travelled[k - 1] + Math.hypot(line[k][0] - line[k - 1][0], line[k][1] - line[k - 1][1]));
  const total = travelled[travelled.length - 1];
  return Array.from({ length: n }, (_, f) => point(line, travelled, n > 1 ? total * f / (n - 1) : 0));
}
function point(line, travelled, s) {
  let k = 1;
  while (k < line.length - 1 && travelled[k] < s) k++;
  if (line.length < 2) return [...line[0]];
  const length = travelled[k] - travelled[k - 1], f = length ? clamp((s - travelled[k - 1]) / length, 0, 1) : 0;
  return [0, 1].map((d) => line[k - 1][d] + f * (line[k][d] - line[k - 1][d]));
}

// Functions, not constants: a canvas draws the moment it is made.
function current() { return hover || at; }
function settled() { return Boolean(exact && !hover && !playing); }
function pixels() { return !sheet ? null : settled() ? exact : blend(current()); }
function number(v, digits = 1) { return (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−'); }
function filmGrid(width, height) {
  const rows = Math.max(1, Math.round(Math.sqrt(FRAMES * height / width))), columns = Math.ceil(FRAMES / rows);
  return { rows, columns, cell: width / columns };
}

// ---- the plane ---------------------------------------------------------------------------------------------------------------
const frameOf = (width, height) => { // the square of the plane inside its canvas; the rest holds the axes
  const left = px(34), bottom = px(30), size = Math.max(10, Math.min(width - left - 2, height - bottom - 2));
  return { left, top: 1, size };
};
let box = { left: 0, top: 0, size: 1 };
const extent = () => (sheet ? sheet.extent : 3.5);
const toX = (x) => box.left + (x + extent()) / (2 * extent()) * box.size;
const toY = (y) => box.top + (extent() - y) / (2 * extent()) * box.size;
const unit = () => box.size / (2 * extent());

function drawMosaic() {
  if (mosaic && mosaicTheme === playground.theme) return;
  const { n, tiles } = sheet;
  mosaic = document.createElement('canvas');
  mosaic.width = mosaic.height = n * SIDE;
  const image = new ImageData(n * SIDE, n * SIDE), out = new Uint32Array(image.data.buffer);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let r = 0; r < SIDE; r++) {
    const from = (i * n + j) * PIXELS + r * SIDE, to = ((n - 1 - i) * SIDE + r) * n * SIDE + j * SIDE;
    for (let c = 0; c < SIDE; c++) out[to + c] = tone[tiles[from + c]];
  }
  mosaic.getContext('2d').putImageData(image, 0, 0);
  mosaicTheme = playground.theme;
}

function halo(g, path, colour, width) { // a line that is seen on ink and on paper
  g.strokeStyle = color('panel'); g.lineWidth = width + px(3); g.globalAlpha *= 0.75; path(); g.stroke(); g.globalAlpha /= 0.75;
  g.strokeStyle = colour; g.lineWidth = width; path(); g.stroke();
}
function label(g, words, x, y, colour) {
  g.lineJoin = 'round'; g.strokeStyle = color('panel'); g.lineWidth = px(5);
  g.strokeText(words, x, y); g.fillStyle = colour; g.fillText(words, x, y);
}

function drawGround(g, width, height) { // all that does not move: axes, mosaic, codes, prior
  const { left, top, size } = box;
  g.fillStyle = color('panel'); g.fillRect(left, top, size, size);
  if (knobs.mosaic) {
    drawMosaic();
    g.globalAlpha = knobs.codes ? 0.32 : 1;
    g.imageSmoothingQuality = 'high';
    g.drawImage(mosaic, left, top, size, size);
    g.globalAlpha = 1;
  }
  g.save();
  g.beginPath(); g.rect(left, top, size, size); g.clip();
  if (knobs.codes) drawCodes(g);
  if (knobs.prior) drawPrior(g);
  g.restore();
  g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(left + 0.5, top + 0.5, size - 1, size - 1);
  g.fillStyle = color('muted'); g.font = font(px(16)); g.textAlign = 'center'; g.textBaseline = 'top';
  for (let k = -3; k <= 3; k++) g.fillText(String(k).replace('-', '−'), toX(k), top + size + px(5));
  g.textAlign = 'right'; g.textBaseline = 'middle';
  for (let k = -3; k <= 3; k++) g.fillText(String(k).replace('-', '−'), left - px(7), toY(k));
  g.font = font(px(18), 700); g.textAlign = 'right'; g.textBaseline = 'bottom';
  label(g, 'z₁', left + size - px(8), top + size - px(6), color('ink'));
  g.textAlign = 'left'; g.textBaseline = 'top';
  label(g, 'z₂', left + px(8), top + px(8), color('ink'));
}

function drawCodes(g) { // every code is its own digit, so colour is never the only sign
  const { codes, labels } = sheet, size = clamp(box.size / 52, 9, 18);
  g.font = font(size, 700); g.textAlign = 'center'; g.textBaseline = 'middle';
  for (const chosen of [false, true]) for (let d = 0; d < 10; d++) {
    if ((only < 0 || only === d) !== chosen) continue;
    g.fillStyle = playground.classColor(d);
    g.globalAlpha = chosen ? 0.95 : 0.12;
    for (let k = 0; k < labels.length; k++) if (labels[k] === d) g.fillText(String(d), toX(codes[2 * k]), toY(codes[2 * k + 1]));
  }
  g.globalAlpha = 1;
}

function drawPrior(g) {
  g.font = font(px(16), 600); g.textAlign = 'center'; g.textBaseline = 'middle';
  for (let r = 1; r <= 3; r++) halo(g, () => { g.beginPath(); g.arc(toX(0), toY(0), r * unit(), 0, 7); }, color('ink'), px(1.5));
  for (let r = 1; r <= 3; r++) { // a circle of radius r holds 1 - exp(-r^2 / 2) of the prior
    const held = Math.round(100 * (1 - Math.exp(-r * r / 2))), words = `${r}σ  ${held} %`;
    const [x, y] = [toX(r * Math.SQRT1_2), toY(-r * Math.SQRT1_2)], wide = g.measureText(words).width + px(14);
    g.fillStyle = color('panel'); g.strokeStyle = color('ink'); g.lineWidth = px(1.5);
    g.beginPath(); g.roundRect(x - wide / 2, y - px(13), wide, px(26), px(13)); g.fill(); g.stroke();
    g.fillStyle = color('ink'); g.fillText(words, x, y + px(1));
  }
}

function drawPlane(g, width, height) {
  box = frameOf(width, height);
  if (!sheet) {
    g.fillStyle = color('muted'); g.font = font(px(20)); g.textAlign = 'center'; g.textBaseline = 'middle';
    wrap(g, failed || t('page.loading'), width / 2, height / 2, width * 0.8, px(28));
    return;
  }
  const ratio = view.canvas.width / width, key = [width, height, ratio, playground.theme, playground.lang, knobs.mosaic, knobs.codes, knobs.prior, only, color('panel')].join();
  if (key !== groundKey) {
    ground = ground || document.createElement('canvas');
    ground.width = view.canvas.width; ground.height = view.canvas.height;
    const h = ground.getContext('2d');
    h.scale(ratio, ratio);
    drawGround(h, width, height);
    groundKey = key;
  }
  g.drawImage(ground, 0, 0, width, height);
  g.save();
  g.beginPath(); g.rect(box.left, box.top, box.size, box.size); g.clip();
  drawFilmOnPlane(g);
  if (encoded) drawPosterior(g);
  drawCursor(g, at, color('accent-2'), exact);
  if (hover) drawCursor(g, hover, color('accent-2'), false);
  g.restore();
}

function wrap(g, words, x, y, width, step) {
  const lines = [''];
  for (const word of words.split(' ')) if (g.measureText(`${lines[lines.length - 1]} ${word}`).width > width) lines.push(word); else lines[lines.length - 1] += ` ${word}`;
  lines.forEach((line, k) => g.fillText(line.trim(), x, y + (k - (lines.length - 1) / 2) * step, width));
}

function drawCursor(g, [x, y], colour, solid) {
  const r = px(9);
  halo(g, () => { g.beginPath(); g.arc(toX(x), toY(y), r, 0, 7); }, colour, px(3));
  if (solid) { g.fillStyle = colour; g.beginPath(); g.arc(toX(x), toY(y), px(4), 0, 7); g.fill(); }
}

function drawFilmOnPlane(g) {
  const line = drag && drag.moved ? drag.line : film && film.kind === 'path' ? film.line : null;
  if (line) halo(g, () => { g.beginPath(); line.forEach(([x, y], k) => g[k ? 'lineTo' : 'moveTo'](toX(x), toY(y))); }, color('accent'), px(3));
  if (!film) return;
  g.font = font(px(16), 700); g.textAlign = 'center'; g.textBaseline = 'middle';
  film.z.forEach(([x, y], k) => {
    const now = k === shown;
    g.fillStyle = now ? color('accent-2') : color('accent'); g.strokeStyle = color('panel'); g.lineWidth = px(2);
    g.beginPath(); g.arc(toX(x), toY(y), px(now ? 10 : film.kind === 'prior' ? 7 : 5), 0, 7); g.fill(); g.stroke();
  });
}

function drawPosterior(g) {
  const [x, y] = encoded.mu, colour = color('bad');
  const [cx, cy] = encoded.centre, h = encoded.half;
  g.setLineDash([px(6), px(4)]);
  halo(g, () => { g.beginPath(); g.rect(toX(cx - h), toY(cy + h), 2 * h * unit(), 2 * h * unit()); }, color('accent'), px(2));
  g.setLineDash([]);
  ellipses(g, toX(x), toY(y), unit(), colour);
  const name = 'q(z|x)', far = px(30), side = toX(x) > box.left + box.size * 0.8 ? -1 : 1;
  g.font = font(px(18), 700); g.textAlign = side > 0 ? 'left' : 'right'; g.textBaseline = 'middle';
  label(g, name, toX(x) + side * Math.max(far * 0.6, 2 * encoded.sigma[0] * unit() + px(8)), toY(y) - px(14), colour);
}
function ellipses(g, x, y, scale, colour) {
  for (const k of [2, 1]) halo(g, () => { g.beginPath(); g.ellipse(x, y, Math.max(1.5, k * encoded.sigma[0] * scale), Math.max(1.5, k * encoded.sigma[1] * scale), 0, 0, 7); }, colour, px(k === 1 ? 2.5 : 1.5));
  g.fillStyle = colour; g.beginPath(); g.arc(x, y, px(3), 0, 7); g.fill();
}

const view = playground.canvas(plane, drawPlane);

// ---- beside the plane: the decoded digit, what the encoder says ----------------------------------------------------------------
const big = playground.canvas(find('digit'), (g, width, height) => {
  const x = pixels();
  if (!x) return;
  g.imageSmoothingEnabled = false;
  g.drawImage(picture(knobs.sample === 'sample' ? x.map((p, k) => (uniforms[k] < p ? 1 : 0)) : x), 0, 0, width, height);
});
const pics = Object.fromEntries(['x', 'x_hat', 'zoom'].map((name) => [name, playground.canvas(root.querySelector(`[data-pic="${name}"]`), (g, width, height) => {
  if (!encoded) return;
  if (name === 'zoom') return drawZoom(g, width, height);
  g.imageSmoothingEnabled = false;
  g.drawImage(picture(encoded[name]), 0, 0, width, height);
})]));

function drawZoom(g, width, height) { // the true posterior as a cloud, the encoder's ellipse over it
  const n = Math.round(Math.sqrt(encoded.zoom.length)), image = new ImageData(n, n), small = document.createElement('canvas');
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) image.data.set([...playground.ramp(encoded.zoom[(n - 1 - i) * n + j]), 255], 4 * (i * n + j));
  small.width = small.height = n;
  small.getContext('2d').putImageData(image, 0, 0);
  g.drawImage(small, 0, 0, width, height);
  const scale = width / (2 * encoded.half), x = (encoded.mu[0] - encoded.centre[0] + encoded.half) * scale, y = (encoded.centre[1] + encoded.half - encoded.mu[1]) * scale;
  g.save(); ellipses(g, x, y, scale, color('bad')); g.restore();
}


function facts() {
  const [x, y] = current(), is = settled();
  find('z').textContent = `z = (${number(x, 2)}, ${number(y, 2)})`;
  find('p').textContent = t('latent.density', { p: (Math.exp(-(x * x + y * y) / 2) / (2 * Math.PI)).toFixed(4), share: number(100 * Math.exp(-(x * x + y * y) / 2), x * x + y * y > 6 ? 1 : 0) });
  badge.textContent = t(is ? 'latent.exact' : 'latent.approximate');
  badge.dataset.exact = is ? '1' : '0';
  find('digit').setAttribute('aria-label', t('latent.digit_label', { x: number(x, 2), y: number(y, 2) }));
  view.canvas.dataset.z = `${x.toFixed(3)},${y.toFixed(3)}`;
  view.canvas.dataset.exact = is ? '1' : '0';
}

const ROWS = [['reconstruction', 1], ['kl', -1], ['elbo', 1, 'sum'], ['log_prob', 1], ['gap', 1]];
function terms() {
  const body = root.querySelector('.pg-latent-terms tbody');
  body.replaceChildren(...(encoded ? ROWS : []).map(([name, sign, kind]) => {
    const row = document.createElement('tr'), cell = (tag, words, klass) => { const node = row.appendChild(document.createElement(tag)); node.textContent = words; node.className = klass; };
    row.className = kind ? `pg-${kind}` : ''; row.dataset.term = name;
    cell('th', t(`latent.${name}`), '');
    cell('td', t('latent.nats', { value: number(sign * encoded[name]) }), 'pg-number');
    cell('td', t(`latent.${name}_means`), 'pg-means');
    return row;
  }));
  find('average').textContent = sheet ? t('latent.average', { value: number(-sheet.numbers.value), floor: number(-sheet.numbers.floor, 0), n: sheet.numbers.n.toLocaleString(playground.lang) }) : '';
  find('encoded').hidden = !encoded;
}

// ---- the film strip -------------------------------------------------------------------------------------------------------------
const filmView = playground.canvas(find('film'), (g, width, height) => {
  if (!film) return;
  const { columns, cell } = filmGrid(width, height);
  g.imageSmoothingEnabled = false;
  film.tiles.forEach((x, k) => {
    const [left, top] = [(k % columns) * cell, Math.floor(k / columns) * cell];
    g.drawImage(picture(knobs.sample === 'sample' ? x.map((p, i) => (uniforms[i] < p ? 1 : 0)) : x), left + 1, top + 1, cell - 2, cell - 2);
    g.strokeStyle = k === shown ? color('accent-2') : color('line'); g.lineWidth = k === shown ? px(4) : 1;
    g.strokeRect(left + (k === shown ? 3 : 1.5), top + (k === shown ? 3 : 1.5), cell - (k === shown ? 6 : 3), cell - (k === shown ? 6 : 3));
  });
});

function words() {
  const name = film ? (film.kind === 'prior' ? 'latent.film_prior' : 'latent.film_path') : 'latent.film_none';
  find('what').textContent = failed || `${t(name, { n: FRAMES, seed: film ? film.seed : 0 })} ${film ? t(film.exact ? 'latent.film_exact' : 'latent.film_approximate') : ''}`;
  find('film').setAttribute('aria-label', t('latent.film_label'));
  play.textContent = t(playing ? 'latent.pause' : 'latent.play');
  play.setAttribute('aria-pressed', String(playing));
  filmView.canvas.dataset.exact = film && film.exact ? '1' : '0';
  root.dataset.film = film ? film.kind : '';
  root.dataset.seed = film && film.kind === 'prior' ? film.seed : '';
}

function redraw() { view.later(); big.later(); facts(); }
function redrawFilm() { filmView.later(); words(); }

function setPath(line) {
  const z = along(line, FRAMES);
  if (film) playground.link.set(STAGE, { film: 'path' });
  film = { kind: 'path', line, z, tiles: z.map((code) => blend(code)), exact: false };
  shown = -1;
  redrawFilm(); redraw();
}

// ---- asking the server --------------------------------------------------------------------------------------------------------------
const askExact = playground.gate(async (x, y) => {
  const got = playground.check(await server.decode(x, y));
  if (!got || at[0] !== x || at[1] !== y) return;
  exact = playground.unpack(got.x);
  redraw();
});
const askPath = playground.gate(async (line) => {
  const got = playground.check(await server.path(line.map((z) => z.map((v) => Math.round(v * 1e4) / 1e4)), FRAMES));
  if (got && film && film.line === line) exactFilm(got);
});
const askPrior = playground.gate(async (seed) => {
  const got = playground.check(await server.prior(seed, FRAMES));
  if (!got) return;
  film = { kind: 'prior', line: null, seed, z: [], tiles: [], exact: false };
  shown = -1; clock = 0;
  playground.link.set(STAGE, { film: 'prior' });
  exactFilm(got);
});
function exactFilm(got) {
  const z = playground.unpack(got.z), x = playground.unpack(got.x);
  film.z = Array.from({ length: z.length / 2 }, (_, k) => [z[2 * k], z[2 * k + 1]]);
  film.tiles = film.z.map((_, k) => x.slice(k * PIXELS, (k + 1) * PIXELS));
  film.exact = true;
  filmView.canvas.dataset.seq = String(Number(filmView.canvas.dataset.seq || 0) + 1);
  redrawFilm(); redraw();
}
const askExample = playground.gate(async (k) => {
  const got = playground.check(await server.example(k));
  if (got) setEncoded(got, k);
});
function setEncoded(got, example) {
  encoded = { ...got };
  for (const name of ['x', 'x_hat', 'mu', 'sigma', 'centre', 'zoom']) encoded[name] = playground.unpack(got[name]);
  knobs.example = example;
  playground.link.set(STAGE, { example });
  for (const button of find('examples').children) button.setAttribute('aria-pressed', String(Number(button.dataset.example) === example));
  terms();
  Object.values(pics).forEach((pic) => pic.draw());
  redraw();
  find('encoded').dataset.seq = String(Number(find('encoded').dataset.seq || 0) + 1);
}

function choose([x, y], ask = true) {
  const e = extent();
  at = [x, y].map((v) => Math.round(clamp(v, -e, e) * 1000) / 1000);
  exact = null; hover = null;
  [knobs.x, knobs.y] = at;
  playground.link.set(STAGE, { x: at[0], y: at[1] });
  if (ask && sheet) askExact(...at);
  redraw();
}

// ---- hands ----------------------------------------------------------------------------------------------------------------------------
function place(event) {
  const area = view.canvas.getBoundingClientRect(), e = extent();
  const x = (event.clientX - area.left - box.left) / box.size * 2 * e - e, y = e - (event.clientY - area.top - box.top) / box.size * 2 * e;
  return [clamp(x, -e, e), clamp(y, -e, e)];
}
plane.addEventListener('pointermove', (event) => {
  if (!sheet) return;
  if (playing) stop();
  hover = place(event);
  if (drag && event.pointerId === drag.id) {
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > DRAG) drag.moved = true;
    const last = drag.line[drag.line.length - 1];
    if (drag.moved && Math.hypot(hover[0] - last[0], hover[1] - last[1]) > 0.02 && drag.line.length < 1500) { drag.line.push(hover); setPath(drag.line); }
  }
  redraw();
});
plane.addEventListener('pointerdown', (event) => {
  if (!sheet || drag || event.button > 0) return;
  event.preventDefault();
  plane.focus({ preventScroll: true });
  stop();
  plane.setPointerCapture(event.pointerId);
  hover = place(event);
  drag = { id: event.pointerId, x: event.clientX, y: event.clientY, line: [hover], moved: false };
  redraw();
});
function lift(event) {
  if (!drag || event.pointerId !== drag.id) return;
  const { line, moved } = drag;
  drag = null;
  if (event.type === 'pointercancel') { hover = null; return redraw(); }
  if (moved && line.length > 1) { clock = 0; setPath(line); askPath(line); }
  choose(place(event));
}
plane.addEventListener('pointerup', lift);
plane.addEventListener('pointercancel', lift);
plane.addEventListener('pointerleave', () => { if (!drag && hover) { hover = null; redraw(); } });

const filmAt = (event) => {
  const area = filmView.canvas.getBoundingClientRect(), { columns, cell } = filmGrid(area.width, area.height);
  const k = Math.floor((event.clientY - area.top) / cell) * columns + Math.floor((event.clientX - area.left) / cell);
  return film && k >= 0 && k < film.z.length ? k : -1;
};
function showFrame(k) {
  if (k === shown) return;
  shown = k;
  hover = k >= 0 ? film.z[k] : null;
  redraw(); filmView.later();
}
find('film').addEventListener('pointermove', (event) => { if (!playing) showFrame(filmAt(event)); });
find('film').addEventListener('pointerleave', () => { if (!playing) showFrame(-1); });
find('film').addEventListener('click', (event) => { const k = filmAt(event); if (k >= 0) { stop(); choose(film.z[k]); shown = k; filmView.later(); } });

function stop() {
  if (!playing) return;
  playing = false;
  hover = null;
  choose(at);
  words();
}
function start() {
  if (!film || playing) return;
  playing = true; then = 0; hover = null;
  words();
  requestAnimationFrame(tick);
}
function tick(now) { // along a path the digit changes smoothly; draws from the prior come one by one
  if (!playing || !view.canvas.isConnected) { playing = false; return; }
  clock += then ? now - then : 0;
  then = now;
  const n = film.z.length;
  if (film.kind === 'path') {
    const phase = (clock / LOOP) % 2, s = phase < 1 ? phase : 2 - phase; // there and back, so nothing jumps
    at = along(film.z, 257)[Math.round(256 * s)];
    shown = Math.round(s * (n - 1));
  } else {
    shown = Math.floor(clock / BEAT) % n;
    at = film.z[shown];
  }
  exact = null;
  view.canvas.dataset.frame = String(++frame);
  redraw(); filmView.later();
  requestAnimationFrame(tick);
}
play.addEventListener('click', () => (playing ? stop() : start()));

const nudge = (dx, dy) => () => { if (playing) stop(); choose([at[0] + dx, at[1] + dy]); };
const arrows = { left: [-1, 0], right: [1, 0], up: [0, 1], down: [0, -1] };
const actions = { space: () => (playing ? stop() : start()), enter: () => choose(at), r: () => { clock = 0; if (film && !playing) choose(film.z[0]); } };
for (const [name, [dx, dy]] of Object.entries(arrows)) { actions[name] = nudge(dx * STEP, dy * STEP); actions[`shift+${name}`] = nudge(dx * LEAP, dy * LEAP); }
playground.keys(plane, actions);
playground.keys(find('strip'), { space: actions.space, r: actions.r });

// ---- knobs outside: the page's checkboxes, seed and button tell this element -------------------------------------------------------
root.addEventListener('knobs', ({ detail }) => {
  Object.assign(knobs, detail);
  if (!Number.isInteger(knobs.seed) || knobs.seed < 0) knobs.seed = 0; // an emptied field
  if ('seed' in detail) reseed();
  find('classes').hidden = !knobs.codes;
  const again = film && film.kind === 'prior' && film.seed !== knobs.seed;
  if (sheet && (detail.draw || again)) { stop(); askPrior(knobs.seed); }
  redraw(); redrawFilm();
});

function fillClasses() {
  find('classes').replaceChildren(...Array.from({ length: 10 }, (_, d) => {
    const button = document.createElement('button');
    button.type = 'button'; button.textContent = String(d); button.style.color = playground.classColor(d);
    button.setAttribute('aria-pressed', String(only === d));
    button.setAttribute('aria-label', t('latent.only', { digit: d }));
    button.addEventListener('click', () => { only = only === d ? -1 : d; fillClasses(); redraw(); });
    return button;
  }));
}
function fillExamples() {
  find('examples').replaceChildren(...Array.from(sheet.exampleLabels, (digit, k) => {
    const button = document.createElement('button');
    button.type = 'button'; button.dataset.example = String(k);
    button.title = t('latent.test_digit', { digit });
    button.setAttribute('aria-label', button.title);
    button.setAttribute('aria-pressed', String(knobs.example === k));
    button.appendChild(picture(sheet.examples, k * PIXELS, SIDE, 1));
    button.addEventListener('click', () => askExample(k));
    return button;
  }));
}

function refresh() { // theme or language
  tone = tones();
  mosaic = null; groundKey = '';
  fillClasses();
  if (sheet) fillExamples();
  terms(); words(); facts();
  [view, big, filmView, ...Object.values(pics)].forEach((one) => one.later());
}
playground.onTheme(refresh); playground.onLang(refresh);

function load() { // an encoded drawing from Python
  if (props.value && props.value.encoded) setEncoded(props.value.encoded, -1);
  if (props.value) view.canvas.dataset.seq = props.value.seq;
}

async function begin() {
  let got = null;
  try { got = await server.plane(); } catch { failed = t('page.offline'); }
  if (got && got.error) { failed = got.error.message[playground.lang]; got = null; }
  if (!got) { view.draw(); words(); return; }
  const tiles = playground.unpack(got.sprite);
  sheet = { n: got.sprite.shape[0], tiles, extent: got.extent, codes: playground.unpack(got.codes), labels: playground.unpack(got.labels), examples: playground.unpack(got.examples), exampleLabels: playground.unpack(got.example_labels), numbers: got.numbers };
  const circle = Array.from({ length: 65 }, (_, k) => [1.5 * Math.cos(Math.PI * (0.75 - k / 32)), 1.5 * Math.sin(Math.PI * (0.75 - k / 32))]);
  fillExamples();
  setPath(circle);
  if (knobs.film === 'prior') askPrior(knobs.seed); else askPath(circle);
  choose(at);
  terms();
  if (knobs.example >= 0) askExample(Math.min(knobs.example, sheet.exampleLabels.length - 1));
  view.draw();
  view.canvas.dataset.ready = '1';
}

find('classes').hidden = !knobs.codes;
reseed(); fillClasses(); terms(); words(); facts();
playground.translate(root);
watch('value', load); load();
begin();
