// Densities. Grey digits: a film of pictures drawn value by value, each from a mixture of Gaussians, with the mixture in play.
// The plane: p(x1, x2) as p(x1) below and p(x2 | x1) at the side, taken at the point that is dragged. Everything is computed
// here from the mixtures that arrive once. A unit y = f x changes every density by 1/f and moves every log by ln f.
const FACTS = @FACTS@; // {value}: the model's number on the digits, nats
const SIDE = 14, SIZE = SIDE * SIDE;
const root = element.querySelector('.pg-density'), stage = root.querySelector('.pg-density-stage');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const factor = part('factor'), said = part('said');
const state = { film: null, plane: null, message: null, step: 0, sample: 0, playing: false, hover: null, height: 'linear', range: 'whole',
  f: 1, x1: 0, x2: 0, dots: { data: true, samples: false } };
let opened = false, places = null, narrow = false, heat = null;

// ---- what arrives --------------------------------------------------------------------------------------------------------
function readFilm(value) {
  const names = ['x', 'u', 'weights', 'means', 'sigmas', 'nats'], parts = names.map((name) => playground.unpack(value[name]));
  const film = { ...value, n: value.x.shape[0], K: value.weights.shape[2] };
  names.forEach((name, i) => { film[name] = parts[i]; });
  film.run = new Float64Array(film.n * SIZE);
  film.low = Array.from({ length: film.n }, (_, k) => { // the value with the lowest density
    let best = 0;
    for (let i = 0, sum = 0; i < SIZE; i++) { film.run[k * SIZE + i] = sum += film.nats[k * SIZE + i]; if (film.nats[k * SIZE + i] < film.nats[k * SIZE + best]) best = i; }
    return best;
  });
  return film;
}
function readPlane(value) {
  const plane = { ...value, K: value.first.shape[1] };
  for (const name of ['axis', 'first', 'second', 'points', 'samples']) plane[name] = playground.unpack(value[name]);
  return plane;
}
const at = (name, i, k = state.sample) => state.film[name][k * SIZE + i];
const finished = () => state.step >= SIZE;
function focus() {
  if (state.hover !== null && state.hover < state.step) return state.hover;
  return finished() ? state.film.low[state.sample] : state.step - 1;
}
function mixtureOf(i) { // the mixture of one value: [{w, m, s}]
  const { film, sample } = state, start = (sample * SIZE + i) * film.K;
  return Array.from({ length: film.K }, (_, k) => ({ w: film.weights[start + k], m: film.means[start + k], s: film.sigmas[start + k] }));
}
const rows = (array, start, K) => Array.from({ length: K }, (_, k) => ({ w: array[start + k], m: array[start + K + k], s: array[start + 2 * K + k] }));
const first = () => rows(state.plane.first, 0, state.plane.K);
function column(x1) { const { axis, box } = state.plane; return playground.clamp(Math.round(((x1 + box) / (2 * box)) * (axis.length - 1)), 0, axis.length - 1); }
const second = (x1) => rows(state.plane.second, column(x1) * 3 * state.plane.K, state.plane.K);
const bell = (x, { m, s }) => Math.exp(-(((x - m) / s) ** 2) / 2) / (s * Math.sqrt(2 * Math.PI));
const dense = (x, mixture) => mixture.reduce((sum, c) => sum + c.w * bell(x, c), 0);
const pointLog = () => Math.log(dense(state.x1, first())) + Math.log(dense(state.x2, second(state.x1)));

// ---- words -----------------------------------------------------------------------------------------------------------------
const px = (size) => playground.px(size) * (narrow ? 0.86 : 1);
function text(g, words, x, y, { size = 16, color = 'ink', align = 'left', weight = 400, room } = {}) {
  g.fillStyle = playground.color(color);
  g.font = playground.font(px(size), weight);
  g.textAlign = align; g.textBaseline = 'alphabetic';
  g.fillText(words, x, y, room);
  return g.measureText(words).width;
}
const minus = (words) => String(words).replace('-', '−');
const nats = (v) => (Number.isFinite(v) ? minus(v.toFixed(Math.abs(v) < 99.95 ? 2 : 1)) : '−∞');
function short(v) { // three digits, no exponent where it can be read without
  if (v === 0) return '0';
  const a = Math.abs(v);
  if (a >= 1000) return minus(Math.round(v).toLocaleString('en'));
  return a >= 0.001 ? minus(String(Number(v.toPrecision(3)))) : a >= 5e-5 ? minus(v.toFixed(4)) : minus(v.toExponential(1));
}
const per = () => playground.t(state.f === 1 ? 'density.per_x' : 'density.per_y');

