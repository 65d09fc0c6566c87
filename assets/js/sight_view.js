// What a model can see. Maps: for the pixel under the pointer, what the rule allows (here at once, from one table per model) and
// what the gradient of the network finds (asked for when the pointer rests). Films: a Row LSTM and a Diagonal BiLSTM on a small
// grid; one answer per grid holds all sets, every step is made of them here.
const STAGE = @STAGE@, CONTROLS = @CONTROLS@, NAMES = @NAMES@; // NAMES: id -> name, where the page has no label yet
const SIDE = 28, SIZE = SIDE * SIDE, BYTES = SIZE / 8;
const { t, color, clamp } = playground;
const root = element.querySelector('.pg-sight');
const find = (selector) => root.querySelector(selector), part = (name) => find(`[data-part="${name}"]`);
const state = () => playground.link.get(STAGE);
const still = matchMedia('(prefers-reduced-motion: reduce)');
const named = (id) => (t(`pixels.${id}`) === `pixels.${id}` ? NAMES[id] : t(`pixels.${id}`));
let narrow = false;
const px = (size) => playground.px(size) * (narrow ? 0.86 : 1);

function set(values, tell = true) { // tell: the controls show these values too
  playground.link.set(STAGE, values);
  if (tell) document.querySelector(`#${CONTROLS} .pg-sight-controls`)?.dispatchEvent(new CustomEvent('changed'));
}

// ---- drawing, shared ---------------------------------------------------------------------------------------------------------
function words(g, text, x, y, { size = 16, tint = 'ink', align = 'left', weight = 400, room, base = 'alphabetic' } = {}) {
  g.fillStyle = color(tint); g.font = playground.font(px(size), weight); g.textAlign = align; g.textBaseline = base;
  g.fillText(text, x, y, room);
}
const bytes = (name) => [1, 3, 5].map((i) => parseInt(color(name).slice(i, i + 2), 16)); // of a token, #rrggbb
function rgba(name, share) { // a token thinned with the panel's ground
  const [a, b] = [bytes(name), bytes('panel')];
  return `rgb(${a.map((v, c) => Math.round(b[c] + (v - b[c]) * share))})`;
}
function hatch(g, x, y, w, h) { // unseen: an orange ground with strokes, so colour is not the only sign
  g.fillStyle = rgba('generated', 0.3); g.fillRect(x, y, w, h);
  g.save(); g.beginPath(); g.rect(x, y, w, h); g.clip();
  g.strokeStyle = color('generated'); g.lineWidth = Math.max(1, Math.min(w, h) / 12);
  g.beginPath();
  const gap = Math.max(5, Math.min(w, h) / 2.2);
  for (let d = -h; d < w; d += gap) { g.moveTo(x + d, y + h); g.lineTo(x + d + h, y); }
  g.stroke(); g.restore();
}
function leak(g, x, y, w, h) {
  g.fillStyle = color('bad'); g.fillRect(x, y, w, h);
  g.fillStyle = color('panel'); g.font = playground.font(Math.min(w, h) * 0.75, 800); g.textAlign = 'center'; g.textBaseline = 'middle';
  g.fillText('!', x + w / 2, y + h / 2 + h * 0.04);
}
function arrow(g, x0, y0, x1, y1, tint, width, head = 3.2, halo = false) {
  if (halo) arrow(g, x0, y0, x1 + (x1 - x0) * 0.04, y1 + (y1 - y0) * 0.04, 'panel', width * 1.9, 2.2);
  const a = Math.atan2(y1 - y0, x1 - x0), s = Math.max(3, width * head), bx = x1 - s * Math.cos(a), by = y1 - s * Math.sin(a);
  g.strokeStyle = color(tint); g.fillStyle = color(tint); g.lineWidth = width; g.lineCap = 'round';
  g.beginPath(); g.moveTo(x0, y0); g.lineTo(bx, by); g.stroke();
  g.beginPath(); g.moveTo(x1, y1); g.lineTo(x1 - s * 1.3 * Math.cos(a - 0.5), y1 - s * 1.3 * Math.sin(a - 0.5)); g.lineTo(x1 - s * 1.3 * Math.cos(a + 0.5), y1 - s * 1.3 * Math.sin(a + 0.5)); g.fill();
}
const fine = (size, cell) => Math.min(px(size), (cell * size) / 44); // lines in small cells are thin
function ring(g, x, y, w, h, tint, width) { // a frame that is seen on any ground
  for (const [c, extra] of [['panel', 2], [tint, 0]]) { g.strokeStyle = color(c); g.lineWidth = width + extra; g.strokeRect(x + width / 2, y + width / 2, w - width, h - width); }
}

// ---- maps: what each model can see -----------------------------------------------------------------------------------------------
const tables = new Map();    // model -> {rule: bytes or null, turn}
const measured = new Map();  // model:index -> {seen, inputs, trained}
const strengths = new Map(); // model:digit:index -> {map, image, most}
const failed = new Set();    // model:digit:index that has no answer
let hover = null, resting = 0;
const slots = ['a', 'b', 'c'].map((name) => {
  const figure = find(`figure[data-slot="${name}"]`), map = figure.querySelector('.pg-sight-map');
  const slot = { name, figure, map, ask: null, view: null };
  slot.ask = playground.gate(async (model, index, digit) => ask(slot, model, index, digit));
  slot.view = playground.canvas(map, (g, width, height) => drawMap(g, width, height, slot));
  return slot;
});
function pixel() { return hover ?? (state().row - 1) * SIDE + state().column - 1; }
const at = (i) => ({ row: Math.floor(i / SIDE) + 1, column: (i % SIDE) + 1 });
function before(table, i) { return (j) => table.turn[j] < table.turn[i]; }
function byRule(table, i) { return table.rule && ((j) => (table.rule[i * BYTES + (j >> 3)] >> (7 - (j & 7))) & 1); }

async function ask(slot, model, index, digit) {
  if (!tables.has(model)) {
    const got = playground.check(await server.rules(model));
    if (!got) return;
    tables.set(model, { rule: got.rule && playground.unpack(got.rule), turn: playground.unpack(got.turn) });
    show();
  }
  const key = `${model}:${index}`, deep = `${model}:${digit}:${index}`;
  if (!measured.has(key)) {
    const got = playground.check(await server.look(model, index));
    if (!got) return;
    measured.set(key, { ...got, seen: playground.unpack(got.seen) });
  }
  if (state().show === 'strength' && !strengths.has(deep) && !failed.has(deep)) {
    const got = playground.check(await server.strength(model, digit, index));
    if (got) { const map = playground.unpack(got.map); strengths.set(deep, { map, image: playground.unpack(got.image), most: Math.max(...map) }); } else failed.add(deep);
  }
  show();
}
function askAll(wait = 60) {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (state().view !== 'sees') return;
    const now = state(), i = pixel();
    for (const slot of slots) if (now[slot.name] !== 'none') slot.ask(now[slot.name], i, Number(now.digit));
  }, wait);
}

