// The film of sampling: a picture that grows pixel by pixel, the pixel in play, the map of all conditionals, what a logit
// depends on, and the running log-likelihood. A film arrives once and is played here; the server is asked only for a
// gradient map (server.depends) and for a film with one pixel flipped (server.flip).
const MODELS = @MODELS@; // id -> {value, floor, worst, published: [{value, source, binarization}]}
const SIDE = 28, SIZE = SIDE * SIDE, MOST_NATS = 6;
const root = element.querySelector('.pg-pixel-player'), stage = root.querySelector('.pg-player-stage');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const slider = part('slider'), said = part('said');
const state = { film: null, step: 0, sample: 0, all: false, playing: false, hover: null, map: 'p', message: null };
const earlier = []; // films before a flip
const touching = matchMedia('(pointer: coarse)').matches;
let fields = new Map(), opened = false, asked = null, touched = null;

// ---- a film ----------------------------------------------------------------------------------------------------------------
function read(value) {
  const [order, p, u, x, given, nats] = ['order', 'p', 'u', 'x', 'given', 'nats'].map((name) => playground.unpack(value[name]));
  const n = value.p.shape[0], where = new Int32Array(SIZE), run = new Float64Array(n * SIZE);
  order.forEach((place, i) => { where[place] = i; });
  for (let k = 0; k < n; k++) for (let i = 0, sum = 0; i < SIZE; i++) run[k * SIZE + i] = sum += nats[k * SIZE + i];
  const peak = Array.from({ length: n }, (_, k) => nats.subarray(k * SIZE, (k + 1) * SIZE).reduce((best, v, i, all) => (v < all[best] ? i : best), 0));
  const origin = value.origin || given, drawn = origin.indexOf(0); // origin: given before any pixel was flipped by hand
  const mixed = drawn >= 0 && origin.includes(1);
  return { ...value, n, order, p, u, x, given, origin, nats, where, run, peak, mixed, flipped: value.flipped || [], start: Math.max(0, drawn) };
}
const at = (name, k, i) => state.film[name][k * SIZE + i];
const finished = () => state.step >= SIZE;
const cell = (i) => ({ row: Math.floor(state.film.order[i] / SIDE), column: state.film.order[i] % SIDE });

// The pixel spoken of: the hovered one, else the one drawn last, at the end the one that surprised most; -1 for none.
function focus() {
  if (state.hover && state.hover.i < state.step) return state.hover.i;
  return finished() ? state.film.peak[state.sample] : state.step - 1;
}
const summing = () => finished() && !state.hover;

// ---- colours ---------------------------------------------------------------------------------------------------------------
const probe = new OffscreenCanvas(1, 1).getContext('2d');
function rgb(name) {
  probe.fillStyle = playground.color(name);
  return [1, 3, 5].map((i) => parseInt(probe.fillStyle.slice(i, i + 2), 16));
}
const mix = (a, b, share) => a.map((v, c) => Math.round(v + (b[c] - v) * share));
function palette() {
  const film = state.film, [ink, paper, line] = [rgb('ink'), rgb('panel'), rgb('line')];
  const own = film && film.mixed ? rgb('generated') : ink;
  return { ink: own, paper, given: film && film.mixed ? rgb('data') : ink, givenPaper: film && film.mixed ? mix(paper, rgb('data'), 0.14) : paper, unknown: mix(paper, line, 0.75) };
}

