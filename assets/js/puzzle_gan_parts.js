// The puzzle_gan stage. Its state (digit, frames, noise) lives here and in the URL. Several files, one script: this one,
// puzzle_gan_frames (the digit with its frames), puzzle_gan_six, puzzle_gan_order, and puzzle_gan_view, which joins them.
const { t, color, font, px, clamp } = playground;
const STAGE = 'puzzle_gan', SIDE = 32, SIZE = SIDE * SIDE, PATCH = @PATCH@, HALF = PATCH / 2, LARGEST_SEED = 2147483647, SHOWN = 6;
const SECTIONS = @SECTIONS@, PAD = @PAD@, OUTLINES = [[], [7, 4], [2, 4]]; // of the frames: colour alone would not do
const root = element.querySelector('.pg-puzzle'), tab = element.closest('.tabitem') || element.closest('#pg-puzzle_gan').parentElement;
const find = (selector) => root.querySelector(selector), says = (name) => root.querySelector(`[data-says="${name}"]`);
const state = playground.link.get(STAGE);
let knobs = null;      // the column of controls, once it is there
let drawing = null;    // strokes of the pad
let taken = null;      // the digit: {key, packed, bytes, digit, confidence}

// ---- words -------------------------------------------------------------------------------------------------------------------------
const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;
const make = (tag, text = '', name = '') => Object.assign(document.createElement(tag), { textContent: text, className: name });
const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
const small = (v) => (v === 0 ? '0' : v < 1e-3 ? v.toExponential(0).replace('-', '−') : v.toFixed(3));
const truth = () => (state.source === 'sample' ? state.digit : taken ? taken.digit : null); // of a drawing: what the judge reads

// ---- asking ------------------------------------------------------------------------------------------------------------------------
const notice = find('.pg-puzzle-notice');
let missing = null;    // the newest message of missing weights
function answer(result) { // or null after its error was shown: missing files stay on the page, the rest is a toast
  const error = result && result.error;
  if (error && error.kind === 'weights') { missing = error.message; tell(); return null; }
  return playground.check(result);
}
function tell() { notice.hidden = !missing; notice.textContent = missing ? missing[playground.lang] : ''; }

// ---- pictures ----------------------------------------------------------------------------------------------------------------------
const rgb = (name) => { const g = document.createElement('canvas').getContext('2d'); g.fillStyle = color(name); g.fillRect(0, 0, 1, 1); return [...g.getImageData(0, 0, 1, 1).data].slice(0, 3); };
let paper = null;
playground.onTheme(() => { paper = null; });
function inks() { paper = paper || [rgb('bg'), rgb('ink')]; return paper; }
const scratch = document.createElement('canvas');
// Number k of pictures (n, side, side), uint8, as ink on paper, or by colour(v) -> [r, g, b], into a rectangle.
function picture(g, bytes, k, x, y, size, { side = SIDE, colour = null } = {}) {
  const [low, high] = inks(), h = scratch.getContext('2d');
  scratch.width = scratch.height = side;
  const image = h.createImageData(side, side), from = k * side * side;
  for (let i = 0; i < side * side; i += 1) {
    const v = bytes[from + i], found = colour && colour(v / 255);
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = found ? found[c] : low[c] + (high[c] - low[c]) * v / 255;
    image.data[4 * i + 3] = 255;
  }
  h.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(scratch, x, y, size, size);
}
function outline(g, covered, size) { // the border of what is covered (32, 32)
  const cell = size / SIDE, at = (row, col) => row >= 0 && col >= 0 && row < SIDE && col < SIDE && covered[row * SIDE + col];
  g.save(); g.beginPath();
  for (let row = 0; row < SIDE; row += 1) {
    for (let col = 0; col < SIDE; col += 1) {
      if (!at(row, col)) continue;
      const [x, y] = [col * cell, row * cell];
      if (!at(row - 1, col)) { g.moveTo(x, y); g.lineTo(x + cell, y); }
      if (!at(row + 1, col)) { g.moveTo(x, y + cell); g.lineTo(x + cell, y + cell); }
      if (!at(row, col - 1)) { g.moveTo(x, y); g.lineTo(x, y + cell); }
      if (!at(row, col + 1)) { g.moveTo(x + cell, y); g.lineTo(x + cell, y + cell); }
    }
  }
  for (const [width, colour] of [[5, 'rgb(0 0 0 / 0.55)'], [2.5, color('accent-2')]]) { g.lineWidth = width; g.strokeStyle = colour; g.stroke(); } // seen on any colour
  g.restore();
}
// Canvases of a row of figures; draw(g, size, k) is called for each when `show` says what.
function gallery(figures) {
  let draw = () => {};
  const views = figures.map((figure, k) => playground.canvas(figure.querySelector('.pg-puzzle-picture'), (g, width) => draw(g, width, k)));
  return { figures, show(fn) { draw = fn; for (const view of views) view.later(); } };
}
const figures = (selector) => [...root.querySelectorAll(`${selector} figure`)];
function reading(figure, digit, confidence, off) { // what the judge reads, and whether it is the digit that the patches came from
  const right = digit === truth(), head = make('b', confidence > 0 ? `${right ? '✓' : '✗'} ${t('puzzle_gan.reads', { digit })}` : `✗ ${t('puzzle_gan.reads_none')}`, right ? 'pg-right' : 'pg-wrong');
  figure.querySelector('figcaption').replaceChildren(head, make('small', t('puzzle_gan.off', { value: off.toFixed(1) })));
  figure.title = t('puzzle_gan.sure', { digit, percent: percent(confidence) });
}