function counts(slot) { // of the pixel in question: numbers, once measured
  const model = state()[slot.name], table = tables.get(model), i = pixel(), found = measured.get(`${model}:${i}`);
  if (!table) return null;
  const past = before(table, i), rule = byRule(table, i), c = { allowed: 0, rule: 0, seen: 0, missed: 0, leaked: 0, wrong: 0, found };
  for (let j = 0; j < SIZE; j++) {
    const p = past(j), r = rule && rule(j) ? 1 : 0;
    c.allowed += p; c.rule += r;
    if (found) { const s = found.seen[j]; c.seen += s && p; c.missed += p && !s; c.leaked += s && !p; c.wrong += rule && s !== r ? 1 : 0; }
  }
  return { ...c, known: Boolean(rule) };
}

function drawMap(g, width, height, slot) {
  const now = state(), model = now[slot.name], table = tables.get(model), i = pixel(), s = width / SIDE, data = g.canvas.dataset;
  g.fillStyle = color('panel'); g.fillRect(0, 0, width, height);
  if (!table) { words(g, t('page.loading'), width / 2, height / 2, { align: 'center', tint: 'muted', size: 18 }); return; }
  const past = before(table, i), rule = byRule(table, i), found = measured.get(`${model}:${i}`);
  const deep = now.show === 'strength' ? strengths.get(`${model}:${now.digit}:${i}`) : null;
  const edges = (j) => { const r = Math.floor(j / SIDE), c = j % SIDE; return [Math.round(c * s), Math.round(r * s), Math.round((c + 1) * s) - Math.round(c * s), Math.round((r + 1) * s) - Math.round(r * s)]; };
  const strip = rgba('line', 0.28), seen = rgba('data', 0.82), waiting = rgba('line', 0.7);
  for (let j = 0; j < SIZE; j++) {
    const [x, y, w, h] = edges(j), is = found && found.seen[j];
    if (j === i) { g.fillStyle = color('ink'); g.fillRect(x, y, w, h); }
    else if (!past(j)) { if (is) leak(g, x, y, w, h); else { g.fillStyle = strip; g.fillRect(x, y, w, h); } }
    else if (!found) { g.fillStyle = waiting; g.fillRect(x, y, w, h); }
    else if (!is) hatch(g, x, y, w, h);
    else if (now.show === 'strength') { g.fillStyle = deep ? `rgb(${playground.ramp(deep.most ? Math.sqrt(deep.map[j] / deep.most) : 0)})` : waiting; g.fillRect(x, y, w, h); }
    else { g.fillStyle = seen; g.fillRect(x, y, w, h); }
  }
  if (found && found.seen[i]) leak(g, ...edges(i));
  g.strokeStyle = color('panel'); g.globalAlpha = 0.55; g.lineWidth = 1; g.beginPath();
  for (let k = 1; k < SIDE; k++) { const p = Math.round(k * s) + 0.5; g.moveTo(p, 0); g.lineTo(p, height); g.moveTo(0, p); g.lineTo(width, p); }
  g.stroke(); g.globalAlpha = 1;
  if (deep) for (let j = 0; j < SIZE; j++) if (deep.image[j] && j !== i) { // the digit's ink as dots
    const [x, y, w, h] = edges(j);
    for (const [tint, r] of [['panel', 0.3], ['ink', 0.21]]) { g.fillStyle = color(tint); g.beginPath(); g.arc(x + w / 2, y + h / 2, r * s, 0, 7); g.fill(); }
  }
  if (rule) outline(g, rule, s);
  const [x, y, w, h] = edges(i), wide = Math.max(2, s * 0.16);
  ring(g, x - wide, y - wide, w + 2 * wide, h + 2 * wide, 'ink', wide);
  g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(0.5, 0.5, width - 1, height - 1);
  const c = counts(slot);
  Object.assign(data, { model, index: i, seen: found ? c.seen : '', allowed: c.allowed, missed: found ? c.missed : '', leaked: found ? c.leaked : '', wrong: found ? c.wrong : '', rule: c.rule, show: now.show, strong: deep ? '1' : '' });
}
function outline(g, inside, s) { // the border of the rule's set
  g.beginPath();
  for (let r = 0; r < SIDE; r++) for (let c = 0; c < SIDE; c++) {
    if (!inside(r * SIDE + c)) continue;
    const [x, y, X, Y] = [c * s, r * s, (c + 1) * s, (r + 1) * s];
    if (!r || !inside((r - 1) * SIDE + c)) { g.moveTo(x, y); g.lineTo(X, y); }
    if (r === SIDE - 1 || !inside((r + 1) * SIDE + c)) { g.moveTo(x, Y); g.lineTo(X, Y); }
    if (!c || !inside(r * SIDE + c - 1)) { g.moveTo(x, y); g.lineTo(x, Y); }
    if (c === SIDE - 1 || !inside(r * SIDE + c + 1)) { g.moveTo(X, y); g.lineTo(X, Y); }
  }
  g.lineCap = 'square';
  for (const [tint, width] of [['panel', px(5)], ['ink', px(2.5)]]) { g.strokeStyle = color(tint); g.lineWidth = width; g.stroke(); }
}

function chip(kind, text) { const node = document.createElement('span'); node.className = `pg-sight-chip pg-sight-chip-${kind}`; node.textContent = text; return node; }
function showMaps() {
  const now = state(), i = pixel(), place = at(i), shown = slots.filter((slot) => now[slot.name] !== 'none');
  find('.pg-sight-figures').dataset.n = shown.length;
  find('.pg-sight-where').textContent = t('sight.where', { ...place, n: i });
  for (const legend of root.querySelectorAll('.pg-sight-maps .pg-sight-legend')) legend.hidden = legend.dataset.for !== now.show;
  for (const slot of slots) {
    const { figure, map } = slot, model = now[slot.name];
    figure.hidden = model === 'none';
    if (figure.hidden) continue;
    const c = counts(slot), name = named(model), q = (selector) => figure.querySelector(selector);
    q('.pg-sight-name').textContent = name;
    q('.pg-sight-count').replaceChildren();
    q('.pg-sight-chips').replaceChildren();
    q('.pg-sight-how').textContent = c && !c.found ? t('sight.measuring') : '';
    if (c && c.found) {
      const b = document.createElement('b');
      b.textContent = c.seen;
      q('.pg-sight-count').append(b, ` ${t('sight.of', { allowed: c.allowed })}`);
      q('.pg-sight-chips').append(
        chip(c.missed ? 'missed' : 'good', t(c.missed ? 'sight.missed' : 'sight.nothing_missed', { n: c.missed })),
        chip(c.leaked ? 'leaked' : 'good', t('sight.leaked', { n: c.leaked })),
      );
      const agrees = !c.known ? 'sight.no_rule' : c.wrong ? 'sight.differs' : 'sight.agrees';
      q('.pg-sight-how').textContent = `${t(agrees, { n: c.wrong })} ${t(c.found.trained ? 'sight.inputs' : 'sight.untrained', { n: c.found.inputs })}`;
    }
    map.setAttribute('aria-label', t('sight.map_label', { name, ...place }) + (c && c.found ? `. ${t('sight.said', { seen: c.seen, allowed: c.allowed, missed: c.missed, leaked: c.leaked })}` : ''));
    slot.view.later();
  }
}