// A 28x28 picture, colour(i) of each pixel in pixel order, or null for "unknown".
const small = new OffscreenCanvas(SIDE, SIDE), tiny = small.getContext('2d'), bytes = tiny.createImageData(SIDE, SIDE);
function picture(g, { x, y, s }, colour, unknown) {
  for (let i = 0; i < SIZE; i++) {
    const c = colour(i) || unknown, o = 4 * state.film.order[i];
    bytes.data[o] = c[0]; bytes.data[o + 1] = c[1]; bytes.data[o + 2] = c[2]; bytes.data[o + 3] = 255;
  }
  tiny.putImageData(bytes, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(small, x, y, s, s);
  g.strokeStyle = playground.color('line'); g.lineWidth = 1;
  g.strokeRect(x + 0.5, y + 0.5, s - 1, s - 1);
}

// ---- layout ----------------------------------------------------------------------------------------------------------------
let narrow = false;
const px = (size) => playground.px(size) * (narrow ? 0.86 : 1); // canvas lengths and letters
function layout(width) {
  narrow = width < 720;
  const gap = px(20), title = px(30), foot = px(34), words = px(24) * 6 + px(36);
  if (narrow) {
    const s = width, m = (width - gap) / 2, below = s + px(18);
    const maps = below + words + title, curve = maps + m + foot + title;
    return { height: curve + px(112), main: { x: 0, y: 0, s }, read: { x: 0, y: below, w: width },
      maps: [{ x: 0, y: maps, s: m }, { x: m + gap, y: maps, s: m }], curve: { x: px(58), y: curve, w: width - px(64), h: px(84) } };
  }
  const tallest = playground.clamp(window.innerHeight - 370, 440, 1000);
  const s = Math.round(Math.min(width * 0.52, tallest)), x = s + 1.5 * gap, w = width - x;
  const m = Math.min((w - gap) / 2, s * 0.41), read = title + m + foot;
  const curve = read + words + title, height = Math.max(s, curve + px(112));
  return { height, main: { x: 0, y: 0, s }, maps: [{ x, y: title, s: m }, { x: x + m + gap, y: title, s: m }],
    read: { x, y: read + px(6), w }, curve: { x: x + px(58), y: curve, w: w - px(64), h: height - curve - px(28) } };
}

function tiles({ x, y, s }, n) {
  const across = Math.ceil(Math.sqrt(n)), gap = Math.max(4, s * 0.012), side = (s - gap * (across - 1)) / across;
  return Array.from({ length: n }, (_, k) => ({ x: x + (k % across) * (side + gap), y: y + Math.floor(k / across) * (side + gap), s: side }));
}

// ---- drawing ---------------------------------------------------------------------------------------------------------------
function text(g, words, x, y, { size = 16, color = 'ink', align = 'left', weight = 400, room } = {}) {
  g.fillStyle = playground.color(color);
  g.font = playground.font(px(size), weight);
  g.textAlign = align; g.textBaseline = 'alphabetic';
  g.fillText(words, x, y, room);
  return g.measureText(words).width;
}
const nats = (v) => (v === 0 ? '0' : Math.abs(v) < 5e-5 ? '−0.0000' : v.toFixed(Math.abs(v) < 0.0995 ? 4 : Math.abs(v) < 9.995 ? 2 : 1)).replace('-', '−');
const axis = (v) => String(Math.round(v * 100) / 100).replace('-', '−');

function pixels(g, box, k, colours) {
  const { film, step } = state;
  picture(g, box, (i) => {
    if (film.mixed && film.origin[i]) return at('x', k, i) ? colours.given : colours.givenPaper; // known from the start
    return i >= step ? null : at('x', k, i) ? colours.ink : colours.paper;
  }, colours.unknown);
}

function frame(g, { x, y, s }, i, color, width) {
  const c = s / SIDE, { row, column } = cell(i);
  const ring = (name, w, out) => {
    g.strokeStyle = playground.color(name); g.lineWidth = w;
    g.strokeRect(x + column * c - out, y + row * c - out, c + 2 * out, c + 2 * out);
  };
  ring('panel', width, 1.2 * width); // so that it stands off a pixel of the same colour
  ring(color, width, width / 2);
}

function drawMain(g, box) {
  const { film, step } = state, colours = palette();
  if (state.all) {
    const boxes = tiles(box, film.n);
    boxes.forEach((tile, k) => {
      pixels(g, tile, k, colours);
      if (k === state.sample) { g.strokeStyle = playground.color('accent'); g.lineWidth = 3; g.strokeRect(tile.x + 1.5, tile.y + 1.5, tile.s - 3, tile.s - 3); }
    });
    const last = boxes[film.n - 1], free = box.y + box.s - last.y - last.s;
    if (free > px(60)) note(g, { x: box.x, y: last.y + last.s, s: box.s, h: free }, playground.t('pixels.pick_one'));
    return boxes;
  }
  pixels(g, box, state.sample, colours);
  const c = box.s / SIDE;
  if (c >= 8) { // a faint grid, so that pixels can be counted
    g.strokeStyle = playground.color('line'); g.globalAlpha = 0.35; g.lineWidth = 1; g.beginPath();
    for (let i = 1; i < SIDE; i++) { g.moveTo(box.x + i * c, box.y); g.lineTo(box.x + i * c, box.y + box.s); g.moveTo(box.x, box.y + i * c); g.lineTo(box.x + box.s, box.y + i * c); }
    g.stroke(); g.globalAlpha = 1;
  }
  for (const i of film.flipped) if (i < step) frame(g, box, i, 'accent-2', 2.5);
  if (step > 0 && !finished()) frame(g, box, step - 1, 'accent', 3);
  if (state.hover) frame(g, box, state.hover.i, 'accent-2', 3);
  return [box];
}

function scale(g, { x, y, s }, colour, low, high) { // a colour bar with its two ends
  const w = s, h = px(9), top = y + s + px(7);
  for (let i = 0; i < w; i++) { g.fillStyle = `rgb(${colour(i / (w - 1))})`; g.fillRect(x + i, top, 1.5, h); }
  text(g, low, x, top + h + px(15), { size: 14, color: 'muted' });
  text(g, high, x + s, top + h + px(15), { size: 14, color: 'muted', align: 'right', room: s * 0.8 });
}

function drawMaps(g, [left, right]) {
  const { film, step, sample: k } = state, { unknown } = palette(), i = focus();
  const probability = state.map === 'p', t = playground.t;
  text(g, t(probability ? 'pixels.map_p' : 'pixels.map_surprise'), left.x, left.y - px(9), { weight: 600, room: left.s });
  picture(g, left, (j) => (j >= step ? null : playground.ramp(probability ? at('p', k, j) : -at('nats', k, j) / MOST_NATS)), unknown);
  scale(g, left, playground.ramp, '0', probability ? '1' : t('pixels.at_least', { value: MOST_NATS }));
  const known = i >= 0 && fields.get(`${k}:${i}`), shown = known || (state.playing ? null : fields.get('last'));
  text(g, t('pixels.map_field'), right.x, right.y - px(9), { weight: 600, room: right.s });
  const current = shown && shown.i === i;
  picture(g, right, (j) => {
    if (!shown) return null;
    const v = shown.map[film.order[j]];
    return v === 0 || j >= shown.i ? null : playground.ramp(Math.sqrt(v / shown.most));
  }, unknown);
  scale(g, right, (v) => playground.ramp(Math.sqrt(v)), t('pixels.grey_none'), shown && shown.most ? shown.most.toPrecision(2) : '|∂logit/∂x|');
  if (i >= 0) for (const box of [left, right]) frame(g, box, box === right && shown && !current ? shown.i : i, 'accent-2', 2.5);
  if (shown && current && !shown.most) note(g, right, t('pixels.depends_on_none'));
  if (!shown) note(g, right, t(state.playing ? 'pixels.pause_to_ask' : 'pixels.no_pixel'));
  g.canvas.dataset.field = shown ? `${shown.i}:${shown.count}` : '';
}

function note(g, { x, y, s, h = s }, words) {
  const size = px(15), lines = wrap(g, words, s - px(20), size);
  lines.forEach((line, l) => text(g, line, x + s / 2, y + h / 2 + (l - (lines.length - 1) / 2) * size * 1.35, { size: 15, color: 'muted', align: 'center' }));
}
function wrap(g, words, room, size) {
  g.font = playground.font(size);
  const lines = [''];
  for (const word of words.split(' ')) {
    const longer = lines[lines.length - 1] ? `${lines[lines.length - 1]} ${word}` : word;
    if (g.measureText(longer).width <= room) lines[lines.length - 1] = longer; else lines.push(word);
  }
  return lines;
}

// The pixel in play in words, top to bottom: place, a bar from 0 to 1 with p and u, what came out, nats.
function story(i) {
  const { film, sample: k } = state, { row, column } = cell(i), t = playground.t;
  const x = at('x', k, i), p = at('p', k, i), u = at('u', k, i), flipped = film.flipped.includes(i);
  const how = flipped ? 'flipped' : film.origin[i] ? 'given' : x ? 'below' : 'above';
  return { place: t('pixels.place', { i: i + 1, row: row + 1, column: column + 1 }), p, u, drawn: how === 'below' || how === 'above',
    outcome: t(`pixels.outcome_${how}`, { x, u: u.toFixed(3), p: p.toFixed(3) }), x,
    term: nats(at('nats', k, i)), run: nats(at('run', k, i)) };
}

function drawStory(g, { x, y, w }) {
  const { film, sample: k } = state, t = playground.t, i = focus(), line = px(24);
  let top = y + line;
  if (i < 0) { text(g, t('pixels.before'), x, top, { size: 17, color: 'muted', room: w }); return; }
  const s = story(i), place = summing() ? t('pixels.peak', { place: s.place }) : s.place;
  const bar = { x: x + px(2), y: top + px(14), w: w - px(4), h: px(20) };
  text(g, place, x, top, { size: 18, weight: 600, room: w });
  g.fillStyle = playground.color('line'); g.fillRect(bar.x, bar.y, bar.w, bar.h);
  g.fillStyle = playground.color('accent'); g.fillRect(bar.x, bar.y, bar.w * s.p, bar.h);
  if (s.drawn) {
    const at = bar.x + bar.w * s.u;
    g.fillStyle = playground.color('accent-2');
    g.fillRect(at - px(2), bar.y - px(5), px(4), bar.h + px(10));
  }
  top = bar.y + bar.h + line + px(2);
  const first = text(g, `p = ${s.p.toFixed(3)}`, x, top, { size: 18, color: 'accent', weight: 600 });
  const second = s.drawn ? text(g, `u = ${s.u.toFixed(3)}`, x + first + px(18), top, { size: 18, color: 'accent-2', weight: 600 }) + px(18) : 0;
  text(g, s.outcome, x + first + second + px(18), top, { size: 18, weight: 600, room: w - first - second - px(18) });
  text(g, t('pixels.term', { value: s.term }), x, top + line, { size: 17, room: w });
  if (!summing()) {
    text(g, t('pixels.run', { value: s.run }), x, top + 2 * line, { size: 17, weight: 600, room: w });
    if (film.temperature !== 1) text(g, t('pixels.tempered', { value: film.temperature }), x, top + 3 * line, { size: 15, color: 'muted', room: w });
    return;
  }
  const total = at('run', k, SIZE - 1), percentile = film.percentile && film.percentile[k];
  text(g, t('pixels.total', { value: nats(total), power: raised(Math.round(total / Math.LN10)) }), x, top + 2 * line, { size: 18, weight: 600, room: w });
  if (typeof percentile === 'number') text(g, t('pixels.percentile', { value: share(percentile) }), x, top + 3 * line, { size: 17, room: w });
}
const raised = (v) => [...String(v)].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[c])).join('');
const share = (v) => (v > 0 && v < 1 ? v.toFixed(1) : v > 99 && v < 100 ? v.toFixed(1) : String(Math.round(v)));

