// A prior drawn by hand. The plane is paper first: strokes in [0, 1], y down. A training comes from the server frame by frame; afterwards it
// is a film that plays here. Between two frames the codes move in a straight line.
const SHAPES = @SHAPES@, STEPS = @STEPS@, LIMIT = @LIMIT@;
const EXTENT = 1.25, OUTSIDE = 65535, KEY = 'playground.own_prior', APART = 0.006, MOST_POINTS = 4096, MOST_STROKES = 64;
const NUMBERS = { loss: 0, distance: 1, nats: 2, share: 3 };
const LOST_MS = 30000;
const root = element.querySelector('.pg-own');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { t, color, px, font, clamp } = playground;
const linked = playground.link.get('own_prior');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const state = { step: 0, playing: false, hover: null, shape: linked.drawing, width: linked.width, seed: linked.seed };
let strokes = [], now = null, pointer = null; // the drawing, and the stroke under the pen
let scene = null, frames = [], claims = null; // of what was asked for last
let stream = null, token = 0, place = 0, note = '', shown = 0, gliding = false, follow = true;

// ---- drawing -----------------------------------------------------------------------------------------------------------------------------
const busy = () => Boolean(stream);
const count = () => strokes.reduce((sum, stroke) => sum + stroke.points.length, 0);
const drawing = () => ({ strokes: strokes.map((stroke) => stroke.points), width: state.width / 100 });
function keep() { try { localStorage.setItem(KEY, JSON.stringify(strokes.map((stroke) => stroke.points))); } catch { /* a private window */ } }
function recall() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || '[]');
    const good = (p) => Array.isArray(p) && p.length === 2 && p.every((v) => Number.isFinite(v) && v >= 0 && v <= 1);
    return (Array.isArray(found) ? found : []).filter((s) => Array.isArray(s) && s.length && s.every(good)).slice(0, MOST_STROKES).map((points) => ({ points }));
  } catch { return []; }
}
const ready = (id) => SHAPES[id].map((points) => ({ points: points.map((p) => [...p]) }));
function choose(id) {
  if (busy()) return;
  state.shape = id;
  strokes = id === 'own' ? recall() : ready(id);
  playground.link.set('own_prior', { drawing: id });
  changed();
}
function mine() { state.shape = 'own'; keep(); playground.link.set('own_prior', { drawing: 'own' }); changed(); }
function undo() { if (!busy() && strokes.length) { strokes.pop(); mine(); } }
function clear() { if (!busy()) { strokes = []; mine(); } }
function changed() { // another drawing: the film belonged to the one before
  frames = []; scene = null; note = ''; state.playing = false; state.step = 0; shown = 0;
  paint();
  if (strokes.length) prepare();
}
const prepare = playground.gate(async () => {
  if (!strokes.length || busy()) return;
  const asked = JSON.stringify([drawing(), state.seed]);
  const found = playground.check(await server.prepare(drawing(), state.seed));
  if (!found || busy() || frames.length > 1 || asked !== JSON.stringify([drawing(), state.seed])) return;
  scene = readScene(found.scene); claims = found.claims; frames = [readFrame(found.frame)];
  root.dataset.ready = '1';
  paint();
});
function readScene(packed) { return { ...packed, labels: playground.unpack(packed.labels), x: playground.unpack(packed.x) }; }
function readFrame(packed) {
  const codes = Float32Array.from(playground.unpack(packed.codes), (v) => (v === OUTSIDE ? NaN : (v / 32767 - 1) * EXTENT)); // halves of the plane
  return { step: packed.step, codes, x_hat: playground.unpack(packed.x_hat), numbers: playground.unpack(packed.numbers) };
}