// ---- a mixture as a chart -----------------------------------------------------------------------------------------------------
// box {x, y, w, h}; along x from low to high in units of x; `upright` false turns it: values run up, density to the right.
function chart(g, box, mixture, low, high, { mark = null, log = false, upright = true, labels = true } = {}) {
  const { f } = state, n = 320, at = [];
  for (let i = 0; i <= n; i++) at.push(low + ((high - low) * i) / n);
  for (const c of mixture) for (let j = -8; j <= 8; j++) at.push(c.m + (j / 2.5) * c.s);
  const xs = at.filter((x) => x >= low && x <= high).sort((a, b) => a - b);
  const ys = xs.map((x) => dense(x, mixture) / f); // per unit of y
  const top = Math.max(...ys, 1e-9), bottom = log ? Math.min(1e-3 / f, top / 100) : 0;
  const share = (v) => (log ? Math.max(0, Math.log(Math.max(v, 1e-300) / bottom) / Math.log((top * 1.15) / bottom)) : v / (top * 1.12));
  const place = upright
    ? (x, v) => [box.x + ((x - low) / (high - low)) * box.w, box.y + box.h * (1 - share(v))]
    : (x, v) => [box.x + box.w * share(v), box.y + box.h * (1 - (x - low) / (high - low))];
  g.save(); g.beginPath(); g.rect(box.x - 1, box.y - 1, box.w + 2, box.h + 2); g.clip();
  mixture.forEach((c, k) => {
    if (c.w < 0.002) return;
    g.beginPath(); g.moveTo(...place(xs[0], bottom));
    for (const x of xs) g.lineTo(...place(x, (c.w * bell(x, c)) / f));
    g.lineTo(...place(xs[xs.length - 1], bottom)); g.closePath();
    g.fillStyle = g.strokeStyle = playground.classColor(k);
    g.globalAlpha = 0.22; g.fill(); g.globalAlpha = 0.9; g.lineWidth = 1.5; g.stroke(); g.globalAlpha = 1;
  });
  g.beginPath(); xs.forEach((x, i) => g.lineTo(...place(x, ys[i])));
  g.strokeStyle = playground.color('ink'); g.lineWidth = 2.5; g.lineJoin = 'round'; g.stroke();
  if (top > 1 && share(1) > 0.02) { // a probability would end here
    g.setLineDash([6, 5]); g.strokeStyle = playground.color('bad'); g.lineWidth = 1.5; g.beginPath();
    g.moveTo(...place(low, 1)); g.lineTo(...place(high, 1)); g.stroke(); g.setLineDash([]);
  }
  if (mark !== null) {
    const value = dense(mark, mixture) / f, [a, b] = [place(mark, bottom), place(mark, value)];
    g.strokeStyle = g.fillStyle = playground.color('accent-2'); g.lineWidth = 3;
    g.beginPath(); g.moveTo(...a); g.lineTo(...b); g.stroke();
    g.beginPath(); g.arc(b[0], b[1], px(6), 0, 7); g.fill();
  }
  g.restore();
  g.strokeStyle = playground.color('line'); g.lineWidth = 1; g.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
  if (labels) {
    const ends = [low, (low + high) / 2, high];
    ends.forEach((x, i) => {
      const [cx, cy] = place(x, bottom), align = upright ? ['left', 'center', 'right'][i] : 'right';
      if (upright) text(g, short(Number((x * f).toPrecision(4))), cx, box.y + box.h + px(19), { size: 14, color: 'muted', align });
      else text(g, short(Number((x * f).toPrecision(4))), box.x - px(6), cy + px(5) * (1 - i), { size: 14, color: 'muted', align });
    });
    if (upright) {
      text(g, short(top), box.x - px(6), place(low, top)[1] + px(5), { size: 14, color: 'muted', align: 'right' });
      if (top > 1.3 && share(1) > 0.08) text(g, '1', box.x - px(6), place(low, 1)[1] + px(5), { size: 14, color: 'bad', align: 'right', weight: 700 });
      if (!log) text(g, '0', box.x - px(6), box.y + box.h, { size: 14, color: 'muted', align: 'right' });
    }
  }
  return top;
}

