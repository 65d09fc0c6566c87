// A colour image sub-pixel by sub-pixel: the picture, the pixel in play enlarged, the distributions of its three channels,
// the other draws. A film arrives once and is played here; the server is asked only where something else was to be drawn:
// another level of one sub-pixel (server.force), other ways on from here (server.resample).
const FACTS = @FACTS@; // {levels, blocks, value, bits, floor}
const SIDE = 28, PIXELS = SIDE * SIDE, SIZE = 3 * PIXELS, L = FACTS.levels;
const NAMES = ['R', 'G', 'B'];
const root = element.querySelector('.pg-colour'), stage = root.querySelector('.pg-colour-stage');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const said = part('said');
const state = { film: null, step: 0, sample: 0, playing: false, hover: null, sees: false, message: null };
const earlier = []; // films before a change by hand
let opened = false, places = null, narrow = false;

// ---- a film --------------------------------------------------------------------------------------------------------------
function read(value) {
  const [x, p, u, nats] = ['x', 'p', 'u', 'nats'].map((name) => playground.unpack(value[name]));
  const n = value.x.shape[0], run = new Float64Array(n * SIZE);
  const peak = Array.from({ length: n }, (_, k) => {
    let best = 0;
    for (let i = 0, sum = 0; i < SIZE; i++) { run[k * SIZE + i] = sum += nats[k * SIZE + i]; if (nats[k * SIZE + i] < nats[k * SIZE + best]) best = i; }
    return best;
  });
  return { ...value, n, x, p, u, nats, run, peak };
}
const at = (name, i, k = state.sample) => state.film[name][k * SIZE + i];
const chance = (i, level) => state.film.p[(state.sample * SIZE + i) * L + level] / 65535;
const finished = () => state.step >= SIZE;
// The sub-pixel spoken of: the last of the hovered pixel that is drawn, else the one drawn last, at the end the most surprising.
function focus() {
  if (state.hover !== null) { const last = Math.min(3 * state.hover + 2, state.step - 1); return last >= 3 * state.hover ? last : -1; }
  return finished() ? state.film.peak[state.sample] : state.step - 1;
}
const light = (level) => Math.round((255 * level) / (L - 1));
const only = (c, level) => `rgb(${NAMES.map((_, j) => (j === c ? light(level) : 0))})`;

// What a pixel may see, followed through the masks: 3x3 in every block, then 7x7. Of each pixel it sees R, G and B.
const contexts = new Map();
function context(pixel) {
  if (contexts.has(pixel)) return contexts.get(pixel);
  const near = [[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 0]], wide = [];
  for (let r = -3; r <= 0; r++) for (let c = -3; c <= 3; c++) if (r < 0 || c < 0) wide.push([r, c]);
  let here = new Uint8Array(PIXELS);
  here[pixel] = 1;
  for (let layer = 0; layer <= FACTS.blocks; layer++) {
    const next = new Uint8Array(PIXELS);
    here.forEach((on, i) => {
      if (!on) return;
      for (const [dr, dc] of layer < FACTS.blocks ? near : wide) {
        const r = Math.floor(i / SIDE) + dr, c = (i % SIDE) + dc;
        if (r >= 0 && c >= 0 && c < SIDE) next[r * SIDE + c] = 1;
      }
    });
    here = next;
  }
  contexts.set(pixel, here);
  return here;
}

// ---- drawing ---------------------------------------------------------------------------------------------------------------
const px = (size) => playground.px(size) * (narrow ? 0.86 : 1);
function text(g, words, x, y, { size = 16, color = 'ink', align = 'left', weight = 400, room } = {}) {
  g.fillStyle = playground.color(color);
  g.font = playground.font(px(size), weight);
  g.textAlign = align; g.textBaseline = 'alphabetic';
  g.fillText(words, x, y, room);
  return g.measureText(words).width;
}
const minus = (words) => String(words).replace('-', '−');
const nats = (v) => minus(Math.abs(v) < 5e-4 ? '0.000' : v.toFixed(Math.abs(v) < 9.995 ? 3 : 1));
const percent = (v) => (v > 0.9995 ? '100 %' : v >= 0.9905 ? `${(100 * v).toFixed(1)} %` : v >= 0.0995 ? `${(100 * v).toFixed(0)} %` : v >= 0.001 ? `${(100 * v).toFixed(1)} %` : v > 0 ? '<0.1 %' : '0 %');

const among = (v) => (percent(v)[0] === '<' ? `< ${percent(v).slice(1)}` : `= ${percent(v)}`);