const view = playground.canvas(root.querySelector('.pg-own-plane'), drawPlane);
const spot = (event) => { const area = view.canvas.getBoundingClientRect(); return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height].map((v) => Math.round(1000 * clamp(v, 0, 1)) / 1000); };
view.canvas.addEventListener('pointerdown', (event) => {
  if (pointer !== null || event.button > 0) return;
  if (busy()) { playground.toast(t('own_prior.training_now'), 'warn', 4); return; }
  if (strokes.length >= MOST_STROKES || count() >= MOST_POINTS) { playground.toast(t('own_prior.full'), 'warn'); return; }
  event.preventDefault();
  root.focus({ preventScroll: true });
  if (state.shape !== 'own') { strokes = []; state.shape = 'own'; frames = []; scene = null; state.playing = false; state.step = 0; shown = 0; } // a ready-made shape gives way to the hand
  pointer = event.pointerId;
  view.canvas.setPointerCapture(pointer);
  now = { points: [spot(event)] };
  view.draw();
});
view.canvas.addEventListener('pointermove', (event) => {
  if (event.pointerId !== pointer || !now) return;
  for (const one of event.getCoalescedEvents?.() || [event]) {
    const p = spot(one), last = now.points[now.points.length - 1];
    if (Math.hypot(p[0] - last[0], p[1] - last[1]) >= APART && count() + now.points.length < MOST_POINTS) now.points.push(p);
  }
  view.later();
});
function lift(event) {
  if (event.pointerId !== pointer) return;
  pointer = null;
  if (now) strokes.push(now);
  now = null;
  mine();
}
view.canvas.addEventListener('pointerup', lift);
view.canvas.addEventListener('pointercancel', lift);

// ---- the server's side ---------------------------------------------------------------------------------------------------------------------
function train() {
  if (busy()) { cancel(t('own_prior.cancelled')); return; }
  if (!strokes.length) { playground.toast(t('error.no_ink'), 'warn'); return; }
  if (!scene) prepare();
  frames = frames.slice(0, 1);
  Object.assign(state, { playing: false, step: 0 });
  shown = 0; follow = true; note = ''; place = 0;
  stream = { token: ++token, heard: performance.now() };
  trigger('run', { token, drawing: drawing(), seed: state.seed });
  paint();
}
function cancel(words) {
  if (!stream) return;
  trigger('halt', { token: stream.token });
  stream = null; place = 0; note = words;
  paint();
}
let halted = 0;
function hear(message) {
  if (!stream || message.token !== stream.token) { // a cancel that overtook its own start is sent again
    if (!stream && message.frame && message.token > halted) trigger('halt', { token: halted = message.token });
    return;
  }
  stream.heard = performance.now();
  place = message.queue || 0;
  if (message.frame) grow(readFrame(message.frame));
  if (message.error) { playground.check(message); stream = null; note = t('own_prior.refused'); }
  const last = frames.length ? frames[frames.length - 1].step : 0;
  if (message.late) { stream = null; note = t('own_prior.late', { seconds: LIMIT, step: last }); }
  if (stream && last >= STEPS) { stream = null; note = t('own_prior.done'); }
  paint();
  if (!scene && !busy()) rescue();
}
async function rescue() { // the scene was still on its way when the training began
  const found = playground.check(await server.prepare(drawing(), state.seed));
  if (found) { scene = readScene(found.scene); claims = found.claims; paint(); }
}
function grow(frame) {
  const last = frames.length ? frames[frames.length - 1].step : -1;
  if (frame.step <= last) return;
  frames.push(frame);
  if (follow) { state.step = frames.length - 1; if (still.matches) shown = state.step; }
  if (!scene && !grow.asked) { grow.asked = true; rescue().finally(() => { grow.asked = false; }); }
}
setInterval(() => {
  if (!stream) return;
  if (root.offsetParent === null) cancel(t('own_prior.left')); // another tab of the page is open
  else if (performance.now() - stream.heard > LOST_MS) { cancel(t('own_prior.lost')); }
}, 500);
document.addEventListener('visibilitychange', () => { if (document.hidden) cancel(t('own_prior.left')); });
addEventListener('pagehide', () => cancel(''));