// ---- grey digits ----------------------------------------------------------------------------------------------------------------
const small = new OffscreenCanvas(SIDE, SIDE), tiny = small.getContext('2d'), bytes = tiny.createImageData(SIDE, SIDE);
function picture(g, { x, y, s }, k, step) {
  bytes.data.fill(0);
  for (let i = 0; i < Math.min(step, SIZE); i++) {
    const v = Math.round(255 * playground.clamp(at('x', i, k), 0, 1));
    bytes.data.set([v, v, v, 255], 4 * i);
  }
  tiny.putImageData(bytes, 0, 0);
  g.fillStyle = playground.color('accent'); g.globalAlpha = 0.18; g.fillRect(x, y, s, s); g.globalAlpha = 1;
  g.imageSmoothingEnabled = false; g.drawImage(small, x, y, s, s);
  g.strokeStyle = playground.color('line'); g.lineWidth = 1; g.strokeRect(x + 0.5, y + 0.5, s - 1, s - 1);
}
function ring(g, { x, y, s }, i, color) {
  const c = s / SIDE, left = x + (i % SIDE) * c, top = y + Math.floor(i / SIDE) * c;
  for (const [name, out, w] of [['panel', 4, 3], [color, 1.5, 3]]) { g.strokeStyle = playground.color(name); g.lineWidth = w; g.strokeRect(left - out, top - out, c + 2 * out, c + 2 * out); }
}
function layoutDigits(width) {
  const gap = px(24), n = state.film ? state.film.n : 8, axis = px(64);
  const right = (x, y, w) => {
    const box = { x: x + axis, y: y + px(70), w: w - axis, h: narrow ? px(190) : px(185) }, words = box.y + box.h + px(22);
    const curve = { x: x + axis, y: words + 4 * px(25) + px(44), w: w - axis, h: px(76) };
    return { box, words: { x, y: words, w }, curve, title: { x, y, w }, bottom: curve.y + curve.h + px(8) };
  };
  const strip = (x, y, w) => { const across = narrow ? 4 : 8, side = (w - (across - 1) * px(8)) / across; return Array.from({ length: n }, (_, k) => ({ x: x + (k % across) * (side + px(8)), y: y + Math.floor(k / across) * (side + px(8)), s: side })); };
  if (narrow) {
    const tiles = n > 1 ? strip(0, width + px(10), width) : [], last = tiles[n - 1], r = right(0, (last ? last.y + last.s : width) + px(14), width);
    return { main: { x: 0, y: 0, s: width }, tiles, ...r, height: r.bottom };
  }
  const tallest = playground.clamp(window.innerHeight - 600, 340, 640), s = Math.round(Math.min(width * 0.42, tallest));
  const tiles = n > 1 ? strip(0, s + px(12), s) : [], r = right(s + gap, 0, width - s - gap);
  return { main: { x: 0, y: 0, s }, tiles, ...r, height: Math.max(r.bottom, n > 1 ? s + px(20) + tiles[n - 1].s : s) };
}
function picked(i) { // which component the uniform picked
  const mixture = mixtureOf(i), u = at('u', i), total = mixture.reduce((sum, c) => sum + c.w, 0);
  let sum = 0;
  for (let k = 0; k < mixture.length; k++) { sum += mixture[k].w / total; if (u < sum) return k; }
  return mixture.length - 1;
}
function drawDigits(g) {
  const { film, f } = state, t = playground.t, { main, box, words, title, curve } = places, i = focus();
  picture(g, main, state.sample, state.step);
  places.tiles.forEach((tile, k) => {
    picture(g, tile, k, state.step);
    if (k === state.sample) { g.strokeStyle = playground.color('accent'); g.lineWidth = 3; g.strokeRect(tile.x + 1, tile.y + 1, tile.s - 2, tile.s - 2); }
  });
  if (i < 0) { text(g, t('density.before'), title.x, title.y + px(30), { size: 17, color: 'muted', room: title.w }); return; }
  ring(g, main, i, state.hover === null ? 'accent' : 'accent-2');
  const mixture = mixtureOf(i), v = at('x', i), here = dense(v, mixture);
  const near = state.range === 'near', close = mixture.reduce((best, c) => (c.w * bell(v, c) > best.w * bell(v, best) ? c : best));
  const half = Math.min(0.6, 5 * close.s), [low, high] = near ? [v - half, v + half] : [-0.15, 1.15];
  const place = t('density.place', { i: i + 1, row: Math.floor(i / SIDE) + 1, column: (i % SIDE) + 1 });
  text(g, finished() && state.hover === null ? t('density.lowest', { place }) : place, title.x, title.y + px(22), { size: 18, weight: 600, room: title.w });
  text(g, t('density.conditional', { unit: per() }), title.x, title.y + px(52), { size: 16, color: 'muted', room: title.w });
  const top = chart(g, box, mixture, low, high, { mark: v, log: state.height === 'log' });
  const line = px(25), y = words.y;
  text(g, t('density.value', { value: short(Number((v * f).toPrecision(4))) }) + (film.given ? '' : `   ${t('density.drawn', { u: at('u', i).toFixed(3), k: picked(i) + 1 })}`), words.x, y + line, { size: 17, room: words.w });
  text(g, t('density.here', { value: short(here / f), unit: per() }), words.x, y + 2 * line, { size: 17, weight: 600, color: 'accent-2', room: words.w });
  text(g, t('density.term', { value: nats(Math.log(here / f)) }), words.x, y + 3 * line, { size: 17, room: words.w });
  const shown = finished() ? SIZE - 1 : i, total = at('run', shown) - (shown + 1) * Math.log(f);
  text(g, t(finished() ? 'density.total' : 'density.run', { value: nats(total) }), words.x, y + 4 * line, { size: 17, weight: 600, room: words.w });
  drawCurve(g, curve);
  g.canvas.dataset.peak = String(top);
}
function drawCurve(g, { x, y, w, h }) {
  const run = (k, i) => at('run', i, k) - (i + 1) * Math.log(state.f);
  let low = 0, high = 0;
  for (let k = 0; k < state.film.n; k++) for (let i = 0; i < SIZE; i++) { low = Math.min(low, run(k, i)); high = Math.max(high, run(k, i)); }
  const place = (v) => y + h * (1 - (v - low) / (high - low || 1));
  text(g, playground.t('density.curve'), x - px(64), y - px(12), { weight: 600, room: w + px(64) });
  g.strokeStyle = playground.color('line'); g.lineWidth = 1;
  for (const v of new Set([low, 0, high])) {
    g.beginPath(); g.moveTo(x, place(v)); g.lineTo(x + w, place(v)); g.stroke();
    if (v === 0 || Math.abs(place(v) - place(0)) > px(16)) text(g, short(Math.round(v)), x - px(6), place(v) + px(5), { size: 14, color: 'muted', align: 'right' });
  }
  for (let k = 0; k < state.film.n; k++) {
    if (k === state.sample) continue;
    g.strokeStyle = playground.color('muted'); g.globalAlpha = 0.5; g.lineWidth = 1; g.beginPath();
    for (let i = 0; i < state.step; i++) g.lineTo(x + (w * (i + 1)) / SIZE, place(run(k, i)));
    g.stroke(); g.globalAlpha = 1;
  }
  g.strokeStyle = playground.color('accent'); g.lineWidth = 2.5; g.beginPath();
  for (let i = 0; i < state.step; i++) g.lineTo(x + (w * (i + 1)) / SIZE, place(run(state.sample, i)));
  g.stroke();
  const i = focus();
  if (i >= 0) { g.fillStyle = playground.color(state.hover === null ? 'accent' : 'accent-2'); g.beginPath(); g.arc(x + (w * (i + 1)) / SIZE, place(run(state.sample, i)), px(5), 0, 7); g.fill(); }
}

