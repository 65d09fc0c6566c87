// The progan stage. Its state (section, seed, row, place of the slider, mark, moment of the film) lives here and in the URL. Five
// files, one script: this one with the pictures, progan_net (the network as a drawing), progan_sums (what was measured on it),
// progan_film, and progan_view, which joins them with the column of knobs.
const { t, color, font, px, clamp } = playground;
const STAGE = 'progan', ROWS = @ROWS@, UNIT = @UNIT@, SIDES = @SIDES@, TOP = SIDES.length - 1, LARGEST_SEED = 2147483647;
const root = element.querySelector('.pg-progan');
const find = (selector) => root.querySelector(selector), says = (name) => root.querySelector(`[data-says="${name}"]`);
const state = playground.link.get(STAGE);
let drawn = null;      // {key, seed, seeds, raw}: what every toRGB draws, per level the pictures of all rows, UNIT = 1
let knobs = null;      // the column of controls, once it is there

// ---- words -------------------------------------------------------------------------------------------------------------------------
const SUB = '₀₁₂₃';
const whole = (v) => Math.round(v).toLocaleString(playground.lang);
const number = (v, digits = 2) => (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−');
const size = (level) => `${SIDES[level]} × ${SIDES[level]}`;

// ---- where it has grown to -----------------------------------------------------------------------------------------------------------
// at = level - 1 + alpha; a whole number is a level that is in.
function grown(at = state.at) {
  const level = Math.ceil(at - 1e-9);
  return { level, alpha: level ? Math.round(1000 * (at - level + 1)) / 1000 : 1 };
}
const weightOf = (l, { level, alpha } = grown()) => (l === level ? alpha : l === level - 1 ? 1 - alpha : 0);

// ---- pictures ------------------------------------------------------------------------------------------------------------------------
const rgb = (name) => { const g = document.createElement('canvas').getContext('2d'); g.fillStyle = color(name); g.fillRect(0, 0, 1, 1); return g.getImageData(0, 0, 1, 1).data; };
function paper() { // 256 colours from paper to ink, as 32-bit pixels
  const out = new Uint32Array(256), bytes = new Uint8ClampedArray(out.buffer), [low, high] = [rgb('bg'), rgb('ink')];
  for (let v = 0; v < 256; v += 1) { for (let i = 0; i < 3; i += 1) bytes[4 * v + i] = low[i] + (high[i] - low[i]) * v / 255; bytes[4 * v + 3] = 255; }
  return out;
}
let tone = paper();
function paint(canvas, bytes, side, from = 0) { // one pixel of the canvas per pixel of the picture; CSS enlarges it
  if (canvas.width !== side) { canvas.width = side; canvas.height = side; }
  const made = new ImageData(side, side), out = new Uint32Array(made.data.buffer);
  for (let k = 0; k < out.length; k += 1) out[k] = tone[bytes[from + k]];
  canvas.getContext('2d').putImageData(made, 0, 0);
}
// The picture of a row at any place of the slider, as the network itself would draw it: the blend is linear before clipping.
function blended(row, { level, alpha } = grown()) {
  const side = SIDES[level], half = side / 2, pixels = side * side, out = new Uint8Array(pixels), x = drawn.raw[level], below = level && alpha < 1 ? drawn.raw[level - 1] : null;
  for (let k = 0; k < pixels; k += 1) {
    let v = x[row * pixels + k];
    if (below) v = (1 - alpha) * below[row * half * half + (Math.floor(k / side) >> 1) * half + ((k % side) >> 1)] + alpha * v;
    out[k] = clamp(Math.round((v / UNIT + 1) * 127.5), 0, 255);
  }
  return out;
}
const walking = () => drawn.seeds.length === 2; // the rows lead from one z to the next
const nameOf = (row) => (walking() ? t('progan.on_the_way', { a: drawn.seeds[0], b: drawn.seeds[1], t: number(row / (ROWS - 1), 1) }) : t('progan.of_seed', { seed: drawn.seeds[row] }));
const alone = (row, level) => blended(row, { level, alpha: 1 });

// ---- asking ------------------------------------------------------------------------------------------------------------------------
let missing = null;    // the newest message of missing weights
function taken(result) { // the answer, or null after its error was shown: missing files stay on the page, the rest is a toast
  if (result && result.error && result.error.kind === 'weights') { missing = result.error.message; tell(); return null; }
  return playground.check(result);
}
function tell() { const notice = find('.pg-progan-notice'); notice.hidden = !missing; notice.textContent = missing ? missing[playground.lang] : ''; }

const askStages = playground.gate(async () => {
  const { seed, walk } = state, key = [seed, walk].join();
  if (drawn && drawn.key === key) return;
  const got = taken(await server.stages(seed, walk));
  if (!got) return;
  drawn = { key, seed, seeds: got.seeds, raw: got.raw.map(playground.unpack) };
  showStages(); showBlend();
});

// ---- the growing picture, and the same z at every level -----------------------------------------------------------------------------
const lines = [...root.querySelectorAll('.pg-progan-row[data-row]')];
const picture = (name) => find(`[data-path="${name}"] canvas`);
function showStages() { // what does not follow the slider
  if (!drawn) return;
  find('.pg-progan-heads span').textContent = walking() ? 't' : 'z';
  lines.forEach((line, row) => {
    line.firstElementChild.textContent = walking() ? number(row / (ROWS - 1), 1) : drawn.seeds[row];
    const cells = line.querySelectorAll('canvas');
    SIDES.forEach((side, level) => paint(cells[level], alone(row, level), side));
  });
}
function showBlend() {
  const now = grown(), { level, alpha } = now, fading = alpha < 1;
  says('at').textContent = fading ? t('progan.at_fading', { old: size(level - 1), new: size(level), alpha: number(alpha) }) : size(level);
  const slider = find('#progan-at');
  if (Number(slider.value) !== state.at) slider.value = state.at;
  slider.setAttribute('aria-valuetext', says('at').textContent);
  for (const button of root.querySelectorAll('[data-level].pg-button')) button.setAttribute('aria-pressed', String(!fading && Number(button.dataset.level) === level));
  if (state.section === 'network') showGrown();
  if (state.section === 'grow') showPaths(now);
  root.dataset.at = String(state.at); root.dataset.level = String(level); root.dataset.alpha = String(alpha);
}
function showPaths({ level, alpha }) {
  for (const node of root.querySelectorAll('[data-head]')) node.style.setProperty('--w', weightOf(Number(node.dataset.head)));
  says('old').textContent = level ? `up₂(toRGB${SUB[level - 1]}(h${SUB[level - 1]}))` : t('progan.nothing_below');
  says('new').textContent = `toRGB${SUB[level]}(h${SUB[level]})`;
  says('blend').textContent = t('progan.blend');
  says('old_weight').textContent = level ? `1 − α = ${number(1 - alpha)}` : '';
  says('new_weight').textContent = `α = ${number(alpha)}`;
  for (const [name, weight] of [['old', 1 - alpha], ['new', alpha]]) find(`[data-path="${name}"]`).style.setProperty('--w', weight);
  find('[data-path="old"]').dataset.off = String(!level || alpha === 1);
  says('now').textContent = t('progan.now');
  says('grow').textContent = t(alpha < 1 ? 'progan.says_fading' : level ? 'progan.says_in' : 'progan.says_start', { side: SIDES[level], below: SIDES[Math.max(0, level - 1)], old: Math.round(100 * (1 - alpha)), new: Math.round(100 * alpha) });
  lines.forEach((line, row) => { line.setAttribute('aria-checked', String(row === state.row)); line.tabIndex = row === state.row ? 0 : -1; });
  if (!drawn) return;
  says('blend_size').textContent = t('progan.picture_is', { name: nameOf(state.row), size: size(level) });
  if (level) paint(picture('old'), alone(state.row, level - 1), SIDES[level - 1]);
  else picture('old').width = picture('old').height = 1;
  paint(picture('new'), alone(state.row, level), SIDES[level]);
  lines.forEach((line, row) => {
    const bytes = blended(row), cell = line.lastElementChild.firstElementChild;
    paint(cell, bytes, SIDES[level]);
    if (row === state.row) paint(picture('blend'), bytes, SIDES[level]);
    line.setAttribute('aria-label', t('progan.row', { name: nameOf(row) }));
  });
  root.dataset.shown = [drawn.key, state.row, state.at].join();
}
root.pixels = (row) => blended(row); // bytes of what is shown, for whoever wants to compare