function under(event, map) {
  const box = map.getBoundingClientRect(), c = Math.floor(((event.clientX - box.left) / box.width) * SIDE), r = Math.floor(((event.clientY - box.top) / box.height) * SIDE);
  return r >= 0 && c >= 0 && r < SIDE && c < SIDE ? r * SIDE + c : null;
}
function point(i) { if (i === hover) return; hover = i; showMaps(); askAll(); }
function choose(i) { hover = null; set({ row: at(i).row, column: at(i).column }); showMaps(); askAll(0); }
for (const { map } of slots) {
  map.addEventListener('pointermove', (event) => { if (event.pointerType !== 'touch') point(under(event, map)); else if (event.buttons) { const i = under(event, map); if (i !== null) choose(i); } });
  map.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') point(null); });
  map.addEventListener('click', (event) => { const i = under(event, map); if (i !== null) choose(i); });
  const move = (rows, columns) => () => { const { row, column } = at(pixel()); choose((clamp(row + rows, 1, SIDE) - 1) * SIDE + clamp(column + columns, 1, SIDE) - 1); };
  playground.keys(map, { up: move(-1, 0), down: move(1, 0), left: move(0, -1), right: move(0, 1), 'shift+up': move(-5, 0), 'shift+down': move(5, 0), 'shift+left': move(0, -5), 'shift+right': move(0, 5), home: move(-SIDE, -SIDE), end: move(SIDE, SIDE), r: () => choose(14 * SIDE + 14) });
}

// ---- films -----------------------------------------------------------------------------------------------------------------------
const panel = find('.pg-sight-film'), picture = find('.pg-sight-picture'), slider = part('slider'), speed = part('speed');
const films = new Map();
let film = null, step = 0, earlier = 0, moving = 1, playing = false, timer = 0, seq = 0, places = null, opened = false;
const kind = () => state().view;

function filmKey(now = state()) {
  return now.view === 'row' ? ['row', now.row_height, now.row_width, now.space].join() : ['diagonal', now.diagonal_height, now.diagonal_width, now.space, now.shift].join();
}
const fetchFilm = playground.gate(async () => {
  const now = state(), key = filmKey(now);
  if (now.view === 'sees') return;
  if (!films.has(key)) {
    const got = playground.check(now.view === 'row' ? await server.row_film(now.row_height, now.row_width, now.space) : await server.diagonal_film(now.diagonal_height, now.diagonal_width, now.space, now.shift));
    if (!got) return;
    const sets = Object.fromEntries(Object.entries(got).map(([name, value]) => [name, value && value.dtype ? playground.unpack(value) : value]));
    films.set(key, { ...sets, kind: now.view, D: got.height * got.width, H: got.height, W: got.width });
  }
  if (filmKey() !== key) return;
  const same = film && film.kind === now.view && film.H === films.get(key).H && film.W === films.get(key).W;
  film = films.get(key);
  seq += 1;
  const linked = opened ? -1 : now.step, plays = !opened && linked < 0 && !still.matches;
  opened = true;
  film.cell = cell();
  film.steps = film.kind === 'row' ? rowSteps() : diagonalSteps();
  step = clamp(linked >= 0 ? linked : same ? step : still.matches ? film.steps.length - 1 : 0, 0, film.steps.length - 1);
  earlier = step; moving = 1;
  if (plays) play(); else settle();
});
function cell() { // the one that is followed: the chosen one, else the middle of the last row
  const now = state(), chosen = now[`${film.kind}_cell`];
  return chosen >= 0 && chosen < film.D ? chosen : (film.H - 1) * film.W + (film.W >> 1);
}
function follow(i) {
  if (!film || i < 0 || i >= film.D) return;
  set({ [`${film.kind}_cell`]: i });
  film.cell = i;
  const end = step === film.steps.length - 1;
  film.steps = film.kind === 'row' ? rowSteps() : diagonalSteps();
  step = end ? film.steps.length - 1 : clamp(step, 0, film.steps.length - 1);
  earlier = step;
  settle();
}
const rowOf = (i) => Math.floor(i / film.W), columnOf = (i) => i % film.W;
const bit = (name, i, j) => film[name][i * film.D + j];
function united(cone, own, i, done) { // inputs that reach state i through the states that are done
  const out = new Uint8Array(film.D);
  for (let s = 0; s < film.D; s++) if (bit(cone, i, s) && done(s)) for (let j = 0; j < film.D; j++) out[j] |= bit(own, s, j);
  return out;
}
const number = (set) => set.reduce((a, v) => a + v, 0);

// Row LSTM: three steps per row.
function rowSteps() {
  const steps = [{ at: 'start' }];
  for (let r = 0; r <= rowOf(film.cell); r++) for (const at of ['input', 'state', 'update']) steps.push({ at, r });
  return [...steps, { at: 'end' }];
}
function rowNow() {
  const now = film.steps[step], p = film.cell, last = now.at === 'end' ? rowOf(p) : now.at === 'start' ? -1 : now.at === 'update' ? now.r : now.r - 1;
  const seen = united('cone', 'own', p, (s) => rowOf(s) <= last);
  return { ...now, p, last, seen, ended: now.at === 'end' || (now.at === 'update' && now.r === rowOf(p)) };
}

