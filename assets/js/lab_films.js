// Films of the lab: lists of frames by training step, as the server packs them, and the settings that a frame was trained with.
const PRESETS = @PRESETS@, FAILURES = @FAILURES@;
const NUMBERS = ['modes', 'hq', 'js', 'kl', 'swd', 'gradient', 'loss_d', 'loss_g', 'invalid', 'diverged'], MORE = ['near', 'away', 'work'];
const OUTSIDE = 65535, OWN = 4; // the place of one's own panel among the looks; the losses have 0 to 3
const { t, color, px, font } = playground;

const newFilm = (total, recorded) => ({ total, recorded, scene: null, frames: [], path: null });
const lastStep = (f) => (f && f.frames.length ? f.frames[f.frames.length - 1].step : -1);
const complete = (f) => f.recorded || lastStep(f) >= f.total;
const units = (q) => Float32Array.from(q, (v) => (v === OUTSIDE ? NaN : (v / 32767 - 1) * 1.25)); // of half the box

function readScene(packed) {
  const centers = playground.unpack(packed.centers);
  return { ...packed, real: units(playground.unpack(packed.real)), centers: Float32Array.from(centers, (v) => v / packed.box) };
}

function readFrame(packed) {
  const get = (name) => playground.unpack(packed[name]);
  const frame = shaped(packed.step, units(get('points')), get('field'), get('push'), get('counts'), get('numbers'), packed.points.shape[0]);
  for (const name of ['optimal', 'more', 'seconds']) if (packed[name]) frame[name] = get(name);
  if (packed.manifold) Object.assign(frame, { manifold: units(get('manifold')), density: get('manifold_density'), Z: packed.manifold.shape[1] });
  if (packed.histogram) Object.assign(frame, { histogram: get('histogram'), ranges: get('histogram_range') });
  return frame;
}

function shaped(step, points, field, push, counts, numbers, L) {
  return { step, points, field, push, counts, numbers, n: points.length / L / 2, S: Math.sqrt(field.length / L), arrows: push.length / L / 2, modes: counts.length / L, L };
}

function number(frame, l, name) { // NaN where it was not recorded
  if (name === 'seconds') return frame.seconds ? frame.seconds[l] : NaN;
  const at = NUMBERS.indexOf(name);
  if (at >= 0) return frame.numbers[at * frame.L + l];
  return frame.more ? frame.more[MORE.indexOf(name) * frame.L + l] : NaN;
}

// A recorded frame with some of its panels only.
function only(frame, columns) {
  const blocks = (array) => { const size = array.length / frame.L, out = new array.constructor(size * columns.length); columns.forEach((c, k) => out.set(array.subarray(c * size, (c + 1) * size), k * size)); return out; };
  const rows = (array) => Float32Array.from({ length: (array.length / frame.L) * columns.length }, (_, i) => array[Math.floor(i / columns.length) * frame.L + columns[i % columns.length]]);
  const [points, field, push, counts] = ['points', 'field', 'push', 'counts'].map((name) => blocks(frame[name]));
  return { ...shaped(frame.step, points, field, push, counts, rows(frame.numbers), columns.length), more: frame.more && rows(frame.more) };
}

const tapes = new Map();
function recordedFilm(preset, letters) { // of those of the four losses whose letters are given
  const key = `${preset} ${letters}`;
  if (!tapes.has(key)) tapes.set(key, letters === ALL_FOUR ? wholeFilm(preset) : recordedFilm(preset, ALL_FOUR).then((whole) => whole && fewer(whole, letters)));
  tapes.get(key).then((made) => { if (!made) tapes.delete(key); });
  return tapes.get(key);
}

function fewer(whole, letters) {
  const columns = [...letters].map((letter) => ALL_FOUR.indexOf(letter));
  return { ...newFilm(whole.total, true), scene: whole.scene, frames: whole.frames.map((frame) => only(frame, columns)) };
}

async function wholeFilm(preset) {
  try {
    const json = playground.check(await server.recorded(preset));
    if (!json) return null;
    const [points, field, push, counts, numbers, more] = await Promise.all(['points', 'field', 'push', 'counts', 'numbers', 'more'].map((name) => unfold(json[name])));
    const made = newFilm(json.run.steps, true);
    made.scene = readScene(json.scene);
    made.frames = json.steps.map((step, k) => ({ ...shaped(step, units(points[k]), field[k], push[k], counts[k], numbers[k], json.run.losses.length), more: more[k] }));
    return made;
  } catch (error) { playground.toast(t('page.offline'), 'bad'); console.warn(error); return null; }
}

// ---- settings: the same rules as inference.lab_run.settings -----------------------------------------------------------------------------------

const panelsIn = (of) => (of.panels ? of.panels.length : LOSSES.length);
const startLoss = (l, of) => (of.panels ? of.panels[l].loss : LOSSES[l]);

function settingAt(l, knob, step, of = plan) { // as iteration `step` (0 is the first) is taken with
  const base = { ...PRESETS[of.preset], ema: false, ...of.changes }, critic = startLoss(l, of) === 'wgan_gp';
  const usual = { loss: startLoss(l, of), lr_g: critic ? base.lr_gp : base.lr_g, lr_d: critic ? base.lr_gp : base.lr_d, k_d: critic ? base.k_gp : base.k };
  let value = (of.panels ? of.panels[l][knob] : null) ?? usual[knob] ?? base[knob];
  for (const c of of.list) if (c.knob === knob && c.step <= step && (c.panel === null || c.panel === l)) value = c.value;
  return value;
}
const trainedWith = (l, knob, step = clock) => settingAt(l, knob, Math.ceil(step) - 1); // of the frame at this step
const lossAt = (l, step = clock) => (plan ? trainedWith(l, 'loss', step) : LOSSES[l]);

// Colour, dash and name stay with a loss; whoever comes second with the same loss, and one's own panel, has the fifth look.
function looksOf(panels, keys) {
  const taken = new Set();
  return (keys || panels.map(({ loss }) => loss)).map((key) => {
    const look = key === 'own' || taken.has(key) ? OWN : LOSSES.indexOf(key);
    taken.add(key);
    return look;
  });
}
const lookOf = (l) => (plan ? plan.looks[l] : l);

function nameOf(l, step = clock) {
  const loss = t(`lab.loss.${lossAt(l, step)}`);
  if (plan.failure) return `${loss} · ${t(l ? 'lab.fail.next' : 'lab.fail.now')}`;
  return plan.keys[l] === 'own' ? t('lab.own.name', { loss }) : loss;
}