// ---- the plane --------------------------------------------------------------------------------------------------------------------
function layoutPlane(width) {
  const axis = px(58), title = px(30), below = narrow ? px(110) : px(105), side = narrow ? width * 0.26 : px(210), gap = px(14);
  const tallest = playground.clamp(window.innerHeight - 640, 320, 620);
  const words = narrow ? 0 : Math.max(px(240), width - axis - tallest - side - 2 * gap - px(20));
  const s = Math.round(Math.min(width - axis - side - gap - (narrow ? 0 : words), narrow ? width : tallest));
  const map = { x: axis, y: title, w: s, h: s }, under = { x: axis, y: title + s + px(30), w: s, h: below };
  const beside = { x: axis + s + gap + px(4), y: title, w: side - px(4), h: s }, bottom = under.y + below + px(26);
  if (narrow) return { map, under, beside, words: { x: 0, y: bottom + px(6), w: width }, height: bottom + px(6) + 6 * px(26) };
  return { map, under, beside, words: { x: beside.x + beside.w + px(24), y: title, w: width - beside.x - beside.w - px(24) }, height: bottom };
}
function heatMap() { // p(x1) p(x2 | x1) on the grid of columns, square root of the share of the peak as colour
  const { plane } = state, G = plane.axis.length, canvas = new OffscreenCanvas(G, G), context = canvas.getContext('2d'), image = context.createImageData(G, G);
  const values = new Float32Array(G * G), p1 = first();
  let most = 0;
  for (let c = 0; c < G; c++) {
    const p2 = rows(plane.second, c * 3 * plane.K, plane.K).filter((part) => part.w > 1e-4), a = dense(plane.axis[c], p1);
    for (let r = 0; r < G; r++) { const v = a > 1e-7 ? a * dense(plane.axis[G - 1 - r], p2) : 0; values[r * G + c] = v; most = Math.max(most, v); }
  }
  values.forEach((v, i) => { image.data.set([...playground.ramp(Math.sqrt(v / most)), 255], 4 * i); });
  context.putImageData(image, 0, 0);
  return { canvas, most };
}
function drawPlane(g) {
  const { plane, f } = state, t = playground.t, { map, under, beside, words } = places, { box } = plane;
  if (!heat) heat = heatMap();
  g.imageSmoothingEnabled = true; g.drawImage(heat.canvas, map.x, map.y, map.w, map.h);
  const X = (v) => map.x + ((v + box) / (2 * box)) * map.w, Y = (v) => map.y + map.h * (1 - (v + box) / (2 * box));
  for (const [name, array, color] of [['data', plane.points, '#ffffff'], ['samples', plane.samples, '#ff9f52']]) {
    if (!state.dots[name]) continue;
    g.fillStyle = color; g.globalAlpha = 0.75;
    for (let i = 0; i < array.length; i += 2) { g.beginPath(); g.arc(X(array[i]), Y(array[i + 1]), px(1.7), 0, 7); g.fill(); }
    g.globalAlpha = 1;
  }
  g.strokeStyle = '#ffffff'; g.lineWidth = 2; g.setLineDash([5, 4]); g.beginPath();
  g.moveTo(X(state.x1), map.y); g.lineTo(X(state.x1), map.y + map.h); g.stroke(); g.setLineDash([]);
  g.fillStyle = playground.theme === 'dark' ? '#ff9f52' : '#ffab70'; g.strokeStyle = '#000'; g.lineWidth = 1.5;
  g.beginPath(); g.arc(X(state.x1), Y(state.x2), px(8), 0, 7); g.fill(); g.stroke();
  text(g, 'p(x₁, x₂) = p(x₁) · p(x₂ | x₁)', map.x, map.y - px(10), { weight: 600, room: map.w });
  text(g, 'p(x₂ | x₁)', beside.x, beside.y - px(10), { weight: 600, room: beside.w });
  for (const v of [-box, 0, box]) text(g, short(v * f), map.x - px(6), Y(v) + px(5) * (v === 0 ? 1 : v > 0 ? 2.4 : 0), { size: 14, color: 'muted', align: 'right' });
  chart(g, under, first(), -box, box, { mark: state.x1 });
  text(g, 'p(x₁)', under.x + px(8), under.y + px(22), { weight: 600 });
  const peak = chart(g, beside, second(state.x1), -box, box, { mark: state.x2, upright: false, labels: false });
  text(g, short(peak), beside.x + beside.w, beside.y + beside.h + px(19), { size: 14, color: 'muted', align: 'right' });
  text(g, '0', beside.x, beside.y + beside.h + px(19), { size: 14, color: 'muted' });
  const a = dense(state.x1, first()) / f, b = dense(state.x2, second(state.x1)) / f, line = px(narrow ? 25 : 31);
  const lines = [
    [t('density.point', { x1: short(Number((state.x1 * f).toPrecision(3))), x2: short(Number((state.x2 * f).toPrecision(3))) }), { size: 18, weight: 600 }],
    [`p(x₁) = ${short(a)}`, {}], [`p(x₂ | x₁) = ${short(b)}`, {}],
    [t('density.product', { value: short(a * b) }), { weight: 600, color: 'accent-2' }], [t('density.log', { value: nats(Math.log(a) + Math.log(b)) }), { weight: 600 }],
    [t('density.highest', { value: short(heat.most / f / f) }), { color: 'muted', size: 16 }],
  ];
  lines.forEach(([line_, style], i) => text(g, line_, words.x, words.y + (i + 0.7) * line, { size: 17, room: words.w, ...style }));
  Object.assign(g.canvas.dataset, { p1: String(a), p2: String(b), joint: String(a * b), map: [map.x, map.y, map.w].join(',') });
}