// Diagonal BiLSTM: skew, columns, unskew, the same mirrored, shift, sum.
function diagonalSteps() {
  const steps = [{ at: 'start' }];
  for (let row = 1; row < film.H; row++) steps.push({ at: 'skew', row });
  for (let c = 0; c < film.W + film.H - 1; c++) steps.push({ at: 'column', way: 'forward', c });
  steps.push({ at: 'unskew', way: 'forward' }, { at: 'flip', way: 'backward' }, { at: 'skew', way: 'backward', row: film.H });
  for (let c = 0; c < film.W + film.H - 1; c++) steps.push({ at: 'column', way: 'backward', c });
  return [...steps, { at: 'unskew', way: 'backward' }, { at: 'unflip', way: 'backward' }, { at: 'shift', way: 'backward' }, { at: 'sum' }];
}
const columnIn = (way, i) => rowOf(i) + (way === 'backward' ? film.W - 1 - columnOf(i) : columnOf(i)); // of the skewed map
function spot(now, i) { // where cell i stands in the right-hand map
  const r = rowOf(i), mirrored = now.way === 'backward' && !['unflip', 'shift'].includes(now.at), c = mirrored ? film.W - 1 - columnOf(i) : columnOf(i);
  const skewed = now.at === 'column' || (now.at === 'skew' && r <= now.row);
  return { r: r + (now.at === 'shift' && film.shift === 'down' ? 1 : 0), c: c + (skewed ? r : 0) };
}
function diagonalNow() {
  const now = film.steps[step], p = film.cell, D = film.D, { at, way } = now;
  const phase = at === 'sum' ? 4 : at === 'shift' ? 3 : way === 'backward' ? 2 : way === 'forward' ? 1 : 0;
  const done = (which) => (s) => { // is the state of this direction computed by now?
    if (which === 'forward') return phase > 1 || (phase === 1 && (at === 'unskew' || columnIn('forward', s) <= now.c));
    return phase > 2 || (phase === 2 && (['unskew', 'unflip'].includes(at) || (at === 'column' && columnIn('backward', s) <= now.c)));
  };
  const forward = united('forward_cone', 'forward_own', p, done('forward'));
  const backward = phase < 2 ? new Uint8Array(D) : phase > 2 ? film.shifted.slice(p * D, (p + 1) * D) : united('backward_cone', 'backward_own', p, done('backward'));
  const leaked = new Uint8Array(D), seen = new Uint8Array(D);
  for (let j = 0; j < D; j++) { seen[j] = forward[j] | backward[j]; leaked[j] = seen[j] && !bit('allowed', p, j) ? 1 : 0; }
  return { ...now, p, phase, done, forward, backward, seen, leaked, ended: at === 'sum' };
}
function total(name) { // over the whole grid: {used, allowed, future}
  const out = { used: 0, allowed: 0, future: 0 };
  for (let k = 0; k < film.D * film.D; k++) { out.allowed += film.allowed[k]; out.used += film[name][k] && film.allowed[k]; out.future += film[name][k] && !film.allowed[k]; }
  return out;
}

// ---- films, drawn
const tallest = () => clamp(window.innerHeight - 510, 300, 760);
function cellBox(grid, r, c) { return [grid.x + c * grid.s, grid.y + r * grid.s, grid.s, grid.s]; }
function blank(g, grid, r, c, fill = 'panel') {
  const [x, y, w, h] = cellBox(grid, r, c);
  g.fillStyle = fill; g.fillRect(x + 0.5, y + 0.5, w - 1, h - 1);
}
function mesh(g, grid, rows, columns) {
  g.strokeStyle = color('line'); g.lineWidth = 1; g.beginPath();
  for (let r = 0; r <= rows; r++) { g.moveTo(grid.x, grid.y + r * grid.s); g.lineTo(grid.x + columns * grid.s, grid.y + r * grid.s); }
  for (let c = 0; c <= columns; c++) { g.moveTo(grid.x + c * grid.s, grid.y); g.lineTo(grid.x + c * grid.s, grid.y + rows * grid.s); }
  g.stroke();
}
function label(g, grid, r, c, i, tint = 'muted') { // raster number of a cell, where there is room
  if (grid.s < 24) return;
  const [x, y, w, h] = cellBox(grid, r, c);
  g.fillStyle = color(tint); g.font = playground.font(clamp(grid.s * 0.34, 10, px(20)), 500); g.textAlign = 'center'; g.textBaseline = 'middle';
  g.fillText(String(i + 1), x + w / 2, y + h / 2 + 1);
}
function inset([x, y, w, h], is) { const m = is ? Math.max(4, w * 0.12) : 0; return [x + m, y + m, w - 2 * m, h - 2 * m]; }
const title = (g, text, grid, room) => words(g, text, grid.x, grid.y - px(12), { size: 18, weight: 650, room });
const ink = (on) => (on ? 'panel' : 'muted');