const small = new OffscreenCanvas(SIDE, SIDE), tiny = small.getContext('2d'), bytes = tiny.createImageData(SIDE, SIDE);
function picture(g, { x, y, s }, k, step) {
  bytes.data.fill(0);
  for (let i = 0; i < PIXELS; i++) {
    const drawn = Math.min(3, step - 3 * i);
    for (let c = 0; c < drawn; c++) bytes.data[4 * i + c] = light(at('x', 3 * i + c, k));
    bytes.data[4 * i + 3] = drawn > 0 ? 255 : 0;
  }
  tiny.putImageData(bytes, 0, 0);
  g.fillStyle = playground.color('line'); g.fillRect(x, y, s, s);
  g.imageSmoothingEnabled = false;
  g.drawImage(small, x, y, s, s);
}
function ring(g, { x, y, s }, pixel, color, width) {
  const c = s / SIDE, left = x + (pixel % SIDE) * c, top = y + Math.floor(pixel / SIDE) * c;
  for (const [name, out, w] of [['panel', 1.4 * width, width], [color, width / 2, width]]) {
    g.strokeStyle = playground.color(name); g.lineWidth = w;
    g.strokeRect(left - out, top - out, c + 2 * out, c + 2 * out);
  }
}
function drawContext(g, { x, y, s }, pixel) { // what is not seen steps back; what is seen has an outline
  const seen = context(pixel), c = s / SIDE, own = pixel;
  g.fillStyle = playground.color('panel'); g.globalAlpha = 0.72;
  seen.forEach((on, i) => { if (!on && i !== own) g.fillRect(x + (i % SIDE) * c, y + Math.floor(i / SIDE) * c, c + 0.5, c + 0.5); });
  g.globalAlpha = 1;
  g.strokeStyle = playground.color('accent'); g.lineWidth = 2.5; g.beginPath();
  const on = (r, k) => r >= 0 && k >= 0 && k < SIDE && r < SIDE && seen[r * SIDE + k];
  for (let r = 0; r < SIDE; r++) for (let k = 0; k < SIDE; k++) {
    if (!on(r, k)) continue;
    const left = x + k * c, top = y + r * c;
    if (!on(r - 1, k)) { g.moveTo(left, top); g.lineTo(left + c, top); }
    if (!on(r + 1, k)) { g.moveTo(left, top + c); g.lineTo(left + c, top + c); }
    if (!on(r, k - 1)) { g.moveTo(left, top); g.lineTo(left, top + c); }
    if (!on(r, k + 1)) { g.moveTo(left + c, top); g.lineTo(left + c, top + c); }
  }
  g.stroke();
  return seen.reduce((sum, v) => sum + v, 0);
}

function layout(width) {
  narrow = width < 720;
  const gap = px(22), head = px(narrow ? 122 : 96), thumbs = state.film ? state.film.n : 8;
  const column = (x, y, w) => {
    const zoom = { x, y, s: px(82) }, charts = y + head + px(30), h = narrow ? px(150) : px(190);
    const each = (w - 2 * px(16)) / 3;
    const boxes = NAMES.map((_, c) => ({ x: x + c * (each + px(16)), y: charts, w: each, h }));
    const words = charts + h + px(96), t = Math.min((w - (thumbs - 1) * px(8)) / Math.max(thumbs, 8), px(112));
    const per = narrow ? 4 : thumbs, side = narrow ? (w - 3 * px(8)) / 4 : t;
    const tops = words + 3 * px(25) + px(40);
    const tiles = Array.from({ length: thumbs }, (_, k) => ({ x: x + (k % per) * (side + px(8)), y: tops + Math.floor(k / per) * (side + px(8)), s: side }));
    return { zoom, charts: boxes, words: { x, y: words, w }, tiles, title: tops - px(8), height: tiles[thumbs - 1].y + side + 4 };
  };
  if (narrow) { const right = column(0, width + px(20), width); return { main: { x: 0, y: 0, s: width }, ...right }; }
  const tallest = playground.clamp(window.innerHeight - 430, 420, 900);
  const s = Math.round(Math.min(width * 0.46, tallest)), right = column(s + 1.4 * gap, 0, width - s - 1.4 * gap);
  return { main: { x: 0, y: 0, s }, ...right, height: Math.max(s, right.height) };
}