// ---- units -------------------------------------------------------------------------------------------------------------------------
function units() {
  const t = playground.t, { f, film, plane } = state, D = plane ? 2 : SIZE, move = D * Math.log(f);
  part('unit').textContent = t(f === 1 ? 'density.unit_same' : plane ? 'density.unit_plane' : Math.abs(f - 255) < 0.6 ? 'density.unit_levels' : 'density.unit_other', { f: short(Number(f.toPrecision(3))) });
  part('old').textContent = t(plane ? 'density.in_x' : 'density.in_grey'); part('new').textContent = t('density.in_y', { f: short(Number(f.toPrecision(3))) });
  const list = [];
  const moved = (key, v, sign) => { if (v !== null && v !== undefined && Number.isFinite(v)) list.push([t(key), `${nats(v)} nats`, `${nats(v + sign * move)} nats`, false]); };
  const same = (key, words) => list.push([t(key), words, words, true]);
  if (film && !plane) {
    moved('density.row_picture', at('run', SIZE - 1), -1);
    moved('density.row_nll', FACTS.value, 1);
    if (film.percentile) same('density.row_share', `${film.percentile[state.sample].toFixed(0)} %`);
    if (FACTS.value !== null) same('density.row_bits', `${(FACTS.value / SIZE / Math.LN2 + 8).toFixed(2)}`);
  } else if (plane) {
    moved('density.row_point', pointLog(), -1);
    moved('density.row_test', plane.nll, 1);
    moved('density.row_best', plane.best, 1);
    if (plane.nll !== null && plane.best !== null) same('density.row_gap', `${nats(plane.nll - plane.best)} nats`);
  }
  part('rows').replaceChildren(...list.map(([name, a, b, unmoved]) => {
    const row = document.createElement('tr');
    row.dataset.same = String(unmoved);
    [['th', name], ['td', a], ['td', b]].forEach(([tag, words]) => { row.appendChild(document.createElement(tag)).textContent = words; });
    return row;
  }));
  part('shift').textContent = t('density.shift', { d: D, f: short(Number(f.toPrecision(3))), value: nats(-move) });
}
function rescale(f) {
  state.f = Math.abs(Math.log(f)) < 0.03 ? 1 : Math.abs(Math.log(f / 255)) < 0.03 ? 255 : f;
  factor.value = String(Math.log10(state.f));
  units(); view.later();
  playground.link.set('density', { factor: Number(state.f.toPrecision(4)) });
}