function rowLayout(width) {
  narrow = width < 760;
  const top = px(34), { H, W } = film;
  if (narrow) {
    const gap = 14, s = Math.min((width - gap) / (2 * W), 40), close = top + H * s + px(16);
    return { height: close + px(300), input: { x: 0, y: top, s }, state: { x: width - W * s, y: top, s }, close: { x: 0, y: close, w: width, h: px(296) } };
  }
  const w = clamp(width * 0.32, 330, 470), gap = px(26), s = Math.min((width - w - 2 * gap) / (2 * W), (tallest() - top) / H, px(58));
  const h = Math.max(H * s, px(330)), off = (width - (2 * W * s + w + 2 * gap)) / 2;
  return { height: top + h + px(8), input: { x: off, y: top, s }, close: { x: off + W * s + gap, y: 0, w, h: top + h }, state: { x: off + W * s + w + 2 * gap, y: top, s } };
}
function drawRow(g, width) {
  const now = rowNow(), { H, W, D } = film, { p, seen, ended } = now, pr = rowOf(p), pc = columnOf(p);
  const { input, state: states, close } = places, active = now.r ?? -1;
  title(g, t(film.space === 'features' ? 'sight.grid_features' : 'sight.grid_pixels'), input, W * input.s);
  title(g, t('sight.grid_states'), states, W * states.s);
  for (let i = 0; i < D; i++) {
    const [r, c] = [rowOf(i), columnOf(i)], [x, y, w, h] = cellBox(input, r, c);
    if (seen[i]) { g.fillStyle = rgba('data', 0.85); g.fillRect(x, y, w, h); }
    else if (ended && bit('allowed', p, i)) hatch(g, x, y, w, h);
    else { g.fillStyle = bit('allowed', p, i) ? color('panel') : rgba('line', 0.45); g.fillRect(x, y, w, h); }
    if (seen[i] || !ended || !bit('allowed', p, i)) label(g, input, r, c, i, ink(seen[i]));
    const computed = r <= now.last, inCone = bit('cone', p, i), filling = r === active && now.at !== 'update';
    blank(g, states, r, c, computed ? (inCone ? rgba('class-2', 0.88) : rgba('line', 0.8)) : filling ? rgba('data', now.at === 'state' ? 0.3 : 0.18) : color('panel'));
    label(g, states, r, c, i, computed && inCone ? 'panel' : 'muted');
  }
  mesh(g, input, H, W); mesh(g, states, H, W);
  for (const grid of [input, states]) ring(g, ...cellBox(grid, pr, pc), 'ink', Math.max(3, grid.s * 0.09));
  if (active >= 0) {
    for (const grid of [input, states]) ring(g, grid.x, grid.y + active * grid.s, W * grid.s, grid.s, 'ink', px(2));
    const focus = active <= pr ? pc : Math.min(pc, W - 1);
    if (now.at === 'input') {
      if (film.space === 'features') {
        for (const c of [focus - 1, focus]) if (c >= 0) ring(g, ...inset(cellBox(input, active, c), active * W + c === p), 'data', fine(4, input.s));
        if (focus + 1 < W) cross(g, input, active, focus + 1);
      } else for (let j = 0; j < D; j++) if (bit('own', active * W + focus, j)) ring(g, ...cellBox(input, rowOf(j), columnOf(j)), 'data', px(3));
      for (let c = 0; c < W; c++) { const [x, y, w, h] = cellBox(states, active, c); arrow(g, x + w / 2, y + h + states.s * 0.42, x + w / 2, y + h * 0.66, 'data', fine(c === focus ? 4 : 2, states.s)); }
    }
    if (now.at === 'state' && active > 0) for (let c = 0; c < W; c++) for (const d of [-1, 0, 1]) if (c + d >= 0 && c + d < W) {
      const s = states.s, from = [states.x + (c + d + 0.5) * s, states.y + (active - 0.5) * s], to = [states.x + (c + 0.5) * s, states.y + (active + 0.3) * s];
      if (c === focus) continue;
      g.globalAlpha = 0.4; arrow(g, ...from, ...to, 'ink', 1.2, 5); g.globalAlpha = 1;
    }
    if (now.at === 'state' && active > 0) for (const d of [-1, 0, 1]) if (focus + d >= 0 && focus + d < W) {
      const s = states.s;
      ring(g, ...cellBox(states, active - 1, focus + d), 'class-2', fine(4, s));
      arrow(g, states.x + (focus + d + 0.5) * s, states.y + (active - 0.42) * s, states.x + (focus + 0.5 + d * 0.12) * s, states.y + (active + 0.36) * s, 'ink', fine(3.5, s));
    }
  }
  drawClose(g, close, now, pc);
}
function cross(g, grid, r, c) {
  const [x, y, w, h] = cellBox(grid, r, c), m = w * 0.24;
  for (const [tint, width] of [['panel', px(7)], ['generated', px(4)]]) {
    g.strokeStyle = color(tint); g.lineWidth = width; g.lineCap = 'round';
    g.beginPath(); g.moveTo(x + m, y + m); g.lineTo(x + w - m, y + h - m); g.moveTo(x + w - m, y + m); g.lineTo(x + m, y + h - m); g.stroke();
  }
}

// The lecture's figure, large: three states of the row above, the new state, the input row below it.
function drawClose(g, { x, y, w, h }, now, column) {
  const W = film.W, mid = x + w / 2, d = Math.min(w * 0.3, px(130)), size = Math.min(px(46), h * 0.13), first = now.r === 0 || now.r === undefined;
  const yTop = y + px(62), yMid = y + h * 0.5, yLow = y + h - px(66), on = (at) => now.at === at || now.at === 'start' || now.at === 'end' || now.at === 'update';
  const stressed = now.at === 'update' || now.at === 'end';
  words(g, t(now.r === 0 ? 'sight.close_top_first' : 'sight.close_top'), mid, y + px(20), { align: 'center', size: 17, weight: 650, tint: 'class-2', room: w });
  for (const k of [-1, 0, 1]) {
    const outside = now.r === 0 || column + k < 0 || column + k >= W, cx = mid + k * d;
    g.globalAlpha = on('state') ? 1 : 0.35;
    g.beginPath(); g.arc(cx, yTop, size * 0.55, 0, 7);
    g.fillStyle = outside ? color('panel') : rgba('class-2', 0.9); g.fill();
    g.setLineDash(outside ? [4, 4] : []); g.strokeStyle = color('class-2'); g.lineWidth = px(2); g.stroke(); g.setLineDash([]);
    words(g, outside ? 'h₀' : 'h', cx, yTop + 1, { align: 'center', base: 'middle', size: 18, weight: 700, tint: outside ? 'class-2' : 'panel' });
    arrow(g, cx - k * size * 0.3, yTop + size * 0.62, mid + k * size * 0.62, yMid - size * 0.86, 'class-2', now.at === 'state' ? px(5) : px(2.5));
    g.globalAlpha = 1;
  }
  words(g, 'Kˢˢ', mid + d * 0.86, (yTop + yMid) / 2 + px(4), { size: 19, weight: 700, tint: 'class-2' });
  words(g, '1×3', mid + d * 0.86, (yTop + yMid) / 2 + px(26), { size: 16, tint: 'class-2' });
  // the new state
  const bw = size * 3.4, bh = size * 1.55;
  g.fillStyle = stressed ? rgba('class-2', 0.9) : color('panel'); g.strokeStyle = color('ink'); g.lineWidth = px(stressed ? 4 : 2);
  g.beginPath(); g.roundRect(mid - bw / 2, yMid - bh / 2, bw, bh, 10); g.fill(); g.stroke();
  words(g, 'o  f  i  g', mid, yMid - bh * 0.2, { align: 'center', base: 'middle', size: 17, weight: 600, tint: stressed ? 'panel' : 'muted' });
  words(g, '→  c, h', mid, yMid + bh * 0.22, { align: 'center', base: 'middle', size: 19, weight: 700, tint: stressed ? 'panel' : 'ink' });
  words(g, t('sight.close_new'), mid - bw / 2 - px(10), yMid, { align: 'right', base: 'middle', size: 16, tint: 'ink', weight: 600, room: w / 2 - bw / 2 - px(12) });
  // the input row
  for (const k of [-1, 0, 1]) {
    const cx = mid + k * d, cut = k === 1, outside = column + k < 0 || column + k >= W;
    g.globalAlpha = on('input') ? 1 : 0.35;
    g.fillStyle = cut ? color('panel') : outside ? color('panel') : rgba('data', 0.9);
    g.strokeStyle = color(cut ? 'generated' : 'data'); g.lineWidth = px(2); g.setLineDash(cut || outside ? [4, 4] : []);
    g.beginPath(); g.rect(cx - size * 0.55, yLow - size * 0.55, size * 1.1, size * 1.1); g.fill(); g.stroke(); g.setLineDash([]);
    words(g, outside ? '0' : 'f', cx, yLow + 1, { align: 'center', base: 'middle', size: 18, weight: 700, tint: cut ? 'generated' : outside ? 'data' : 'panel' });
    if (!cut) arrow(g, cx - k * size * 0.3, yLow - size * 0.66, mid + k * size * 0.62, yMid + bh / 2 + px(6), 'data', now.at === 'input' ? px(5) : px(2.5));
    else {
      g.setLineDash([5, 5]); g.strokeStyle = color('generated'); g.lineWidth = px(2.5); g.beginPath(); g.moveTo(cx - size * 0.3, yLow - size * 0.66); g.lineTo(mid + size * 0.75, yMid + bh / 2 + px(10)); g.stroke(); g.setLineDash([]);
      const mx = (cx + mid) / 2 + size * 0.22, my = (yLow + yMid) / 2 + size * 0.08;
      cross(g, { x: mx - size * 0.4, y: my - size * 0.4, s: size * 0.8 }, 0, 0);
      words(g, t('sight.close_mask'), mx + size * 0.5, my + px(2), { size: 16, tint: 'generated', weight: 650, base: 'middle', room: x + w - mx - size * 0.5 });
    }
    g.globalAlpha = 1;
  }
  words(g, 'Kⁱˢ  1×3', mid - d * 0.62, (yLow + yMid) / 2 + px(4), { size: 19, weight: 700, tint: 'data', align: 'right' });
  words(g, t('sight.close_low'), mid, y + h - px(12), { align: 'center', size: 17, weight: 650, tint: 'data', room: w });
}