function drawZoom(g, { x, y, s }, w, k) { // the pixel as its three sub-pixels and as the colour they make
  const t = playground.t;
  if (k < 0) { text(g, t('colour.before'), x, y + px(30), { size: 17, color: 'muted', room: w }); return; }
  const pixel = Math.floor(k / 3), drawn = Math.min(3, state.step - 3 * pixel), stripe = s / 3;
  for (let c = 0; c < 3; c++) {
    const known = c < drawn;
    g.fillStyle = known ? only(c, at('x', 3 * pixel + c)) : playground.color('line');
    g.fillRect(x + c * stripe, y, stripe, s);
    if (!known) text(g, '?', x + (c + 0.5) * stripe, y + s / 2 + px(7), { size: 20, color: 'muted', align: 'center', weight: 700 });
  }
  g.strokeStyle = playground.color('muted'); g.lineWidth = 1; g.strokeRect(x + 0.5, y + 0.5, s - 1, s - 1);
  const levels = NAMES.map((_, c) => (c < drawn ? at('x', 3 * pixel + c) : 0));
  text(g, '→', x + s + px(16), y + s / 2 + px(8), { size: 22, align: 'center', color: 'muted' });
  g.fillStyle = `rgb(${levels.map(light)})`; g.fillRect(x + s + px(32), y, s, s);
  g.strokeRect(x + s + px(32) + 0.5, y + 0.5, s - 1, s - 1);
  const left = x + 2 * s + px(50), room = w - 2 * s - px(50);
  const place = t('colour.place', { i: pixel + 1, row: Math.floor(pixel / SIDE) + 1, column: (pixel % SIDE) + 1 });
  text(g, place, left, y + px(20), { size: narrow ? 15 : 18, weight: 600, room });
  text(g, t('colour.levels', { list: NAMES.map((name, c) => `${name} ${c < drawn ? levels[c] : '?'}`).join(' · '), most: L - 1 }), left, y + px(46), { size: narrow ? 14 : 16, room });
  text(g, t(`colour.own_${k % 3}`), narrow ? x : left, y + px(narrow ? 106 : 71), { size: narrow ? 15 : 16, color: 'muted', room: narrow ? w : room });
}

function drawCharts(g, boxes, k) {
  const t = playground.t, pixel = k < 0 ? 0 : Math.floor(k / 3), drawn = k < 0 ? 0 : Math.min(3, state.step - 3 * pixel);
  boxes.forEach((box, c) => {
    const now = c === k % 3 && !finished() && state.hover === null, i = 3 * pixel + c;
    text(g, t(`colour.p${c}`), box.x, box.y - px(10), { size: narrow ? 13 : 17, weight: now ? 700 : 500, color: now ? 'accent' : 'ink', room: box.w });
    g.strokeStyle = playground.color(now ? 'accent' : 'line'); g.lineWidth = now ? 2 : 1;
    g.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
    const each = (box.w - px(8)) / L, floor = box.y + box.h - px(4), tall = box.h - px(12);
    if (c >= drawn) {
      text(g, t('colour.not_yet'), box.x + box.w / 2, box.y + box.h / 2, { size: narrow ? 13 : 16, color: 'muted', align: 'center', room: box.w - px(12) });
    } else for (let level = 0; level < L; level++) {
      const p = chance(i, level), left = box.x + px(4) + level * each, chosen = at('x', i) === level;
      const h = Math.max(tall * p, p > 0 ? 1.5 : 0);
      g.fillStyle = playground.color('line'); g.globalAlpha = 0.35; g.fillRect(left + 1, floor - tall, each - 2, tall); g.globalAlpha = 1;
      g.fillStyle = only(c, Math.max(level, 1)); g.fillRect(left + 1, floor - h, each - 2, h);
      g.strokeStyle = playground.color(chosen ? 'accent' : 'muted'); g.lineWidth = chosen ? 3 : 0.75;
      g.strokeRect(left + 1.5, floor - h, each - 3, h);
      if (chosen) { g.fillStyle = playground.color('accent'); g.beginPath(); g.moveTo(left + each / 2, floor + px(5)); g.lineTo(left + each / 2 - px(6), floor + px(15)); g.lineTo(left + each / 2 + px(6), floor + px(15)); g.fill(); }
      text(g, String(level), left + each / 2, floor + px(30), { size: narrow ? 12 : 14, color: chosen ? 'ink' : 'muted', align: 'center', weight: chosen ? 700 : 400 });
    }
    if (c < drawn) {
      const words = state.film.forced === i ? t('colour.forced') : i < state.film.known ? t('colour.known') : `u = ${at('u', i).toFixed(3)}`;
      text(g, `p ${among(chance(i, at('x', i)))}`, box.x, floor + px(56), { size: narrow ? 13 : 17, weight: 600, room: box.w });
      text(g, words, box.x, floor + px(78), { size: narrow ? 12 : 15, color: 'muted', room: box.w });
    }
  });
}