// ---- showing ------------------------------------------------------------------------------------------------------------------------
function draw(g, width) {
  narrow = width < 720;
  places = state.plane ? layoutPlane(width) : layoutDigits(width);
  const height = Math.round(places.height);
  if (Math.abs(stage.clientHeight - height) > 1) { stage.style.height = `${height}px`; view.later(); return; }
  if (state.message) { text(g, state.message[playground.lang], 0, px(40), { size: 18, room: width }); return; }
  if (state.plane) drawPlane(g); else if (state.film) drawDigits(g);
  const i = state.film && !state.plane ? focus() : -1;
  Object.assign(g.canvas.dataset, { kind: state.plane ? 'plane' : 'digits', step: state.step, playing: state.playing, sample: state.sample, focus: i, factor: state.f,
    x1: state.x1, x2: state.x2, data: state.plane ? state.plane.data : 'digits', value: i >= 0 ? at('x', i) : '', total: state.film && !state.plane ? (at('run', SIZE - 1)).toFixed(3) : '',
    side: places.main ? places.main.s : '', given: state.film ? state.film.given : '' });
}
const view = playground.canvas(stage, draw);
function press(kind, value) { for (const button of root.querySelectorAll(`button[data-${kind}]`)) button.setAttribute('aria-pressed', String(button.dataset[kind] === value)); }
function show() {
  for (const node of root.querySelectorAll('[data-for]')) node.hidden = (node.dataset.for === 'plane') !== Boolean(state.plane);
  bar.paint();
  press('height', state.height); press('range', state.range);
  for (const button of root.querySelectorAll('button[data-dots]')) button.setAttribute('aria-pressed', String(state.dots[button.dataset.dots]));
  view.later();
}
function settle() {
  units();
  const { plane, film } = state, t = playground.t;
  if (plane) { playground.link.set('density', { x1: Number(state.x1.toFixed(3)), x2: Number(state.x2.toFixed(3)) }); said.textContent = t('density.log', { value: nats(pointLog() - 2 * Math.log(state.f)) }); return; }
  if (!film) return;
  playground.link.set('density', { step: state.step, which: state.sample });
  const i = focus();
  said.textContent = i < 0 ? '' : [t('density.place', { i: i + 1, row: Math.floor(i / SIDE) + 1, column: (i % SIDE) + 1 }), t('density.term', { value: nats(at('nats', i) - Math.log(state.f)) })].join('. ');
}

