// What a model can see: what all its files share; they run one after the other, as one script (see components/sight_view.py).
// Maps: for the pixel under the pointer, what the rule allows (here at once, from one table per model) and
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