function diagonalLayout(width) {
  narrow = width < 760;
  const top = px(34), { H, W } = film, n = W + H - 1;
  if (narrow) {
    const s = Math.min(width / n, 40), map = top + (H + 0.2) * s + px(48);
    return { height: map + (H + 1.1) * s + 4, image: { x: 0, y: top, s }, map: { x: 0, y: map, s } };
  }
  const gap = px(56), s = Math.min((width - gap) / (W + n), (tallest() - top) / (H + 1), px(62)), off = (width - gap - (W + n) * s) / 2;
  return { height: top + (H + 1.1) * s + 4, image: { x: off, y: top, s }, map: { x: off + W * s + gap, y: top, s } };
}
function halves(g, x, y, w, h, first, second) { // one cell, upper left and lower right
  const half = (tint, points) => { g.fillStyle = rgba(tint, 0.88); g.beginPath(); for (const [a, b] of points) g.lineTo(x + a * w, y + b * h); g.fill(); };
  if (first && second) { half('class-2', [[0, 0], [1, 0], [0, 1]]); half('class-3', [[1, 0], [1, 1], [0, 1]]); } else if (first || second) { g.fillStyle = rgba(first ? 'class-2' : 'class-3', 0.88); g.fillRect(x, y, w, h); }
}
function mapTitle(now) {
  if (now.at === 'sum') return t('sight.map_sum');
  if (now.at === 'shift') return t(`sight.map_shift_${film.shift}`);
  const skewed = now.at === 'column' || (now.at === 'skew' && (now.row >= film.H - 1));
  return t(`sight.map_${now.way === 'backward' && !['unflip'].includes(now.at) ? 'mirrored' : 'plain'}${skewed ? '_skewed' : ''}`, { n: film.W + film.H - 1, w: film.W });
}
function drawDiagonal(g, width) {
  const now = diagonalNow(), { H, W, D } = film, { p, phase, at } = now, { image, map } = places, n = W + H - 1, sum = at === 'sum';
  title(g, t(phase < 3 && phase !== 0 ? 'sight.image_so_far' : 'sight.image'), image, narrow ? width : W * image.s + px(40));
  title(g, mapTitle(now), map, width - map.x);
  // the image: what the followed cell sees so far
  for (let i = 0; i < D; i++) {
    const box = cellBox(image, rowOf(i), columnOf(i)), allowed = bit('allowed', p, i);
    g.fillStyle = allowed ? color('panel') : rgba('line', 0.45); g.fillRect(...box);
    if (now.leaked[i]) leak(g, ...box);
    else if (now.seen[i]) halves(g, ...box, now.forward[i], now.backward[i]);
    else if (now.ended && allowed) hatch(g, ...box);
    if (!now.leaked[i]) label(g, image, rowOf(i), columnOf(i), i, ink(now.seen[i]));
  }
  mesh(g, image, H, W);
  if (at === 'column') {
    const back = now.way === 'backward', tint = back ? 'class-3' : 'class-2';
    for (let i = 0; i < D; i++) if (columnIn(now.way, i) === now.c) {
      const [x, y, s] = cellBox(image, rowOf(i), columnOf(i)), side = back ? 1 : -1, thick = fine(i === p ? 4 : 2.5, map.s);
      ring(g, x, y, s, s, tint, fine(3, s));
      if (rowOf(i) > 0) arrow(g, x + s / 2, y - s * 0.32, x + s / 2, y + s * 0.28, 'accent-2', thick, 3.2, true);
      if (back ? columnOf(i) < W - 1 : columnOf(i) > 0) arrow(g, x + s / 2 + side * s * 0.82, y + s / 2, x + s / 2 + side * s * 0.22, y + s / 2, 'accent', thick, 3.2, true);
    }
  }
  ring(g, ...cellBox(image, rowOf(p), columnOf(p)), 'ink', Math.max(3, image.s * 0.09));
  // the map that is computed
  const old = film.steps[earlier], way = now.way === 'backward' ? 'backward' : 'forward', tint = way === 'backward' ? 'class-3' : 'class-2';
  const holds = at === 'shift' && film.shift === 'down' ? p - W : p; // the state that now stands where p is
  const ease = moving < 1 ? moving * moving * (3 - 2 * moving) : 1;
  g.save(); g.beginPath(); g.rect(map.x - 3, map.y - 3, n * map.s + 6, (H + 1) * map.s + 6); g.clip();
  if (['skew', 'column', 'start'].includes(at) || phase === 0) { g.globalAlpha = 0.5; g.setLineDash([3, 5]); mesh(g, map, H, at === 'start' ? W : n); g.setLineDash([]); g.globalAlpha = 1; }
  for (let i = 0; i < D; i++) {
    const a = spot(old, i), b = spot(now, i), r = a.r + (b.r - a.r) * ease, c = a.c + (b.c - a.c) * ease, box = cellBox(map, r, c);
    const computed = sum ? true : phase > 2 || (phase === 2 && now.done('backward')(i)) || (phase === 1 && now.done('forward')(i));
    const lost = at === 'shift' && (film.shift === 'down' ? b.r >= H : film.shift === 'zeroed' && rowOf(i) === H - 1);
    g.globalAlpha = lost ? 0.25 : 1;
    g.fillStyle = color('panel'); g.fillRect(...box);
    let filled = false;
    if (sum) { if (now.leaked[i]) leak(g, ...box); else if (now.seen[i]) { halves(g, ...box, now.forward[i], now.backward[i]); filled = true; } else if (bit('allowed', p, i)) hatch(g, ...box); else { g.fillStyle = rgba('line', 0.45); g.fillRect(...box); } }
    else if (computed) {
      filled = holds >= 0 && bit(`${way}_cone`, holds, i) && !(film.shift === 'zeroed' && at === 'shift' && rowOf(p) === H - 1);
      g.fillStyle = filled ? rgba(tint, 0.88) : rgba('line', 0.8); g.fillRect(...box);
    }
    g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(...box);
    if (!(sum && now.leaked[i])) label(g, map, r, c, i, ink(filled));
    g.globalAlpha = 1;
  }
  if (at === 'shift' && film.shift === 'down') words(g, t('sight.zeros'), map.x + (W * map.s) / 2, map.y + map.s / 2, { align: 'center', base: 'middle', size: 17, tint: 'muted', weight: 600, room: W * map.s });
  const here = at === 'shift' ? cellBox(map, rowOf(p), columnOf(p)) : (() => { const a = spot(old, p), b = spot(now, p); return cellBox(map, a.r + (b.r - a.r) * ease, a.c + (b.c - a.c) * ease); })();
  if (at === 'column') {
    const s = map.s;
    ring(g, map.x + now.c * s, map.y, s, H * s, tint, fine(4, s));
    if (now.c) for (let i = 0; i < D; i++) if (columnIn(way, i) === now.c) {
      const r = rowOf(i), c = now.c, cx = map.x + (c + 0.5) * s, cy = map.y + (r + 0.5) * s, thick = fine(i === p ? 4 : 2.5, map.s);
      const side = back(way) ? columnOf(i) < W - 1 : columnOf(i) > 0;
      if (side) arrow(g, cx - s * 0.8, cy, cx - s * 0.24, cy, 'accent', thick, 3.2, true);
      if (r > 0) arrow(g, cx - s * 0.78, cy - s * 0.78, cx - s * 0.2, cy - s * 0.2, 'accent-2', thick, 3.2, true);
    }
  }
  ring(g, ...here, 'ink', Math.max(3, map.s * 0.09));
  g.restore();
}
const back = (way) => way === 'backward';