function drawCurve(g, { x, y, w, h }) {
  const { film, step, sample } = state;
  let low = -1;
  for (let k = 0; k < film.n; k++) low = Math.min(low, at('run', k, SIZE - 1));
  const unit = 10 ** Math.floor(Math.log10(-low)), tick = [0.2, 0.5, 1, 2, 5].map((v) => v * unit).find((v) => -low / v <= 4) || unit;
  text(g, playground.t('pixels.curve'), x - px(58), y - px(13), { weight: 600, room: w + px(58) });
  g.strokeStyle = playground.color('line'); g.lineWidth = 1;
  for (let v = 0; v >= low; v -= tick) {
    const at = y + (h * v) / low;
    g.beginPath(); g.moveTo(x, at); g.lineTo(x + w, at); g.stroke();
    text(g, axis(v), x - px(8), at + px(5), { size: 14, color: 'muted', align: 'right' });
  }
  const curve = (k, color, width) => {
    g.strokeStyle = playground.color(color); g.lineWidth = width; g.lineJoin = 'round'; g.beginPath();
    for (let i = 0; i < step; i++) g.lineTo(x + (w * (i + 1)) / SIZE, y + (h * at('run', k, i)) / low);
    g.stroke();
  };
  if (state.all) for (let k = 0; k < film.n; k++) if (k !== sample) curve(k, 'muted', 1);
  curve(sample, 'accent', 2.5);
  const i = focus();
  if (i >= 0) {
    g.fillStyle = playground.color(state.hover ? 'accent-2' : 'accent');
    g.beginPath(); g.arc(x + (w * (i + 1)) / SIZE, y + (h * at('run', sample, i)) / low, px(5), 0, 7); g.fill();
  }
  text(g, playground.t('pixels.steps', { step, size: SIZE }), x + w, y + h + px(20), { size: 14, color: 'muted', align: 'right' });
}