// ---- pictures --------------------------------------------------------------------------------------------------------------------------------
const between = () => { if (!frames.length) return null; const k = clamp(Math.floor(shown), 0, frames.length - 1), b = Math.min(k + 1, frames.length - 1); return { a: frames[k], b: frames[b], share: b === k ? 0 : shown - k }; };
function polyline(g, points, size, width) {
  g.lineWidth = width * size; g.beginPath();
  g.moveTo(points[0][0] * size, points[0][1] * size);
  for (const [x, y] of points.slice(1)) g.lineTo(x * size, y * size);
  g.lineTo(points[points.length - 1][0] * size + 0.01, points[points.length - 1][1] * size);
  g.stroke();
}
function drawPlane(g, width, height) {
  const size = Math.min(width, height), pair = between();
  g.lineCap = g.lineJoin = 'round';
  g.strokeStyle = color('line'); g.lineWidth = 1;
  g.beginPath(); g.moveTo(size / 2, 0); g.lineTo(size / 2, size); g.moveTo(0, size / 2); g.lineTo(size, size / 2); g.stroke();
  g.strokeStyle = playground.theme === 'dark' ? '#34435f' : '#cfdcf6';
  for (const { points } of now ? [...strokes, now] : strokes) polyline(g, points, size, state.width / 100);
  if (!strokes.length && !now) {
    g.fillStyle = color('muted'); g.font = font(px(20), 600); g.textAlign = 'center'; g.textBaseline = 'middle';
    g.fillText(t('own_prior.hint'), size / 2, size / 2 - px(16), size - 24); g.fillText(t('own_prior.hint_more'), size / 2, size / 2 + px(16), size - 24);
  }
  if (!pair || !scene || now) return;
  const { a, b, share } = pair, r = Math.max(1.9, size / 230), X = (i) => ((a.codes[i] + (b.codes[i] - a.codes[i]) * share) + 1) * size / 2, Y = (i) => (1 - (a.codes[i] + (b.codes[i] - a.codes[i]) * share)) * size / 2;
  for (let digit = 0; digit < 10; digit++) {
    g.beginPath();
    for (let i = 0; i < scene.labels.length; i++) if (scene.labels[i] === digit) { const x = X(2 * i), y = Y(2 * i + 1); if (Number.isFinite(x + y)) { g.moveTo(x + r, y); g.arc(x, y, r, 0, 7); } }
    g.fillStyle = playground.classColor(digit); g.globalAlpha = 0.9; g.fill(); g.globalAlpha = 1;
  }
}
const tile = document.createElement('canvas'); tile.width = tile.height = 28;
const pen = tile.getContext('2d');
function paintDigit(g, values, from, full, x, y, size) {
  const image = pen.createImageData(28, 28), [paper, ink] = playground.theme === 'dark' ? [[15, 18, 24], [242, 245, 250]] : [[255, 255, 255], [20, 24, 31]];
  for (let i = 0; i < 784; i++) { const v = values[from + i] / full; for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c] + (ink[c] - paper[c]) * v; image.data[4 * i + 3] = 255; }
  pen.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = false; g.drawImage(tile, x, y, size, size);
}
const strip = playground.canvas(root.querySelector('.pg-own-strip'), (g, width, height) => {
  const pair = between();
  if (!pair || !scene) return;
  const frame = pair.share > 0.5 ? pair.b : pair.a, n = scene.x.length / 784, gap = 4, size = Math.min((width - gap * (n - 1)) / n, (height - gap) / 2);
  for (let k = 0; k < n; k++) { paintDigit(g, scene.x, 784 * k, 1, k * (size + gap), 0, size); paintDigit(g, frame.x_hat, 784 * k, 255, k * (size + gap), size + gap, size); }
});
const CHARTS = {
  distance: { value: (f) => Math.log10(f.numbers[NUMBERS.distance] / scene.floor), low: -0.75, high: 1.6, ticks: [[0, '1×'], [0.477, '3×'], [1, '10×'], [1.477, '30×']], line: 0 },
  loss: { value: (f) => f.numbers[NUMBERS.loss], low: 1, high: 1.6, ticks: [[1, '1.0'], [1.2, '1.2'], [1.4, '1.4'], [1.6, '1.6']], line: 2 * Math.LN2 },
};
const charts = Object.fromEntries(Object.keys(CHARTS).map((name) => {
  const box = root.querySelector(`[data-chart="${name}"]`), chart = {};
  const scrub = (event) => { if (chart.left !== undefined && frames.length > 1) bar.go(frameAt((event.clientX - box.getBoundingClientRect().left - chart.left) / chart.wide * STEPS)); };
  chart.view = playground.canvas(box, (g, w, h) => drawChart(name, chart, g, w, h));
  box.addEventListener('pointerdown', (event) => { if (event.button === 0) { box.setPointerCapture(event.pointerId); scrub(event); } });
  box.addEventListener('pointermove', (event) => { if (box.hasPointerCapture(event.pointerId)) scrub(event); });
  return [name, chart];
}));
const frameAt = (step) => frames.reduce((best, frame, k) => (Math.abs(frame.step - step) < Math.abs(frames[best].step - step) ? k : best), 0);
function drawChart(name, chart, g, width, height) {
  const { value, low, high, ticks, line } = CHARTS[name], left = px(50), right = px(10), top = px(30), bottom = px(26), wide = width - left - right;
  const X = (step) => left + wide * step / STEPS, Y = (v) => top + (height - top - bottom) * (1 - clamp((v - low) / (high - low), 0, 1));
  Object.assign(chart, { left, wide });
  g.font = font(px(16), 700); g.fillStyle = color('ink'); g.textAlign = 'left'; g.textBaseline = 'top'; g.fillText(t(`own_prior.axis_${name}`), 0, px(3), width);
  g.font = font(px(16)); g.strokeStyle = color('line'); g.lineWidth = 1; g.textAlign = 'right'; g.textBaseline = 'middle'; g.fillStyle = color('muted');
  for (const [v, label] of ticks) { g.beginPath(); g.moveTo(left, Y(v)); g.lineTo(left + wide, Y(v)); g.stroke(); g.fillText(label, left - px(8), Y(v)); }
  g.textBaseline = 'alphabetic';
  [0, STEPS / 3, 2 * STEPS / 3, STEPS].forEach((step, k) => { g.textAlign = k === 3 ? 'right' : k ? 'center' : 'left'; g.fillText(String(step), X(step), height - px(3)); });
  g.setLineDash([3, 5]); g.lineWidth = 2; g.strokeStyle = color('good'); g.beginPath(); g.moveTo(left, Y(line)); g.lineTo(left + wide, Y(line)); g.stroke(); g.setLineDash([]);
  g.font = font(px(16), 600); g.textAlign = 'right'; g.textBaseline = name === 'loss' ? 'bottom' : 'top'; g.lineWidth = 5; g.strokeStyle = color('panel');
  const label = t(`own_prior.line_${name}`), y = Y(line) + px(name === 'loss' ? -4 : 5); // on the side where the curve rarely runs
  g.strokeText(label, left + wide, y); g.fillStyle = color('good'); g.fillText(label, left + wide, y);
  if (!frames.length || !scene) return;
  g.beginPath();
  let down = false;
  for (const frame of frames) { const v = value(frame); if (!Number.isFinite(v)) continue; g[down ? 'lineTo' : 'moveTo'](X(frame.step), Y(v)); down = true; }
  g.strokeStyle = color('accent'); g.lineWidth = px(2.6); g.lineJoin = 'round'; g.stroke();
  const pair = between(), at = pair.a.step + (pair.b.step - pair.a.step) * pair.share;
  g.beginPath(); g.moveTo(X(at), top); g.lineTo(X(at), height - bottom); g.strokeStyle = color('ink'); g.lineWidth = 2; g.stroke();
}