// ---- playing -----------------------------------------------------------------------------------------------------------------------
const nudge = (name, sign, most) => () => {
  if (!state.plane) { bar.go(state.step + sign * most); return; }
  state[name] = playground.clamp(state[name] + (sign * state.plane.box) / 60, -state.plane.box, state.plane.box);
  view.later(); settle();
};
const bar = playground.player(root, {
  stage: 'density', state, ready: () => Boolean(state.film) && !state.plane, first: () => 0, last: () => SIZE, show, settle,
  on: { left: nudge('x1', -1, 1), right: nudge('x1', 1, 1), up: nudge('x2', 1, -SIDE), down: nudge('x2', -1, -SIDE) },
});

function load() {
  const value = props.value;
  if (!value) return;
  const link = playground.link.get('density'), linked = opened ? -1 : link.step;
  if (!opened) { Object.assign(state, { height: link.height, range: link.range, x1: link.x1, x2: link.x2, f: link.factor, sample: link.which }); factor.value = String(Math.log10(state.f)); }
  Object.assign(state, { message: value.message || null, playing: false, hover: null });
  if (value.kind === 'plane') { heat = null; state.plane = readPlane(value); state.x1 = playground.clamp(state.x1, -value.box, value.box); state.x2 = playground.clamp(state.x2, -value.box, value.box); }
  else if (value.kind === 'digits') {
    const stay = state.film && !state.plane && !value.play && !value.given;
    state.plane = null; state.film = readFilm(value);
    state.sample = Math.min(state.sample, state.film.n - 1);
    state.step = linked >= 0 ? linked : stay ? state.step : SIZE;
  }
  opened = true;
  show(); settle();
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (value.play && linked < 0 && !still) bar.restart(); else view.draw();
  view.canvas.dataset.seq = value.seq;
}