let places = null;
function draw(g, width, height) {
  places = layout(width);
  if (Math.abs(places.height - height) > 1) { stage.style.height = `${Math.round(places.height)}px`; return; } // drawn again at once
  if (state.message) g.canvas.dataset.message = state.message.en; else delete g.canvas.dataset.message;
  if (!state.film) {
    const words = state.message ? state.message[playground.lang] || state.message.en : playground.t('page.loading');
    wrap(g, words, Math.min(width, px(640)), px(19)).forEach((line, l) => text(g, line, width / 2, px(80) + l * px(28), { size: 19, align: 'center', color: state.message ? 'ink' : 'muted' }));
    return;
  }
  places.tiles = drawMain(g, places.main);
  drawMaps(g, places.maps);
  drawStory(g, places.read);
  drawCurve(g, places.curve);
  const data = g.canvas.dataset;
  data.step = state.step; data.sample = state.sample; data.all = state.all; data.focus = focus(); data.kind = state.film.kind;
  data.model = state.film.model; data.ordering = state.film.ordering; data.flipped = state.film.flipped.join(','); data.playing = state.playing; data.side = places.main.s;
}
const view = playground.canvas(stage, draw);

// ---- moving ------------------------------------------------------------------------------------------------------------------
function show() {
  const { film, step } = state;
  bar.paint();
  slider.setAttribute('aria-valuetext', playground.t('pixels.steps', { step, size: SIZE }));
  part('back-all').hidden = !(film && film.n > 1 && !state.all);
  part('undo').hidden = !earlier.length;
  root.dataset.mixed = Boolean(film && film.mixed);
  part('hint').textContent = playground.t(state.all ? 'pixels.pick_one' : touching ? 'pixels.hint_touch' : 'pixels.hint');
  view.later();
}
function settle() { // after a pause, a step, the end: the URL, the gradient map, a screen reader
  if (!state.film || state.playing) return;
  playground.link.set('pixels', { step: state.step });
  const i = focus();
  if (i < 0) said.textContent = playground.t('pixels.before');
  else { const s = story(i); said.textContent = [s.place, `p = ${s.p.toFixed(3)}`, s.outcome, playground.t('pixels.run', { value: s.run })].join('. '); }
  askField();
}
const together = () => { state.all = true; state.hover = null; show(); };
const bar = playground.player(root, {
  stage: 'pixels', state, ready: () => Boolean(state.film), first: () => state.film.start, last: () => SIZE, show, settle,
  acts: { undo, 'back-all': together },
  on: {
    'shift+left': () => bar.go(state.step - SIDE), 'shift+right': () => bar.go(state.step + SIDE), u: undo, escape: together,
    f: () => { if (state.film && !state.all && state.step > 0) { if (state.playing) bar.pause(); flip(state.step - 1); } },
  },
});