const view = playground.canvas(picture, (g, width, height) => {
  if (!film || kind() !== film.kind) { words(g, t('page.loading'), width / 2, px(60), { align: 'center', tint: 'muted', size: 18 }); return; }
  places = film.kind === 'row' ? rowLayout(width) : diagonalLayout(width);
  if (Math.abs(places.height - height) > 1) { picture.style.height = `${Math.round(places.height)}px`; return; } // drawn again at once
  (film.kind === 'row' ? drawRow : drawDiagonal)(g, width);
  const now = film.kind === 'row' ? rowNow() : diagonalNow(), grids = film.kind === 'row' ? [places.input, places.state] : [places.image, places.map];
  Object.assign(g.canvas.dataset, {
    kind: film.kind, step, steps: film.steps.length, at: now.at, cell: film.cell, playing, seq,
    seen: number(now.seen.map((v, j) => (v && bit('allowed', film.cell, j) ? 1 : 0))), leaked: now.leaked ? number(now.leaked) : 0,
    grid: `${grids[0].x},${grids[0].y},${grids[0].s}`,
  });
});

// ---- films, told -----------------------------------------------------------------------------------------------------------------
function caption() {
  const p = film.cell, { H, W } = film, name = p + 1, n = W + H - 1;
  if (film.kind === 'row') {
    const now = rowNow(), seen = number(now.seen), allowed = number(film.allowed.subarray(p * film.D, (p + 1) * film.D)), row = (now.r ?? 0) + 1;
    const which = now.at === 'state' && now.r === 0 ? 'state_first' : now.at === 'end' && seen === allowed ? 'end_all' : now.at === 'start' && film.space === 'pixels' ? 'start_pixels' : now.at;
    return { text: t(`sight.say_row_${which}`, { row, above: row - 1, w: W, cell: name, seen, allowed, missed: allowed - seen, kernel: 3 }), seen, allowed, leaked: 0 };
  }
  const now = diagonalNow(), all = number(film.allowed.subarray(p * film.D, (p + 1) * film.D)), leaked = number(now.leaked), seen = number(now.seen.map((v, j) => (v && bit('allowed', p, j) ? 1 : 0)));
  const gathered = number(back(now.way) ? now.backward : now.forward), m = now.at === 'column' ? Array.from({ length: film.D }, (_, i) => columnIn(now.way, i)).filter((c) => c === now.c).length : 0;
  const future = Array.from({ length: film.D }, (_, j) => (now.backward[j] && !bit('allowed', p, j) ? 1 : 0)).reduce((a, v) => a + v, 0);
  const sum = total('both');
  let which = now.at;
  if (now.at === 'skew') which = back(now.way) ? 'skew_again' : now.row === H - 1 ? 'skew_done' : 'skew';
  if (now.at === 'column') which = `${now.way}_${now.c === 0 ? 'first' : 'column'}`;
  if (now.at === 'unskew') which = `unskew_${now.way}`;
  if (now.at === 'unflip') which = future ? 'unflip' : 'unflip_edge';
  if (now.at === 'shift') which = `shift_${film.shift}`;
  if (now.at === 'sum') which = sum.future ? 'sum_leak' : sum.used < sum.allowed ? 'sum_most' : 'sum';
  return { text: t(`sight.say_diagonal_${which}`, { row: (now.row ?? 0) + 1, shift: now.row ?? 0, column: (now.c ?? 0) + 1, before: now.c ?? 0, n, m, cell: name, gathered, future, seen, allowed: all, used: sum.used, all: sum.allowed, leaks: sum.future }), seen, allowed: all, leaked, sum: ['shift', 'sum'].includes(now.at) ? sum : null };
}
function showFilm() {
  if (!film || film.kind !== kind()) return;
  const says = caption(), last = film.steps.length - 1;
  find('.pg-sight-caption').textContent = says.text;
  const numbers = [t('sight.step', { step, steps: last }), t('sight.cell_sees', { cell: film.cell + 1, seen: says.seen, allowed: says.allowed })];
  if (film.kind === 'diagonal') numbers.push(t('sight.cell_future', { n: says.leaked }));
  if (says.sum) numbers.push(t('sight.grid_total', { used: says.sum.used, all: says.sum.allowed, future: says.sum.future }));
  find('.pg-sight-numbers').textContent = numbers.join(' · ');
  slider.max = last; slider.value = step;
  slider.setAttribute('aria-valuetext', says.text);
  part('play').setAttribute('aria-pressed', String(playing));
  part('play').dataset.icon = playing ? 'pause' : 'play';
  view.canvas.setAttribute('aria-label', `${t(`sight.view_${film.kind}`)}. ${says.text}`);
  for (const legend of root.querySelectorAll('.pg-sight-film .pg-sight-legend')) legend.hidden = legend.dataset.for !== film.kind;
  view.later();
}
function settle() { showFilm(); if (!playing) set({ step }, false); }