// ---- words, buttons, the film ---------------------------------------------------------------------------------------------------------------
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const percent = (v) => `${Math.round(100 * v)} %`;
function numbers() {
  const pair = between(), frame = pair && (pair.share > 0.5 ? pair.b : pair.a), beside = (text) => Object.assign(document.createElement('small'), { textContent: text });
  const write = (name, value, more) => part(name).replaceChildren(frame && scene ? value() : '—', beside(frame && scene ? more() : ''));
  write('distance', () => `${(frame.numbers[NUMBERS.distance] / scene.floor).toFixed(1)}×`, () => t('own_prior.floor', { value: scene.floor.toFixed(3) }));
  write('share', () => percent(frame.numbers[NUMBERS.share]), () => t('own_prior.share_best', { best: percent(scene.share), area: percent(scene.area) }));
  write('nats', () => frame.numbers[NUMBERS.nats].toFixed(1), () => 'nats');
}
function status() {
  if (place) return t('own_prior.waiting', { place });
  if (stream && frames.length < 2) return t('own_prior.starting');
  if (stream) return t('own_prior.training', { step: frames[frames.length - 1].step, total: STEPS });
  return note || (strokes.length ? t('own_prior.idle') : t('own_prior.draw_first'));
}
function claim() {
  const one = claims && claims.shapes[state.shape];
  put(part('claim'), one ? t('own_prior.claim', { seeds: claims.seeds, times: one.times[0].toFixed(1), low: one.times[1].toFixed(1), high: one.times[2].toFixed(1), share: percent(one.share[0]) }) : claims ? t('own_prior.claim_own') : '');
}
function paint() {
  bar.paint();
  const button = root.querySelector('[data-act="train"]');
  put(button, t(stream ? 'own_prior.cancel' : 'own_prior.train'));
  button.disabled = !stream && !strokes.length;
  button.setAttribute('aria-pressed', 'false');
  part('progress').value = stream || frames.length > 1 ? (frames.length ? frames[frames.length - 1].step / STEPS : 0) : 0;
  put(part('status'), status());
  for (const node of root.querySelectorAll('[data-shape]')) { node.setAttribute('aria-pressed', String(node.dataset.shape === state.shape)); node.disabled = busy(); }
  root.querySelector('[data-act="undo"]').disabled = root.querySelector('[data-act="clear"]').disabled = busy() || !strokes.length;
  part('width').value = String(state.width); part('width').disabled = busy();
  claim(); draw();
  const last = frames.length ? frames[frames.length - 1] : null;
  Object.assign(root.dataset, { frames: String(frames.length), streaming: String(busy()), place: String(place), shape: state.shape, strokes: String(strokes.length), step: String(state.step), playing: String(state.playing), trained: String(last ? last.step : 0), share: last ? last.numbers[NUMBERS.share].toFixed(3) : '', scene: String(Boolean(scene)) });
  if (state.step !== shown) glide();
}
let seen = null;
function draw(all = true) { // between two frames only the codes move
  view.draw();
  const frame = Math.round(shown);
  if (!all && frame === seen) return;
  seen = frame;
  strip.draw(); for (const chart of Object.values(charts)) chart.view.draw(); numbers();
}
function glide() {
  if (gliding) return;
  gliding = true;
  let before = performance.now();
  requestAnimationFrame(function tick(time) {
    if (!root.isConnected) { gliding = false; return; }
    const passed = Math.min(0.1, (time - before) / 1000), way = state.step - shown;
    before = time;
    shown = Math.abs(way) < 0.01 || still.matches ? state.step : shown + way * (1 - Math.exp(-(state.playing ? 30 : 6) * passed));
    draw(shown === state.step);
    if (shown === state.step) { gliding = false; return; }
    requestAnimationFrame(tick);
  });
}
playground.translate(root);
const lastFrame = () => Math.max(0, frames.length - 1);
const bar = playground.player(root, {
  stage: 'own_prior', state: state, first: () => 0, last: lastFrame, ready: () => frames.length > 1,
  show: () => { follow = state.step >= lastFrame(); paint(); }, settle: () => {},
  on: { t: train, c: clear, z: undo, backspace: undo },
});
root.querySelector('[data-act="train"]').addEventListener('click', train);
root.querySelector('[data-act="undo"]').addEventListener('click', undo);
root.querySelector('[data-act="clear"]').addEventListener('click', clear);
for (const node of root.querySelectorAll('[data-shape]')) node.addEventListener('click', () => choose(node.dataset.shape));
part('width').addEventListener('input', () => { state.width = Number(part('width').value); frames = []; scene = null; note = ''; state.step = 0; shown = 0; view.draw(); paint(); });
part('width').addEventListener('change', () => { playground.link.set('own_prior', { width: state.width }); changed(); });
root.addEventListener('seed', (event) => { // the number field may be half-typed: what is no seed waits
  const seed = event.detail;
  if (!Number.isInteger(seed) || seed < 0 || seed > 2147483647) { if (seed !== null && seed !== '') playground.toast(t('error.integer_range', { field: t('field.seed'), low: 0, high: 2147483647, got: seed }), 'warn'); return; }
  if (seed === state.seed) return;
  cancel('');
  state.seed = seed;
  changed();
});
playground.onLang(() => { note = ''; paint(); });
watch('value', () => { if (props.value) hear(props.value); });
strokes = state.shape === 'own' ? recall() : ready(state.shape);
paint();
if (strokes.length) prepare();
