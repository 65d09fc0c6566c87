// A pad to draw a digit on: strokes (polylines in [0, 1], so nothing is lost when the server normalises them) and, where
// asked for, a second brush that marks what the model should fill in. Value: {strokes, hidden}; event: 'drawn'.
const HIDE = @HIDE@, EXAMPLES = @EXAMPLES@;
const PEN = 0.075, BRUSH = 0.14, APART = 0.008, MOST_POINTS = 4096, MOST_STROKES = 64; // as inference/drawing.py has them
const root = element.querySelector('.pg-digit-pad'), box = root.querySelector('.pg-pad-box');
const undoButton = root.querySelector('[data-act="undo"]'), clearButton = root.querySelector('[data-act="clear"]');
const done = []; // [{list: 'strokes' | 'hidden', points}], in the order drawn
let tool = 'strokes', now = null, pointer = null, own = '';

const pick = (list) => done.filter((stroke) => stroke.list === list).map((stroke) => stroke.points);
const count = () => done.reduce((sum, stroke) => sum + stroke.points.length, 0);

function line(g, points, size, width) {
  g.lineWidth = width * size;
  g.beginPath();
  const [first, last] = [points[0], points[points.length - 1]];
  g.moveTo(first[0] * size, first[1] * size);
  for (let i = 1; i < points.length - 1; i++) { // smooth: through the middles, bent towards the points
    const [x, y] = points[i], [u, v] = points[i + 1];
    g.quadraticCurveTo(x * size, y * size, (x + u) * size / 2, (y + v) * size / 2);
  }
  g.lineTo(last[0] * size + 0.01, last[1] * size);
  g.stroke();
}

function draw(g, width, height) {
  const size = Math.min(width, height);
  g.lineCap = g.lineJoin = 'round';
  if (!done.length && !now) {
    g.fillStyle = playground.color('muted');
    g.font = playground.font(playground.px(17));
    g.textAlign = 'center'; g.textBaseline = 'middle';
    g.fillText(playground.t('digit_pad.hint'), width / 2, height / 2, width - 24);
  }
  const all = now ? [...done, now] : done;
  g.strokeStyle = playground.color('ink');
  for (const { list, points } of all) if (list === 'strokes') line(g, points, size, PEN);
  const covered = all.filter(({ list }) => list === 'hidden');
  if (!covered.length) return;
  // One layer for all hidden strokes, so that crossings are not darker.
  const layer = new OffscreenCanvas(g.canvas.width, g.canvas.height), h = layer.getContext('2d');
  h.scale(g.canvas.width / width, g.canvas.height / height);
  h.lineCap = h.lineJoin = 'round'; h.strokeStyle = playground.color('accent-2');
  for (const { points } of covered) line(h, points, size, BRUSH);
  g.globalAlpha = 0.6; g.drawImage(layer, 0, 0, width, height); g.globalAlpha = 1;
}
const view = playground.canvas(box, draw);

function show() {
  undoButton.disabled = clearButton.disabled = !done.length;
  view.draw();
  view.canvas.dataset.strokes = String(pick('strokes').length);
  view.canvas.dataset.hidden = String(pick('hidden').length);
}

function commit() {
  const value = { strokes: pick('strokes'), hidden: pick('hidden') };
  own = JSON.stringify(value);
  show();
  props.value = { ...value, seq: (props.value?.seq || 0) + 1 };
  view.canvas.dataset.seq = props.value.seq;
  trigger('drawn');
}

function load() { // a drawing that came from the server
  const value = { strokes: props.value?.strokes || [], hidden: props.value?.hidden || [] };
  if (JSON.stringify(value) === own) return;
  own = JSON.stringify(value);
  done.length = 0;
  for (const list of ['strokes', 'hidden']) for (const points of value[list]) done.push({ list, points: points.map(([x, y]) => [x, y]) });
  show();
  view.canvas.dataset.seq = props.value?.seq ?? 0;
}

function place(event) {
  const area = view.canvas.getBoundingClientRect();
  return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height]
    .map((v) => Math.round(1000 * playground.clamp(v, 0, 1)) / 1000);
}

view.canvas.addEventListener('pointerdown', (event) => {
  if (pointer !== null || event.button > 0 || done.length >= MOST_STROKES || count() >= MOST_POINTS) return;
  event.preventDefault();
  root.focus({ preventScroll: true });
  pointer = event.pointerId;
  view.canvas.setPointerCapture(pointer);
  now = { list: tool, points: [place(event)] };
  view.draw();
});
view.canvas.addEventListener('pointermove', (event) => {
  if (event.pointerId !== pointer || !now) return;
  for (const part of event.getCoalescedEvents?.() || [event]) {
    const point = place(part), last = now.points[now.points.length - 1];
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= APART && count() + now.points.length < MOST_POINTS) now.points.push(point);
  }
  view.later();
});
function lift(event) {
  if (event.pointerId !== pointer) return;
  pointer = null;
  if (now) done.push(now);
  now = null;
  commit();
}
view.canvas.addEventListener('pointerup', lift);
view.canvas.addEventListener('pointercancel', lift);

const undo = () => { if (done.pop()) commit(); };
const clear = () => { if (done.length) { done.length = 0; choose('strokes'); commit(); } };
const example = (digit) => {
  if (!EXAMPLES[digit]) return;
  done.length = 0;
  choose('strokes');
  for (const points of EXAMPLES[digit]) done.push({ list: 'strokes', points });
  commit();
};
function choose(name) {
  tool = name;
  for (const button of root.querySelectorAll('button[data-tool]')) button.setAttribute('aria-pressed', String(button.dataset.tool === name));
  box.dataset.tool = name;
}

undoButton.addEventListener('click', undo);
clearButton.addEventListener('click', clear);
for (const button of root.querySelectorAll('button[data-tool]')) button.addEventListener('click', () => choose(button.dataset.tool));
const examples = root.querySelector('.pg-pad-examples');
for (const digit of Object.keys(EXAMPLES)) {
  const button = examples.appendChild(document.createElement('button'));
  button.type = 'button'; button.className = 'pg-button'; button.textContent = digit; button.dataset.example = digit;
  button.addEventListener('click', () => example(digit));
}
const named = () => { for (const button of examples.children) button.setAttribute('aria-label', playground.t('digit_pad.example', { digit: button.dataset.example })); };
playground.onLang(named); named();

const keys = { z: undo, backspace: undo, delete: clear };
for (const digit of Object.keys(EXAMPLES)) keys[digit] = () => example(digit);
if (HIDE) keys.h = () => choose(tool === 'hidden' ? 'strokes' : 'hidden');
playground.keys(root, keys);
playground.translate(root);
choose('strokes');
watch('value', load);
load();
show();
