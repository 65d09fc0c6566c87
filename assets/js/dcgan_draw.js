// The dcgan stage. Its state (section, loss, seeds, psi, moment of the film) lives here and in the URL; the grid to choose from is
// an image grid beside this element, the knobs stand in the column of controls. Five files, one script: this one, one per section
// (dcgan_grid, dcgan_sums, dcgan_losses, dcgan_film), and dcgan_view, which joins them.
const { t, color, font, px, clamp } = playground;
const STAGE = 'dcgan', SIDE = 28, SIZE = SIDE * SIDE, MOST = 100, LARGEST_SEED = 2147483647, SURE = 0.9;
const LOSSES = @LOSSES@, TYPICAL = @TYPICAL@, SHOWN = @SHOWN@;
const root = element.querySelector('.pg-dcgan'), stage = element.closest('#pg-dcgan'), tab = element.closest('.tabitem') || stage.parentElement;
const find = (selector) => root.querySelector(selector), says = (name) => root.querySelector(`[data-says="${name}"]`);
const state = playground.link.get(STAGE);
const facts = {};      // per loss: what was measured once, {scores: {real, fake}, truncation, walk, arithmetic}
let samples = null;    // the image grid to choose from, once it is there
let knobs = null;      // the column of controls, once it is there

// ---- words -------------------------------------------------------------------------------------------------------------------------
const nameOf = (loss) => t(`lab.loss.${loss}`);
const number = (v, digits = 2) => (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−');
const short = (v) => (v === 0 ? '0' : Math.abs(v) < 0.001 || Math.abs(v) >= 1e5 ? v.toExponential(1).replace('-', '−') : Number(v.toPrecision(3)).toString().replace('-', '−'));
const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;
const whole = (v) => Math.round(v).toLocaleString(playground.lang);
const reads = (digit, confidence) => (confidence > 0 ? t('dcgan.reads', { digit, percent: percent(confidence) }) : t('dcgan.reads_none'));

// ---- asking ------------------------------------------------------------------------------------------------------------------------
const notice = find('.pg-dcgan-notice');
let missing = null;    // the newest message of missing weights
function taken(result) { // the answer, or null after its error was shown: missing files stay on the page, the rest is a toast
  if (result && result.error && result.error.kind === 'weights') { missing = result.error.message; tell(); return null; }
  return playground.check(result);
}
function tell() { notice.hidden = !missing; notice.textContent = missing ? missing[playground.lang] : ''; }

const askFacts = playground.gate(async () => {
  const { loss } = state;
  if (facts[loss]) return;
  const got = taken(await server.facts(loss));
  if (!got) return;
  const scores = { real: playground.unpack(got.scores.real), fake: playground.unpack(got.scores.fake) };
  facts[loss] = { ...got, scores };
  show();
});

// ---- pictures ----------------------------------------------------------------------------------------------------------------------
const rgb = (name) => { const g = document.createElement('canvas').getContext('2d'); g.fillStyle = color(name); g.fillRect(0, 0, 1, 1); return g.getImageData(0, 0, 1, 1).data; };
function paper() { // 256 colours from paper to ink, as 32-bit pixels
  const out = new Uint32Array(256), bytes = new Uint8ClampedArray(out.buffer), [low, high] = [rgb('bg'), rgb('ink')];
  for (let v = 0; v < 256; v += 1) { for (let i = 0; i < 3; i += 1) bytes[4 * v + i] = low[i] + (high[i] - low[i]) * v / 255; bytes[4 * v + 3] = 255; }
  return out;
}
let tone = paper();
playground.onTheme(() => { tone = paper(); });

const strip = document.createElement('canvas'), pen = strip.getContext('2d');
// Draws n pictures of `bytes` (from picture `first` on) with place(i) -> [x, y, size].
function pictures(g, bytes, n, place, first = 0) {
  strip.width = SIDE; strip.height = SIDE * n;
  const made = new ImageData(SIDE, SIDE * n), out = new Uint32Array(made.data.buffer), from = first * SIZE;
  for (let k = 0; k < out.length; k += 1) out[k] = tone[bytes[from + k]];
  pen.putImageData(made, 0, 0);
  g.imageSmoothingEnabled = false;
  for (let i = 0; i < n; i += 1) { const [x, y, size] = place(i); g.drawImage(strip, 0, i * SIDE, SIDE, SIDE, x, y, size, size); }
}
const tiles = (columns, width, gap = 2) => (i) => { const cell = width / columns; return [(i % columns) * cell + gap / 2, Math.floor(i / columns) * cell + gap / 2, cell - gap]; };
const slice = (bytes, k) => bytes.subarray(k * SIZE, (k + 1) * SIZE);

// ---- charts ------------------------------------------------------------------------------------------------------------------------
const frameOf = (width, height, { left = 54, right = 14, top = 10, bottom = 30 } = {}) => ({ left: px(left), right: width - px(right), top: px(top), bottom: height - px(bottom) });
const axis = (low, high, from, to) => (v) => from + (to - from) * (clamp(v, low, high) - low) / (high - low || 1);
function write(g, words, x, y, { align = 'left', base = 'middle', colour = 'muted', size = 15, weight = 400, width } = {}) {
  g.font = font(px(size), weight); g.textAlign = align; g.textBaseline = base; g.fillStyle = color(colour);
  g.fillText(words, x, y, width);
}
function rule(g, x0, y0, x1, y1, { colour = 'line', width = 1, dash = [] } = {}) {
  g.save(); g.strokeStyle = color(colour); g.lineWidth = width; g.setLineDash(dash);
  g.beginPath(); g.moveTo(x0, y0); g.lineTo(x1, y1); g.stroke(); g.restore();
}
function curve(g, points, { colour, width = 3, dash = [] }) {
  g.save(); g.strokeStyle = colour; g.lineWidth = width; g.setLineDash(dash); g.lineJoin = 'round'; g.beginPath();
  points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
  g.stroke(); g.restore();
}
const DASHES = [[], [9, 5], [3, 4], [12, 4, 3, 4]]; // of the four losses: colour alone would not do
function nice(low, high, n) { // round values between low and high
  const raw = (high - low) / n, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const out = [];
  for (let v = Math.ceil(low / step) * step; v <= high + 1e-9; v += step) out.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return out;
}
// Real bars filled from below, generated ones as a hatched outline over them.
function histogram(g, counts, most, X, Y, edges, kind) {
  const n = counts.length, at = (k) => X(edges[0] + (edges[edges.length - 1] - edges[0]) * k / n);
  g.beginPath(); g.moveTo(at(0), Y(0));
  for (let k = 0; k < n; k += 1) { const y = Y(counts[k] / most); g.lineTo(at(k), y); g.lineTo(at(k + 1), y); }
  g.lineTo(at(n), Y(0)); g.closePath();
  g.save(); g.fillStyle = color(kind === 'real' ? 'data' : 'generated'); g.globalAlpha = kind === 'real' ? 0.45 : 0.2; g.fill(); g.globalAlpha = 1;
  g.strokeStyle = color(kind === 'real' ? 'data' : 'generated'); g.lineWidth = 2; if (kind === 'fake') g.setLineDash([5, 3]); g.stroke(); g.restore();
}
function targets(loss) { // what D's numbers aim at, where the loss says it
  if (loss === 'lsgan') return [[0, 'a = 0'], [1, 'b = c = 1']];
  return loss === 'wgan_gp' ? [] : [[0, 'D = ½']];
}