// ---- films, moved ------------------------------------------------------------------------------------------------------------------
const LINGER = { start: 3200, input: 1900, state: 1900, update: 1900, end: 0, skew: 900, unskew: 2600, flip: 2200, unflip: 3200, shift: 3600, sum: 0 };
function linger() {
  const now = film.steps[step];
  const base = now.at === 'column' ? (now.c < 2 ? 2600 : 1000) : now.at === 'skew' && now.row >= film.H - 1 ? 2600 : ['input', 'state', 'update'].includes(now.at) && now.r > 1 ? 1000 : LINGER[now.at];
  return base / Number(speed.value);
}
function glide() { // the cells on their way from the step before
  if (still.matches) { moving = 1; return; }
  const begun = performance.now(), to = step;
  moving = 0;
  const frame = (time) => {
    if (!view.canvas.isConnected || step !== to) return;
    moving = clamp((time - begun) / (550 / Number(speed.value)), 0, 1);
    view.later();
    if (moving < 1) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
function to(next, glides = true) {
  if (!film) return;
  next = clamp(Math.round(next), 0, film.steps.length - 1);
  earlier = glides && Math.abs(next - step) === 1 ? step : next;
  step = next;
  if (earlier !== step) glide(); else moving = 1;
  settle();
}
function beat() {
  clearTimeout(timer);
  if (!playing) return;
  timer = setTimeout(() => {
    if (!playing || !film || film.kind !== kind() || !view.canvas.isConnected) { playing = false; return; }
    if (step >= film.steps.length - 1) { pause(); return; }
    if (step + 1 >= film.steps.length - 1) playing = false;
    to(step + 1);
    beat();
  }, linger());
}
function play() {
  if (!film || playing) return;
  if (step >= film.steps.length - 1) { step = earlier = 0; moving = 1; }
  playing = true;
  set({ step: -1 }, false);
  showFilm(); beat();
}
function pause() { playing = false; clearTimeout(timer); settle(); }
const stop = (act) => () => { playing = false; clearTimeout(timer); act(); };
const acts = {
  restart: () => { playing = false; clearTimeout(timer); if (film) { step = earlier = 0; moving = 1; play(); } },
  back: stop(() => to(step - 1)), step: stop(() => to(step + 1)), end: stop(() => to(film.steps.length - 1, false)),
  play: () => (playing ? pause() : play()),
};
for (const [name, act] of Object.entries(acts)) part(name).addEventListener('click', act);
slider.addEventListener('input', stop(() => to(Number(slider.value), false)));
const stepCell = (rows, columns) => () => { if (film) follow(clamp(rowOf(film.cell) + rows, 0, film.H - 1) * film.W + clamp(columnOf(film.cell) + columns, 0, film.W - 1)); };
playground.keys(panel, {
  space: acts.play, left: acts.back, right: acts.step, home: stop(() => to(0, false)), end: acts.end, r: acts.restart,
  'shift+left': stepCell(0, -1), 'shift+right': stepCell(0, 1), 'shift+up': stepCell(-1, 0), 'shift+down': stepCell(1, 0),
});
function cellUnder(event) {
  if (!film || !places) return null;
  const box = view.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  const inside = (grid) => { const c = Math.floor((x - grid.x) / grid.s), r = Math.floor((y - grid.y) / grid.s); return { r, c, in: r >= 0 && r < film.H && c >= 0 }; };
  for (const grid of film.kind === 'row' ? [places.input, places.state] : [places.image]) { const q = inside(grid); if (q.in && q.c < film.W) return q.r * film.W + q.c; }
  if (film.kind === 'diagonal') { const q = inside(places.map), now = film.steps[step]; for (let i = 0; i < film.D; i++) { const b = spot(now, i); if (b.r === q.r && b.c === q.c) return i; } }
  return null;
}
view.canvas.addEventListener('pointermove', (event) => { view.canvas.style.cursor = cellUnder(event) === null ? '' : 'pointer'; });
view.canvas.addEventListener('click', (event) => { const i = cellUnder(event); if (i !== null) { panel.focus({ preventScroll: true }); follow(i); } });

// ---- which view --------------------------------------------------------------------------------------------------------------------
const tabs = [...root.querySelectorAll('.pg-sight-tabs [data-view]')];
function open(name) {
  if (name === state().view) return;
  stop(() => {})();
  set({ view: name, step: -1 });
  opened = false; film = null; hover = null;
  show();
  askAll(0);
}
for (const tab of tabs) tab.addEventListener('click', () => open(tab.dataset.view));
const turn = (d) => () => { const k = tabs.findIndex((tab) => tab.dataset.view === state().view), next = tabs[(k + d + tabs.length) % tabs.length]; open(next.dataset.view); next.focus(); };
playground.keys(find('.pg-sight-tabs'), { left: turn(-1), right: turn(1) });

function show() {
  const now = state(), sees = now.view === 'sees';
  for (const tab of tabs) { const on = tab.dataset.view === now.view; tab.setAttribute('aria-selected', String(on)); tab.setAttribute('aria-pressed', String(on)); tab.tabIndex = on ? 0 : -1; }
  find('.pg-sight-maps').hidden = !sees;
  panel.hidden = sees;
  panel.setAttribute('aria-labelledby', `pg-sight-tab-${now.view}`);
  root.dataset.view = now.view;
  if (sees) { showMaps(); return; }
  if (film && filmKey() === [film.kind, film.H, film.W, film.space, ...(film.kind === 'row' ? [] : [film.shift])].join()) showFilm(); else fetchFilm();
}
root.addEventListener('configure', () => { hover = null; show(); if (state().view === 'sees') askAll(0); });
playground.translate(root);
playground.onLang(show);
show();
askAll(0);