// ---- asking --------------------------------------------------------------------------------------------------------------------
const packed = (array, shape = [array.length]) => ({ shape, dtype: 'uint8', data: btoa(String.fromCharCode(...array)) });
const row = (k) => state.film.x.slice(k * SIZE, (k + 1) * SIZE);
const fetchField = playground.gate(async (film, k, i) => {
  const key = `${k}:${i}`;
  if (film !== state.film || fields.has(key)) return;
  const image = new Uint8Array(SIZE);
  row(k).forEach((x, j) => { image[film.order[j]] = j < i ? x : 0; }); // what comes later has no say
  const got = playground.check(await server.depends(film.model, packed(image, [SIDE, SIDE]), i, film.ordering));
  if (!got || film !== state.film) return;
  const map = playground.unpack(got.map), found = { i, map, most: Math.max(...map), count: map.filter((v) => v > 0).length };
  fields.set(key, found); fields.set('last', found);
  view.later();
});
function askField() { // once the pointer or the film rests
  clearTimeout(asked);
  const { film, sample } = state, i = focus();
  if (!film || i < 0 || state.playing) return;
  const known = fields.get(`${sample}:${i}`);
  if (known) { fields.set('last', known); view.later(); return; }
  asked = setTimeout(() => fetchField(film, sample, i), 60);
}