function drawWords(g, { x, y, w }, k) {
  const t = playground.t, line = px(25);
  if (k < 0) return;
  text(g, t('colour.term', { what: t(`colour.p${k % 3}`), value: nats(at('nats', k)) }), x, y + line, { size: 17, room: w });
  text(g, t(finished() ? 'colour.total' : 'colour.run', { value: nats(at('run', finished() ? SIZE - 1 : k)) }), x, y + 2 * line, { size: 17, weight: 600, room: w });
  const bits = -at('run', SIZE - 1) / Math.LN2 / SIZE;
  if (finished()) text(g, t('colour.bits', { value: bits.toFixed(3) }), x, y + 3 * line, { size: 15, color: 'muted', room: w });
  else if (state.film.temperature !== 1) text(g, t('colour.tempered', { value: state.film.temperature }), x, y + 3 * line, { size: 15, color: 'muted', room: w });
}

function draw(g, width) {
  places = layout(width);
  const height = Math.round(places.height);
  if (Math.abs(stage.clientHeight - height) > 1) { stage.style.height = `${height}px`; view.later(); return; }
  const { film } = state;
  if (!film) { if (state.message) text(g, state.message[playground.lang], 0, px(40), { size: 18, room: width }); return; }
  const k = focus(), { main } = places;
  picture(g, main, state.sample, state.step);
  const pixel = k < 0 ? 0 : Math.floor(k / 3);
  const seen = state.sees && k >= 0 ? drawContext(g, main, pixel) : 0;
  if (k >= 0) ring(g, main, pixel, state.hover === null ? 'accent' : 'accent-2', 3);
  g.strokeStyle = playground.color('line'); g.lineWidth = 1; g.strokeRect(main.x + 0.5, main.y + 0.5, main.s - 1, main.s - 1);
  drawZoom(g, places.zoom, places.words.w, k);
  drawCharts(g, places.charts, k);
  drawWords(g, places.words, k);
  places.tiles.forEach((tile, n) => {
    picture(g, tile, n, state.step);
    if (n === state.sample) { g.strokeStyle = playground.color('accent'); g.lineWidth = 3; g.strokeRect(tile.x + 1, tile.y + 1, tile.s - 2, tile.s - 2); }
  });
  text(g, playground.t(film.known ? 'colour.ways' : 'colour.others'), places.words.x, places.title, { size: 15, color: 'muted', room: places.words.w });
  Object.assign(g.canvas.dataset, { step: state.step, playing: state.playing, sample: state.sample, focus: k, seen, n: film.n, known: film.known, forced: film.forced,
    levels: k < 0 ? '' : [0, 1, 2].map((c) => at('x', 3 * pixel + c)).join(','), total: at('run', SIZE - 1).toFixed(3), side: main.s,
    bars: places.charts.map((b) => [b.x, b.y, b.w, b.h].map(Math.round).join(',')).join(';') });
}
const view = playground.canvas(stage, draw);

// ---- playing -----------------------------------------------------------------------------------------------------------------
function show() {
  bar.paint();
  part('undo').hidden = !earlier.length;
  part('sees').setAttribute('aria-pressed', String(state.sees));
  part('resample').disabled = !state.film || finished();
  view.later();
}
function settle() {
  if (!state.film) return;
  playground.link.set('colour', { step: state.step, which: Math.min(state.sample, 15), sees: state.sees });
  const k = focus();
  if (k < 0) { said.textContent = ''; return; }
  const pixel = Math.floor(k / 3), t = playground.t;
  said.textContent = [t('colour.place', { i: pixel + 1, row: Math.floor(pixel / SIDE) + 1, column: (pixel % SIDE) + 1 }), `${t(`colour.p${k % 3}`)} ${among(chance(k, at('x', k)))}`].join('. ');
}
function look() { state.sees = !state.sees; show(); settle(); }
const bar = playground.player(root, {
  stage: 'colour', state, ready: () => Boolean(state.film), first: () => state.film.known, last: () => SIZE, show, settle,
  acts: { undo, resample: () => resample(), sees: look },
  on: {
    'shift+left': () => bar.go(state.step - 3), 'shift+right': () => bar.go(state.step + 3), up: () => bar.go(state.step - 3 * SIDE), down: () => bar.go(state.step + 3 * SIDE),
    u: undo, s: look, n: () => resample(), escape: () => { state.hover = null; show(); },
  },
});