// ---- hands ----------------------------------------------------------------------------------------------------------------------------
function under(event) {
  if (!places) return null;
  const area = view.canvas.getBoundingClientRect(), x = event.clientX - area.left, y = event.clientY - area.top;
  const inside = (b, w = b.w ?? b.s, h = b.h ?? b.s) => x >= b.x && y >= b.y && x < b.x + w && y < b.y + h;
  if (state.plane) return places.map ? { x, y, map: inside(places.map), under: inside(places.under), beside: inside(places.beside) } : null;
  if (!state.film || !places.main) return null;
  const { main, curve } = places;
  if (inside(main)) return { i: Math.floor(((y - main.y) / main.s) * SIDE) * SIDE + Math.floor(((x - main.x) / main.s) * SIDE) };
  const tile = places.tiles.findIndex((b) => inside(b));
  if (tile >= 0) return { tile };
  return inside(curve) ? { step: Math.round(((x - curve.x) / curve.w) * SIZE) } : null;
}
let dragging = null;
function drag(found) {
  const { map } = places, { box } = state.plane;
  if (dragging !== 'beside') state.x1 = playground.clamp(((found.x - map.x) / map.w) * 2 * box - box, -box, box);
  if (dragging !== 'under') state.x2 = playground.clamp(box - ((found.y - map.y) / map.h) * 2 * box, -box, box);
  view.later(); units();
}
view.canvas.addEventListener('pointerdown', (event) => {
  const found = under(event);
  if (!found) return;
  if (state.plane) {
    dragging = found.map ? 'map' : found.under ? 'under' : found.beside ? 'beside' : null;
    if (dragging) { view.canvas.setPointerCapture(event.pointerId); root.focus({ preventScroll: true }); drag(found); }
  } else if (found.step !== undefined) { dragging = 'curve'; view.canvas.setPointerCapture(event.pointerId); bar.go(found.step); }
});
view.canvas.addEventListener('pointermove', (event) => {
  const found = under(event);
  if (dragging === 'curve') { if (found && found.step !== undefined) bar.go(found.step); return; }
  if (dragging) { drag(found); return; }
  view.canvas.style.cursor = found && (!state.plane || found.map || found.under || found.beside) ? (state.plane ? 'crosshair' : 'pointer') : '';
  if (state.plane || event.pointerType === 'touch' || state.playing) return;
  const hover = found && found.i !== undefined && found.i < state.step ? found.i : null;
  if (hover !== state.hover) { state.hover = hover; view.later(); }
});
view.canvas.addEventListener('pointerleave', () => { if (!dragging && !state.plane && state.hover !== null) { state.hover = null; view.later(); } });
for (const name of ['pointerup', 'pointercancel']) view.canvas.addEventListener(name, () => { if (dragging) settle(); dragging = null; });
view.canvas.addEventListener('click', (event) => {
  const found = under(event);
  if (!found || state.plane) return;
  root.focus({ preventScroll: true });
  if (found.tile !== undefined) { state.sample = found.tile; show(); settle(); }
  else if (found.i !== undefined && found.i < state.step) { if (state.playing) bar.pause(); state.hover = found.i; view.later(); }
});
factor.addEventListener('input', () => rescale(10 ** Number(factor.value)));
for (const button of root.querySelectorAll('button[data-factor]')) button.addEventListener('click', () => rescale(Number(button.dataset.factor)));
for (const kind of ['height', 'range']) {
  for (const button of root.querySelectorAll(`button[data-${kind}]`)) button.addEventListener('click', () => { state[kind] = button.dataset[kind]; playground.link.set('density', { [kind]: state[kind] }); show(); });
}
for (const button of root.querySelectorAll('button[data-dots]')) button.addEventListener('click', () => { state.dots[button.dataset.dots] = !state.dots[button.dataset.dots]; show(); });
playground.translate(root);
playground.onLang(() => { show(); settle(); });
watch('value', load);
load();
show(); units();