const flip = playground.gate(async (i) => {
  const { film, sample, step } = state, scored = film.kind === 'score';
  const origin = film.origin.map((g, j) => (scored ? (j < i ? 1 : 0) : g)); // of a drawing, all before the flip is given
  const flipped = film.flipped.filter((j) => j < i), given = origin.map((g, j) => (g || flipped.includes(j) ? 1 : 0));
  const got = playground.check(await server.flip(film.model, packed(row(sample)), i, film.seed, film.temperature, packed(given), film.first + sample, film.ordering));
  if (!got || film !== state.film) return;
  earlier.push({ film, sample, step, all: state.all, fields });
  show_film({ ...got, kind: scored || film.n > 1 ? 'one' : film.kind, origin, flipped: [...flipped, i] }, i + 1);
  bar.play();
});
function undo() {
  if (!earlier.length) return;
  const last = earlier.pop();
  Object.assign(state, { film: last.film, sample: last.sample, step: last.step, all: last.all, playing: false, hover: null });
  fields = last.fields;
  show(); settle();
}

// ---- arriving --------------------------------------------------------------------------------------------------------------------
function show_film(value, step) {
  const same = state.film && state.film.kind === value.kind && state.film.n === value.p.shape[0];
  state.film = read(value);
  state.message = null; state.playing = false; state.hover = null;
  if (!same) { state.sample = 0; state.all = state.film.n > 1; }
  state.step = step;
  fields = new Map();
  show(); settle();
}
function load() {
  const value = props.value;
  if (!value) return;
  if (value.message) { Object.assign(state, { film: null, message: value.message, playing: false }); show(); view.draw(); }
  else {
    earlier.length = 0;
    const shownBefore = opened;
    const linked = opened ? -1 : playground.link.get('pixels').step ?? -1; // -1: play it
    const step = linked >= 0 ? linked : value.play || !state.film ? SIZE : state.step;
    if (state.map !== (value.kind === 'score' ? 'surprise' : 'p') && (!state.film || state.film.kind !== value.kind)) choose(value.kind === 'score' ? 'surprise' : 'p');
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const plays = value.play && linked < 0 && !still && value.kind !== 'score';
    show_film(value, step);
    opened = true;
    numbers();
    if (plays) bar.restart(); else view.draw();
    const top = root.getBoundingClientRect().top;
    if (value.play && shownBefore && (top < -80 || top > window.innerHeight / 2)) root.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' });
  }
  view.canvas.dataset.seq = value.seq;
}

// The numbers of the model of this film; a number is never alone.
function numbers() {
  const t = playground.t, model = state.film && MODELS[state.film.model], box = part('numbers');
  if (!model) return;
  const name = t(`pixels.${state.film.model}`), kind = (name) => (name ? ` (${t(`pixels.${name.toLowerCase()}`)})` : '');
  const { orders } = model, order = state.film.ordering;
  if (order !== 'raster' && !orders.orderings) { box.replaceChildren(); return; } // raster's number is not this order's
  if (order !== 'raster') { // one network, several orders: the number of this one, and of their mixture
    const all = Object.entries(orders.orderings);
    const lines = [t('pixels.our_number', { name: t('pixels.in_order', { name, ordering: t(`pixels.ordering_${order}`) }), value: orders.orderings[order].toFixed(2) }),
      all.filter(([id]) => id !== order).map(([id, v]) => `${t(`pixels.ordering_${id}`)}: ${v.toFixed(2)}`).join(' · '), t('pixels.averaged', { count: all.length, value: orders.value.toFixed(2) })];
    box.replaceChildren(...lines.map((line, i) => { const node = document.createElement(i ? 'span' : 'b'); node.textContent = line; return node; }));
    return;
  }
  const words = model.value === null ? [t('pixels.no_number', { name })] : [t('pixels.our_number', { name, value: model.value.toFixed(2) })];
  const others = model.published.map((p) => `${p.value.toFixed(2)} ${p.source}${kind(p.binarization)}`);
  if (others.length) words.push(t('pixels.published', { list: others.join(' · ') }));
  if (model.value !== null && model.floor !== null) words.push(t('pixels.floor', { value: model.floor.toFixed(1) }));
  if (model.worst !== null && model.worst !== model.value) words.push(t('pixels.worst', { value: model.worst.toFixed(1) }));
  box.replaceChildren(...words.map((line, i) => { const node = document.createElement(i ? 'span' : 'b'); node.textContent = line; return node; }));
}