// ---- asking --------------------------------------------------------------------------------------------------------------------
const row = () => { const x = state.film.x.slice(state.sample * SIZE, (state.sample + 1) * SIZE); return { shape: [SIZE], dtype: 'uint8', data: btoa(String.fromCharCode(...x)) }; };
function arrive(value, step) {
  state.film = read(value);
  Object.assign(state, { message: null, playing: false, hover: null, step, sample: Math.min(state.sample, state.film.n - 1) });
  show(); settle();
}
const keep = () => earlier.push({ film: state.film, sample: state.sample, step: state.step });
const force = playground.gate(async (i, level) => {
  const { film, sample, step } = state;
  const got = playground.check(await server.force(row(), i, level, film.seed, film.temperature, film.first + sample));
  if (!got || film !== state.film) return;
  keep();
  state.sample = 0;
  arrive(got, Math.max(step, Math.min(SIZE, 3 * Math.floor(i / 3) + 3)));
  if (!finished()) { state.hover = Math.floor(i / 3); view.later(); }
});
const resample = playground.gate(async () => {
  const { film, step } = state;
  if (!film || finished()) return;
  const got = playground.check(await server.resample(row(), step, Math.floor(Math.random() * 1e6), film.temperature));
  if (!got || film !== state.film) return;
  keep();
  state.sample = 0;
  arrive(got, step);
  bar.play();
});
function undo() {
  if (!earlier.length) return;
  Object.assign(state, earlier.pop(), { playing: false, hover: null });
  show(); settle();
}

function load() {
  const value = props.value;
  if (!value) return;
  if (value.message) { Object.assign(state, { film: null, message: value.message, playing: false }); show(); view.draw(); }
  else {
    earlier.length = 0;
    const link = opened ? { step: -1, which: state.sample } : playground.link.get('colour');
    if (!opened) state.sees = Boolean(link.sees);
    state.sample = link.which;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches, plays = value.play && link.step < 0 && !still;
    arrive(value, link.step >= 0 ? link.step : value.play || !state.film ? SIZE : state.step);
    opened = true;
    if (plays) bar.restart(); else view.draw();
  }
  view.canvas.dataset.seq = value.seq;
}
function numbers() {
  const t = playground.t, words = FACTS.value === null ? [t('colour.no_number')] : [t('colour.number', { value: FACTS.value.toFixed(1), bits: FACTS.bits.toFixed(3) })];
  if (FACTS.floor !== null && FACTS.floor !== undefined) words.push(t('colour.floor', { value: FACTS.floor.toFixed(0) }));
  part('numbers').replaceChildren(...words.map((line, i) => { const node = document.createElement(i ? 'span' : 'b'); node.textContent = line; return node; }));
}

// ---- hands -------------------------------------------------------------------------------------------------------------------------
function under(event) {
  if (!state.film || !places) return null;
  const area = view.canvas.getBoundingClientRect(), x = event.clientX - area.left, y = event.clientY - area.top;
  const { main, tiles, charts } = places;
  if (x >= main.x && y >= main.y && x < main.x + main.s && y < main.y + main.s) {
    return { pixel: Math.floor(((y - main.y) / main.s) * SIDE) * SIDE + Math.floor(((x - main.x) / main.s) * SIDE) };
  }
  const tile = tiles.findIndex((b) => x >= b.x && y >= b.y && x < b.x + b.s && y < b.y + b.s);
  if (tile >= 0 && tile < state.film.n) return { tile };
  const c = charts.findIndex((b) => x >= b.x && y >= b.y && x < b.x + b.w && y < b.y + b.h + px(32));
  const k = focus(), i = 3 * Math.floor(k / 3) + c;
  if (c < 0 || k < 0 || i >= state.step) return null;
  return { bar: i, level: playground.clamp(Math.floor((x - charts[c].x - px(4)) / ((charts[c].w - px(8)) / L)), 0, L - 1) };
}
view.canvas.addEventListener('pointermove', (event) => {
  const found = under(event);
  view.canvas.style.cursor = found ? 'pointer' : '';
  if (event.pointerType === 'touch' || state.playing) return;
  if (found && found.pixel !== undefined && found.pixel !== state.hover && 3 * found.pixel < state.step) { state.hover = found.pixel; view.later(); }
});
view.canvas.addEventListener('click', (event) => { // a pixel stays chosen, so that the pointer can go to its bars
  const found = under(event);
  if (!found) return;
  root.focus({ preventScroll: true });
  if (state.playing) bar.pause();
  if (found.tile !== undefined) { state.sample = found.tile; show(); settle(); }
  else if (found.bar !== undefined) { if (at('x', found.bar) !== found.level) force(found.bar, found.level); }
  else if (3 * found.pixel < state.step) { state.hover = found.pixel; view.later(); settle(); }
});
playground.translate(root);
playground.onLang(() => { numbers(); show(); settle(); });
numbers();
watch('value', load);
load();
show();