// ---- hands -------------------------------------------------------------------------------------------------------------------------
function under(event) { // what lies under the pointer: a pixel of a picture, or a step of the curve
  const { film } = state, area = view.canvas.getBoundingClientRect();
  if (!film || !places || !places.tiles) return null;
  const x = event.clientX - area.left, y = event.clientY - area.top;
  const inside = (b) => x >= b.x && x < b.x + b.s && y >= b.y && y < b.y + b.s;
  const boxes = [...places.tiles.map((box, k) => ({ box, k: state.all ? k : state.sample, main: true })), ...places.maps.map((box) => ({ box, k: state.sample, main: false }))];
  const found = boxes.find(({ box }) => inside(box));
  if (found) {
    const c = found.box.s / SIDE, place = Math.floor((y - found.box.y) / c) * SIDE + Math.floor((x - found.box.x) / c);
    return { ...found, i: film.where[playground.clamp(place, 0, SIZE - 1)] };
  }
  const { curve } = places;
  if (x >= curve.x && x <= curve.x + curve.w && y >= curve.y - 8 && y <= curve.y + curve.h + 8) return { step: Math.round(((x - curve.x) / curve.w) * SIZE) };
  return null;
}
function point(found) { // hover
  const i = found && found.i !== undefined && (!state.all || !found.main) ? found.i : null;
  if (state.all && found && found.main && found.k !== state.sample) { state.sample = found.k; show(); }
  if ((state.hover && state.hover.i) === i || (i === null && !state.hover)) return;
  state.hover = i === null ? null : { i };
  view.later();
  askField();
}
let scrubbing = false;
view.canvas.addEventListener('pointermove', (event) => {
  const found = under(event);
  if (scrubbing) { if (found && found.step !== undefined) bar.go(found.step); return; }
  view.canvas.style.cursor = found ? 'pointer' : '';
  if (event.pointerType !== 'touch') point(found);
});
view.canvas.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') point(null); });
view.canvas.addEventListener('pointerdown', (event) => {
  const found = under(event);
  if (found && found.step !== undefined) { scrubbing = true; view.canvas.setPointerCapture(event.pointerId); bar.go(found.step); }
});
for (const name of ['pointerup', 'pointercancel']) view.canvas.addEventListener(name, () => { scrubbing = false; });
view.canvas.addEventListener('click', (event) => {
  const found = under(event);
  if (!found || found.step !== undefined) return;
  root.focus({ preventScroll: true });
  if (state.all && found.main) { // one of many: play this one
    Object.assign(state, { sample: found.k, all: false, hover: null });
    bar.restart();
    return;
  }
  if (!found.main || found.i >= state.step) return;
  const again = touched === found.i;
  touched = found.i;
  if (event.pointerType === 'touch' && !again) { if (state.playing) bar.pause(); point(found); return; } // first tap asks, second flips
  if (state.playing) bar.pause();
  touched = null;
  flip(found.i);
});

function choose(map) {
  state.map = map;
  for (const button of root.querySelectorAll('button[data-map]')) button.setAttribute('aria-pressed', String(button.dataset.map === map));
  view.later();
}
for (const button of root.querySelectorAll('button[data-map]')) button.addEventListener('click', () => choose(button.dataset.map));
playground.translate(root);
playground.onLang(() => { numbers(); show(); settle(); trigger('relabel'); });
choose('p');
watch('value', load);
load();
show();
