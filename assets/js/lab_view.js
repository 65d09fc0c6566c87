// The lab's view: four GANs on one clock. A film is a list of frames by training step; a recorded one comes whole, a live one grows while the
// server trains. The clock counts steps and runs smoothly between frames: the noise z is the same in all of them, so a point keeps its identity.
const PRESETS = @PRESETS@, FAILURES = @FAILURES@;
const LOSSES = ['minimax', 'nonsaturating', 'lsgan', 'wgan_gp'];
const NUMBERS = ['modes', 'hq', 'js', 'kl', 'swd', 'gradient', 'loss_d', 'loss_g', 'invalid', 'diverged'];
const COVERED = 20, BEST_HQ = 1 - Math.exp(-4.5), OUTSIDE = 65535;
const FILM_SECONDS = 9, MOST_FRAMES = 1500, CHASE = 7, LOST_MS = 30000, PATIENCE_MS = 3000;
const SPEED = { slow: { play: 0.25, every: 0 }, normal: { play: 1, every: 1 }, fast: { play: 2.5, every: 4 } };
const DASH = [[], [10, 5], [3, 4], [14, 4, 3, 4]];
const { t, color, px, font } = playground;

const box = element.querySelector('.pg-lab');
const find = (selector) => box.querySelector(selector);
const panels = LOSSES.map((loss, l) => ({ loss, l, root: find(`[data-loss="${loss}"]`), field: document.createElement('canvas') }));
const slider = find('input[type=range]'), speed = find('[data-speed]'), back = find('[data-back]');
const still = matchMedia('(prefers-reduced-motion: reduce)');

let plan = null; // what is being looked at: {preset, dataset, seed, changes, home}
let tape = null, live = null, film = null; // recorded film of the preset, live film of the plan, the one that is shown
let clock = 0, playing = false, last = 0, until = null; // step shown; until: stop there (a link to a step)
let token = 0, stream = null, place = 0, trouble = '';
let layers = playground.link.get('lab'); // what is drawn: back, real, fake, arrows, mesh
let series = 'modes', shownFrame = null, seq = 0;

// ---- films ---------------------------------------------------------------------------------------------------------------------------

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
  if (packed.optimal) frame.optimal = get('optimal');
  if (packed.manifold) Object.assign(frame, { manifold: units(get('manifold')), density: get('manifold_density'), Z: packed.manifold.shape[1] });
  if (packed.histogram) Object.assign(frame, { histogram: get('histogram'), ranges: get('histogram_range') });
  return frame;
}

function shaped(step, points, field, push, counts, numbers, L) {
  return { step, points, field, push, counts, numbers, n: points.length / L / 2, S: Math.sqrt(field.length / L), arrows: push.length / L / 2, modes: counts.length / L, L };
}

const number = (frame, l, name) => frame.numbers[NUMBERS.indexOf(name) * frame.L + l];

const tapes = new Map();
function recordedFilm(preset) {
  if (!tapes.has(preset)) {
    tapes.set(preset, (async () => {
      const json = playground.check(await server.recorded(preset));
      if (!json) return null;
      const [points, field, push, counts, numbers] = await Promise.all(['points', 'field', 'push', 'counts', 'numbers'].map((name) => unfold(json[name])));
      const made = newFilm(json.run.steps, true);
      made.scene = readScene(json.scene);
      made.frames = json.steps.map((step, k) => shaped(step, units(points[k]), field[k], push[k], counts[k], numbers[k], json.run.losses.length));
      return made;
    })().catch((error) => { tapes.delete(preset); playground.toast(t('page.offline'), 'bad'); console.warn(error); return null; }));
  }
  return tapes.get(preset);
}

// ---- what is being looked at ------------------------------------------------------------------------------------------------------------

function planOf(state) {
  const base = PRESETS[state.preset], [g, d] = [Number(state.lr_g), Number(state.lr_d)], changes = {};
  if (g !== 1) Object.assign(changes, { lr_g: base.lr_g * g, lr_gp: base.lr_gp * g });
  if (d !== 1) changes.lr_d = base.lr_d * d;
  if (state.k !== 'preset') Object.assign(changes, { k: Number(state.k), k_gp: Number(state.k) });
  if (state.ema) changes.ema = true;
  const data = dataOf(state), home = data === base.dataset;
  const list = changesOf(state.changes);
  if (!list) { playground.toast(t('lab.bad_changes'), 'warn'); playground.link.set('lab', { changes: '' }); }
  const { steps, every } = base, failure = FAILURES[state.failure];
  if (failure) return { ...failure, failure: true, data: failure.dataset, seed: state.seed, changes: {}, list: list || [], home: false, recorded: false };
  return { steps, every, panels: null, preset: state.preset, dataset: state.dataset, data, seed: state.seed, changes, list: list || [], home, recorded: home && state.seed === base.seed && !Object.keys(changes).length && !(list || []).length };
}

// ---- changes on the way: a branch is the same run with one more change; up to it, its frames are those of the run it leaves -----------

const changesText = (list) => list.map((c) => [c.step, c.knob, c.value, c.panel ?? ''].join(':')).join(';');
function changesOf(text) { // null where the text is no list of changes; whether they fit is for the server to say
  if (!text) return [];
  const list = text.split(';').map((item) => {
    const [step, knob, value, panel, more] = item.split(':');
    if (!/^\d+$/.test(step) || value === undefined || more !== undefined || !/^[0-3]?$/.test(panel ?? '')) return null;
    return { step: Number(step), knob, value: knob === 'loss' ? value : knob === 'ema' ? value === 'true' : Number(value), panel: panel ? Number(panel) : null };
  });
  return list.some((c) => c === null || Number.isNaN(c.value)) ? null : list;
}

function lossAt(l, step = clock) { // a panel's loss as the frame at this step was trained with
  let loss = plan && plan.panels ? plan.panels[l].loss : LOSSES[l];
  for (const c of plan ? plan.list : []) if (c.knob === 'loss' && c.step < step && (c.panel === null || c.panel === l)) loss = c.value;
  return loss;
}

function steps(l, knob, resting) { // k_d or k_g of a panel now, or, resting, before it was set to 0
  const base = PRESETS[plan.preset], own = plan.changes.k_gp ?? base.k_gp, others = plan.changes.k ?? base.k;
  let k = plan.panels ? plan.panels[l][knob] : knob === 'k_g' ? 1 : LOSSES[l] === 'wgan_gp' ? own : others;
  for (const c of plan.list) if (c.knob === knob && c.step <= clock && (c.value !== 0 || !resting) && (c.panel === null || c.panel === l)) k = c.value;
  return k;
}

const trunk = (at, fresh) => [...plan.list.filter((c) => c.step < at || (c.step === at && !fresh.some((f) => f.knob === c.knob && (f.panel === null || f.panel === c.panel)))), ...fresh];

// From the step shown on, these knobs have other values. beside: the run that is left stays in view.
function steer(fresh, beside) {
  if (!film || !film.frames.length || !plan.data || !film.scene) return;
  const going = playing, at = film.frames[frameIndex(nearest(clock))].step;
  play(false);
  const list = trunk(at, fresh.map((c) => ({ ...c, step: at })));
  if (at >= film.total || changesText(list).length > 1500 || list.length > 64) { playground.toast(t(at >= film.total ? 'lab.steer.end' : 'lab.steer.many'), 'warn'); return; }
  const left = beside ? { film, plan, live, panels: fresh.map((c) => c.panel) } : film.left || null;
  const made = { ...newFilm(film.total, false), scene: film.scene, frames: film.frames.filter((frame) => frame.step <= at), left };
  plan = { ...plan, list, recorded: false };
  playground.link.set('lab', { changes: changesText(list) });
  live = made; until = null; clock = at;
  show(made);
  if (going || beside) play(true); else paint();
}

function takeTurns(who) { // both, D only or G only, from the step shown on
  const fresh = ['k_d', 'k_g'].flatMap((knob) => {
    const learns = who === 'both' || (who === 'd') === (knob === 'k_d');
    const all = LOSSES.slice(0, film.frames.length ? film.frames[0].L : 0).map((_, panel) => ({ knob, panel, value: learns ? steps(panel, knob, true) : 0 }));
    if (all.every((c) => c.value === all[0].value)) return all.some((c) => c.value !== steps(c.panel, knob)) ? [{ ...all[0], panel: null }] : [];
    return all.filter((c) => c.value !== steps(c.panel, knob));
  });
  if (fresh.length) steer(fresh, false);
}

function backToOriginal() {
  const { left } = film || {};
  if (!left) return;
  play(false);
  [plan, live] = [left.plan, left.live];
  playground.link.set('lab', { changes: changesText(plan.list) });
  show(left.film); seek(clock);
}

function runTo(step) {
  if (!film) return;
  if (film.recorded || step <= lastStep(film)) { seek(step); return; }
  halt();
  until = Math.min(step, film.total);
  play(true);
}

async function configure(state) {
  const mine = plan = planOf(state);
  halt();
  [tape, live, trouble, playing] = [null, null, '', false];
  const step = state.step || 0;
  if (!mine.data) { trouble = 'lab.status.draw'; clock = 0; show(null); paint(); return; }
  const found = mine.home ? await recordedFilm(mine.preset) : null;
  if (plan !== mine) return; // something else was chosen meanwhile
  tape = found;
  if (mine.recorded && tape) {
    show(tape);
    seek(step);
    if (!step && !still.matches) play(true);
  } else goLive(step || null);
}

function show(other) {
  film = other;
  shownFrame = null;
  clock = Math.min(clock, Math.max(0, lastStep(film)));
  if (!film) for (const dd of box.querySelectorAll('dd')) dd.textContent = '';
  slider.max = film ? film.total : 0;
  draw();
}

const scenes = new Map();
async function stage(other, data) { // gives a live film its scene
  const dataset = JSON.stringify(data);
  if (!scenes.has(dataset) && scenes.size > 20) scenes.clear();
  if (!scenes.has(dataset)) scenes.set(dataset, server.scene(data).then(playground.check).then((scene) => scene && readScene(scene)));
  other.scene = await scenes.get(dataset).catch(() => null);
  if (!other.scene) scenes.delete(dataset);
  if (film === other) { shownFrame = null; draw(); }
}

function goLive(step = null) {
  if (!plan.data) return;
  if (!live) {
    live = newFilm(plan.steps, false);
    stage(live, plan.data);
  }
  clock = 0;
  until = step;
  show(live.frames.length || !tape ? live : tape);
  play(true);
}

// ---- the server's side --------------------------------------------------------------------------------------------------------------------

function ask(stop = null, every = null) {
  const stride = Math.max(1, Math.round(plan.every * SPEED[speed.value].every));
  const after = lastStep(live);
  stream = { token: ++token, heard: performance.now(), asked: performance.now(), stop: Math.min(stop ?? Infinity, live.total) };
  trouble = ''; place = 0;
  const { changes, list, ...run } = described();
  trigger('run', { token, ...run, ...changes, changes: list, settle: settle(), every: every || stride, after: after < 0 ? null : after, stop });
  paint();
}

// The run that is looked at, as the server takes it: changes are knobs of the whole run, list what changes on the way.
const described = () => ({ preset: plan.preset, dataset: plan.data, seed: plan.seed, panels: plan.panels, ...(plan.failure ? { steps: plan.steps } : {}), changes: { ...plan.changes }, list: plan.list });

// The same for who asks with a `plan` event, with what is shown. losses: of the iteration that starts at `step`; classes: of the colours.
function told() {
  if (!plan || !plan.data || !film || !film.frames.length) return {};
  const frame = film.frames[frameIndex(nearest(clock))], of = Array.from({ length: frame.L }, (_, l) => l);
  return { ...described(), step: frame.step, total: film.total, source: film === live ? 'live' : 'recorded', playing, losses: of.map((l) => lossAt(l, frame.step + 1)), classes: of };
}

let movedTo = '';
function moved() { // the step shown or the run is another: `moved` says so, once
  const { step, ...run } = told(), now = `${step} ${changesText(run.list || [])} ${run.source} ${run.playing}`;
  if (now === movedTo && moved.plan === plan) return;
  [movedTo, moved.plan] = [now, plan];
  box.dispatchEvent(new CustomEvent('moved'));
}

const settle = () => !!document.querySelector('.pg-lab-controls [data-steer=settle]')?.checked;

function halt() {
  if (!stream) return;
  trigger('halt', { token: stream.token });
  stream = null;
  place = 0;
}

let halted = 0;
function hear(message) {
  if (!stream || message.token !== stream.token || !live) { // a pause that overtook its own start is sent again
    if (message.frame && !stream && message.token > halted) trigger('halt', { token: halted = message.token });
    return;
  }
  stream.heard = performance.now();
  place = message.queue || 0;
  if (message.frame) grow(readFrame(message.frame)); // Gradio may drop a value for a newer one: any frame can be missing but the last
  if (message.settled && lastStep(live) < stream.stop) { stream = null; trouble = 'lab.status.settled'; play(false); clock = lastStep(live); draw(); paint(); return; }
  if (message.error) { playground.check(message); [playing, trouble] = [false, 'lab.status.refused']; }
  if (message.error || lastStep(live) >= stream.stop) stream = null;
  paint();
}

function grow(frame) {
  if (frame.step <= lastStep(live)) return;
  live.frames.push(frame);
  if (live.frames.length > MOST_FRAMES) live.frames = live.frames.filter((_, k) => k % 2 === 0 || k === live.frames.length - 1);
  if (film !== live) { clock = 0; show(live); }
  if (!playing || still.matches) clock = lastStep(live);
  draw();
}

setInterval(() => {
  if (!stream || performance.now() - stream.heard < LOST_MS) return;
  halt();
  [playing, trouble] = [false, 'lab.status.lost'];
  paint();
}, 1000);

// ---- the player ---------------------------------------------------------------------------------------------------------------------------

const wantsLive = () => live && (film === live || stream);
const atEnd = () => film && complete(film) && clock >= lastStep(film);

function play(on) {
  if (on && atEnd() && !wantsMore()) clock = 0;
  playing = on && !!film;
  if (!playing) { halt(); clock = nearest(clock); remember(); draw(); } else { last = performance.now(); requestAnimationFrame(tick); }
  paint();
}

const wantsMore = () => live && film === tape && !complete(live); // the tape plays while the live film waits for its place

function tick(now) {
  if (!playing || !box.isConnected) return;
  if (box.offsetParent === null) { play(false); return; } // another tab of the page is open
  const passed = playground.clamp((now - last) / 1000, 0, 0.1);
  last = now;
  const pace = (film.total / FILM_SECONDS) * SPEED[speed.value].play, end = lastStep(film);
  if (film === tape && stream && !place && performance.now() - stream.asked < PATIENCE_MS) clock = 0; // its first frame is on its way
  else if (film === live && stream && end - clock < pace * 0.5) clock += (end - clock) * (1 - Math.exp(-CHASE * passed));
  else clock += pace * passed;
  if (film === live && until !== null && end >= until && clock > until - 0.5) { clock = until; until = null; play(false); return; }
  if (clock >= end || (stream && end - clock < 0.01)) clock = Math.max(0, end);
  if (live && !stream && !complete(live) && (film !== live || clock >= end - pace * 0.5)) ask(until);
  if (atEnd() && !stream) {
    if (film === tape && wantsMore()) clock = 0; else { play(false); return; }
  }
  draw();
  requestAnimationFrame(tick);
}

function frameIndex(step) { // the last frame at or before it
  let [low, high] = [0, film.frames.length - 1];
  while (low < high) { const middle = (low + high + 1) >> 1; if (film.frames[middle].step <= step) low = middle; else high = middle - 1; }
  return low;
}

function nearest(step) {
  if (!film || !film.frames.length) return 0;
  const k = frameIndex(step), here = film.frames[k].step, next = film.frames[k + 1];
  return next && next.step - step < step - here ? next.step : here;
}

function seek(step) {
  if (playing) play(false);
  clock = nearest(playground.clamp(step, 0, Math.max(0, lastStep(film))));
  remember();
  draw(); paint();
}

function jump(by) {
  if (!film || !film.frames.length) return;
  if (playing) play(false);
  const k = frameIndex(clock) + by;
  if (k >= film.frames.length) {
    if (film === live && !complete(live) && !stream) { until = null; ask(lastStep(live) + 1, 1); }
    return;
  }
  seek(film.frames[Math.max(0, k)].step);
}

function restart() {
  if (!film) return;
  const going = playing;
  halt();
  clock = 0; until = null;
  if (!going) play(true);
  draw(); paint();
}

function switchSource() {
  if (!plan) return;
  const toTape = live && plan.recorded && tape && (film === live || stream);
  halt();
  if (toTape) { live = null; clock = 0; show(tape); play(true); } else goLive();
}

function remember() { if (film && film.frames.length) playground.link.set('lab', { step: Math.round(clock) }); }

// ---- drawing --------------------------------------------------------------------------------------------------------------------------------

let palette = null;
function colours() {
  if (palette && palette.theme === playground.theme) return palette;
  // Real is blue, generated orange, in the field as in the points; the field is pale so that points stand out.
  const [paper, share] = playground.theme === 'dark' ? [[15, 18, 24], 0.5] : [[255, 255, 255], 0.45];
  const field = Array.from({ length: 256 }, (_, i) => playground.diverging(1 - (2 * i) / 255).map((c, k) => Math.round(share * c + (1 - share) * paper[k])));
  palette = { theme: playground.theme, field };
  return palette;
}

function between() { // the two frames around the clock and how far it is from the first to the second
  if (!film || !film.frames.length) return null;
  const k = frameIndex(clock), a = film.frames[k], b = film.frames[k + 1] || a;
  const share = b === a ? 0 : playground.clamp((clock - a.step) / (b.step - a.step), 0, 1);
  const smooth = a.n === b.n && a.S === b.S;
  return { a, b: smooth ? b : a, share: smooth && !still.matches ? share : 0 };
}

// What a cell of the background is worth, 0 (orange) to 255 (blue), or null where there is nothing to show.
const BACKS = {
  d: (f, i) => f.field[i],
  optimal: (f, i) => (f.optimal[i] === NONE ? null : (f.optimal[i] * 255) / 254),
  difference: (f, i) => (f.optimal[i] === NONE ? null : (f.field[i] - (f.optimal[i] * 255) / 254 + 255) / 2),
};
const NONE = 255;

function why(panel, { a }) { // why something that was asked for is not drawn
  const says = [];
  if (layers.back === 'optimal' || layers.back === 'difference') {
    const { S } = a, l = panel.l;
    if (lossAt(panel.l, a.step) === 'wgan_gp') says.push(t('lab.none.critic'));
    else if (!a.optimal) says.push(t('lab.none.tape'));
    else if (a.optimal.subarray(l * S * S, (l + 1) * S * S).every((v) => v === NONE)) says.push(t('lab.none.optimal'));
  }
  if (layers.mesh && PRESETS[plan.preset].z_dim !== 2) says.push(t('lab.none.z', { z: PRESETS[plan.preset].z_dim }));
  else if (layers.mesh && !a.manifold && !says.includes(t('lab.none.tape'))) says.push(t('lab.none.tape'));
  return says.join(' ');
}

function drawBack(g, panel, pair, size) {
  if (layers.back === 'plain' || (layers.back !== 'd' && (lossAt(panel.l, pair.a.step) === 'wgan_gp' || !pair.a.optimal))) return;
  const whole = layers.back === 'd' || pair.b.optimal;
  drawField(g, panel, whole ? pair : { ...pair, b: pair.a, share: 0 }, size, BACKS[layers.back]);
}

function drawField(g, panel, { a, b, share }, size, worth) {
  const { S } = a, at = panel.l * S * S, node = panel.field, { field } = colours();
  if (node.width !== S) { node.width = node.height = S; }
  const h = node.getContext('2d'), image = h.createImageData(S, S);
  for (let y = 0; y < S; y++) for (let x = 0; x < S; x++) {
    const i = at + y * S + x, o = 4 * ((S - 1 - y) * S + x), first = worth(a, i), second = worth(b, i);
    if (first === null || second === null) continue; // transparent
    const c = field[Math.round(first + (second - first) * share)];
    image.data[o] = c[0]; image.data[o + 1] = c[1]; image.data[o + 2] = c[2]; image.data[o + 3] = 255;
  }
  h.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = true; g.imageSmoothingQuality = 'high';
  g.drawImage(node, 0, 0, size, size);
}

function realPath(size) {
  if (film.path && film.path.size === size) return film.path.dots;
  const dots = new Path2D(), r = Math.max(1.1, size / 260), { real } = film.scene;
  for (let i = 0; i < real.length; i += 2) {
    const [x, y] = [((real[i] + 1) / 2) * size, ((1 - real[i + 1]) / 2) * size];
    if (Number.isFinite(x)) { dots.moveTo(x + r, y); dots.arc(x, y, r, 0, 7); }
  }
  film.path = { size, dots };
  return dots;
}

function drawRings(g, panel, { a }, size) {
  const { centers, std, box: half } = film.scene, K = a.modes;
  const r = Math.max((3 * std * size) / (2 * half), size / 40);
  for (let k = 0; k < K; k++) {
    const covered = a.counts[panel.l * K + k] >= COVERED;
    g.beginPath();
    g.arc(((centers[2 * k] + 1) / 2) * size, ((1 - centers[2 * k + 1]) / 2) * size, r, 0, 7);
    g.setLineDash(covered ? [] : [4, 4]);
    g.lineWidth = covered ? Math.max(2, size / 130) : 1.5;
    g.strokeStyle = covered ? color('good') : color('muted');
    g.stroke();
  }
  g.setLineDash([]);
}

function positions(panel, { a, b, share }, size) {
  const { n } = a, at = panel.l * n * 2, out = new Float32Array(2 * n);
  for (let i = 0; i < 2 * n; i += 2) {
    const x = a.points[at + i] + (b.points[at + i] - a.points[at + i]) * share, y = a.points[at + i + 1] + (b.points[at + i + 1] - a.points[at + i + 1]) * share;
    out[i] = ((x + 1) / 2) * size; out[i + 1] = ((1 - y) / 2) * size;
  }
  return out;
}

function dots(g, at, r, style) {
  g.beginPath();
  for (let i = 0; i < at.length; i += 2) if (Number.isFinite(at[i])) { g.moveTo(at[i] + r, at[i + 1]); g.arc(at[i], at[i + 1], r, 0, 7); }
  g.fillStyle = style;
  g.fill();
}

function drawArrows(g, panel, { a }, at, size) {
  const unit = size / 12, head = size / 60, from = panel.l * a.arrows * 2;
  g.beginPath();
  for (let i = 0; i < Math.min(a.arrows, a.n); i++) {
    const [x, y] = [at[2 * i], at[2 * i + 1]], [u, v] = [a.push[from + 2 * i] / 64, -a.push[from + 2 * i + 1] / 64];
    const size1 = Math.hypot(u, v);
    if (!Number.isFinite(x) || size1 < 0.03) continue;
    const long = Math.min(1.5, size1) * unit, [dx, dy] = [u / size1, v / size1], [X, Y] = [x + dx * long, y + dy * long];
    g.moveTo(x, y); g.lineTo(X, Y);
    g.moveTo(X - head * (dx + 0.6 * dy), Y - head * (dy - 0.6 * dx)); g.lineTo(X, Y); g.lineTo(X - head * (dx - 0.6 * dy), Y - head * (dy + 0.6 * dx));
  }
  g.strokeStyle = color('ink'); g.lineWidth = Math.max(1, size / 300); g.globalAlpha = 0.75;
  g.stroke();
  g.globalAlpha = 1;
}

// G's mesh: equal shares of z, so that a cell is the darker the less G stretches it.
function drawMesh(g, panel, { a, b, share }, size) {
  const { Z } = a, at = panel.l * Z * Z * 2, cells = panel.l * (Z - 1) ** 2, half = film.scene.box;
  const other = b.manifold ? b.manifold : a.manifold;
  const X = (i) => ((a.manifold[at + 2 * i] + (other[at + 2 * i] - a.manifold[at + 2 * i]) * share + 1) / 2) * size;
  const Y = (i) => ((1 - a.manifold[at + 2 * i + 1] - (other[at + 2 * i + 1] - a.manifold[at + 2 * i + 1]) * share) / 2) * size;
  g.fillStyle = color('generated'); g.strokeStyle = color('ink'); g.lineWidth = Math.max(0.6, size / 600);
  for (let y = 0; y < Z - 1; y++) for (let x = 0; x < Z - 1; x++) {
    const corners = [y * Z + x, y * Z + x + 1, (y + 1) * Z + x + 1, (y + 1) * Z + x].map((i) => [X(i), Y(i)]);
    if (!corners.every(([u, v]) => Number.isFinite(u) && Number.isFinite(v))) continue;
    g.beginPath();
    corners.forEach(([u, v], k) => (k ? g.lineTo(u, v) : g.moveTo(u, v)));
    g.closePath();
    const density = a.density[cells + y * (Z - 1) + x] * 4 * half * half; // 1: as if spread over the whole square
    g.globalAlpha = playground.clamp(0.1 * Math.log2(1 + (density || 0)), 0.04, 0.7); g.fill();
    g.globalAlpha = 0.3; g.stroke();
  }
  g.globalAlpha = 1;
}

function drawPanel(panel, g, width, height) {
  const size = Math.min(width, height), pair = between();
  if (!pair || !film.scene || panel.l >= pair.a.L) { words(g, t(trouble || 'lab.status.starting'), width, height, 'muted'); return; }
  drawBack(g, panel, pair, size);
  const at = positions(panel, pair, size), r = Math.max(1.6, size / 150);
  if (layers.real) { g.globalAlpha = 0.55; g.fillStyle = color('data'); g.fill(realPath(size)); g.globalAlpha = 1; }
  if (layers.mesh && pair.a.manifold) drawMesh(g, panel, pair, size);
  drawRings(g, panel, pair, size);
  if (layers.fake) { dots(g, at, r + Math.max(0.7, size / 420), color('panel')); dots(g, at, r, color('generated')); }
  if (layers.arrows) drawArrows(g, panel, pair, at, size);
  if (number(pair.a, panel.l, 'diverged')) { g.fillStyle = color('panel'); g.globalAlpha = 0.8; g.fillRect(0, 0, size, size); g.globalAlpha = 1; words(g, t('lab.diverged'), size, size, 'bad'); }
}

function words(g, text, width, height, tone) {
  g.font = font(px(16), 600); g.fillStyle = color(tone); g.textAlign = 'center'; g.textBaseline = 'middle';
  g.fillText(text, width / 2, height / 2, width - 12);
}

// ---- the chart: one number of all four losses over the steps -----------------------------------------------------------------------------------

const SCALES = {
  modes: (K) => ({ low: 0, high: K, ticks: K > 20 ? [0, 10, 20] : K % 2 ? [0, K] : [0, K / 2, K], write: (v) => String(Math.round(v)) }),
  hq: () => ({ low: 0, high: 1, ticks: [0, 0.5, 1], write: (v) => `${Math.round(100 * v)} %` }),
  js: () => ({ low: 0, high: Math.LN2, ticks: [0, 0.2, 0.4, 0.6], write: (v) => v.toFixed(1) }),
  loss_g: () => ({ low: -2, high: 4, ticks: [-2, 0, 2, 4], write: String }),
  gradient: () => ({ low: -6, high: 1, ticks: [-6, -4, -2, 0], write: (v) => power(v), map: (v) => Math.log10(Math.max(v, 1e-9)) }),
};
const SUPER = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };
const power = (v) => (v === 0 ? '1' : `10${[...String(v)].map((c) => SUPER[c]).join('')}`);

// ---- the losses over the logit, and where D's outputs are on it --------------------------------------------------------------------------------

const curveCache = new Map();
function curvesOf(loss, a, b, c, reach) {
  const key = [loss, a, b, c, reach].join();
  if (!curveCache.has(key)) {
    if (curveCache.size > 60) curveCache.clear();
    curveCache.set(key, null);
    server.curves([loss, a, b, c, reach]).then(playground.check).then((got) => {
      if (got) curveCache.set(key, Object.fromEntries(Object.entries(got).map(([name, packed]) => [name, playground.unpack(packed)])));
      chart.later();
    }).catch(() => curveCache.delete(key));
  }
  return curveCache.get(key);
}

function knobAt(l, knob, usual) { // a, b, c of a panel as the frame shown was trained with
  let value = plan.panels ? plan.panels[l][knob] : usual;
  for (const c of plan.list) if (c.knob === knob && c.step < clock && (c.panel === null || c.panel === l)) value = c.value;
  return value;
}

const BINS = 40, MIDDLE = 0.58; // share of the height above the histogram
function drawCurves(g, width, height, { a: frame }) {
  const columns = width < 600 ? Math.min(2, frame.L) : frame.L, lines = Math.ceil(frame.L / columns);
  const gap = px(14), across = (width - gap * (columns - 1)) / columns, small = px(14), foot = px(20), whole = height;
  height = (height - gap * (lines - 1)) / lines;
  for (let l = 0; l < frame.L; l++) {
    g.save();
    g.translate(0, Math.floor(l / columns) * ((whole + gap) / lines));
    drawShape(l);
    g.restore();
  }
  function drawShape(l) {
    const left = (l % columns) * (across + gap), split = (height - foot) * MIDDLE, reach = Math.min(1e6, Math.max(4, frame.ranges ? frame.ranges[l] : 8));
    const X = (v) => left + ((v / reach + 1) / 2) * across, Y = (v) => split * (1 - (v / reach + 0.5) / 1.5);
    g.strokeStyle = color('line'); g.lineWidth = 1;
    for (const y of [Y(0), height - foot]) { g.beginPath(); g.moveTo(left, y); g.lineTo(left + across, y); g.stroke(); }
    g.beginPath(); g.moveTo(X(0), 0); g.lineTo(X(0), height - foot); g.stroke();
    g.font = font(small); g.fillStyle = color('muted'); g.textBaseline = 'bottom';
    for (const [v, align] of [[-reach, 'left'], [0, 'center'], [reach, 'right']]) { g.textAlign = align; g.fillText(String(v), X(v), height); }
    const found = curvesOf(lossAt(l, frame.step), knobAt(l, 'a', 0), knobAt(l, 'b', 1), knobAt(l, 'c', 1), reach);
    g.save();
    g.beginPath(); g.rect(left, 0, across, split); g.clip(); // what is too high or too low leaves the picture, it is not flat
    if (found) for (const [name, style, wide] of [['real', color('data'), 1.6], ['fake', color('generated'), 1.6], ['generator', playground.classColor(l), 4]]) {
      g.beginPath();
      found.logits.forEach((v, i) => (i ? g.lineTo(X(v), Y(found[name][i])) : g.moveTo(X(v), Y(found[name][i]))));
      g.strokeStyle = style; g.lineWidth = px(wide); g.setLineDash(name === 'generator' ? [] : [6, 4]); g.stroke(); g.setLineDash([]);
    }
    g.restore();
    if (!frame.histogram) { g.textAlign = 'center'; g.fillStyle = color('muted'); g.fillText(t('lab.none.short'), left + across / 2, height - foot - px(10), across); return; }
    for (const [k, style] of [[0, color('data')], [1, color('generated')]]) {
      const bins = frame.histogram.subarray((2 * l + k) * BINS, (2 * l + k + 1) * BINS), most = Math.max(1, ...bins), range = frame.ranges[l];
      g.fillStyle = style; g.globalAlpha = 0.6;
      bins.forEach((n, i) => { const x = X(-range + (2 * range * i) / BINS), w = X(-range + (2 * range * (i + 1)) / BINS) - x, tall = (n / most) * (height - foot - split - px(6)); g.fillRect(x, height - foot - tall, w, tall); });
      g.globalAlpha = 1;
    }
  }
}

let chartBox = null;
function drawChart(g, width, height) {
  const pair = between();
  if (!pair || !film.scene) return;
  if (series === 'curves') { chartBox = null; drawCurves(g, width, height, pair); return; }
  const scale = SCALES[series](pair.a.modes), small = px(14), left = px(50), right = px(14), top = px(8), bottom = px(24);
  const X = (step) => left + ((width - left - right) * step) / film.total;
  const Y = (v) => top + (height - top - bottom) * (1 - playground.clamp((v - scale.low) / (scale.high - scale.low), 0, 1));
  chartBox = { left, width: width - left - right };
  g.font = font(small); g.fillStyle = color('muted'); g.strokeStyle = color('line'); g.lineWidth = 1;
  g.textAlign = 'right'; g.textBaseline = 'middle';
  for (const tick of scale.ticks) { g.fillText(scale.write(tick), left - px(8), Y(tick)); g.beginPath(); g.moveTo(left, Y(tick)); g.lineTo(width - right, Y(tick)); g.stroke(); }
  g.textBaseline = 'bottom';
  for (let q = 0; q <= 4; q++) { g.textAlign = q === 4 ? 'right' : q ? 'center' : 'left'; g.fillText(String(Math.round((film.total * q) / 4)), X((film.total * q) / 4), height); }
  if (film.left) for (let l = 0; l < pair.a.L; l++) if (touched(l)) line(g, l, scale, X, Y, Infinity, 0.45, film.left.film.frames, true);
  for (let l = 0; l < pair.a.L; l++) { line(g, l, scale, X, Y, Infinity, 0.28); line(g, l, scale, X, Y, clock, 1); }
  g.beginPath(); g.moveTo(X(clock), top); g.lineTo(X(clock), height - bottom);
  g.strokeStyle = color('ink'); g.lineWidth = 2; g.stroke();
}

function line(g, l, scale, X, Y, end, alpha, frames = film.frames, thin = false) {
  g.beginPath();
  let down = false;
  for (const frame of frames) {
    if (frame.step > end) break;
    const raw = number(frame, l, series), v = scale.map ? scale.map(raw) : raw;
    if (!Number.isFinite(v) || number(frame, l, 'diverged')) { down = false; continue; }
    const offset = (l - 1.5) * 1.6; // equal values lie side by side
    if (down) g.lineTo(X(frame.step), Y(v) + offset); else g.moveTo(X(frame.step), Y(v) + offset);
    down = true;
  }
  g.globalAlpha = alpha; g.strokeStyle = playground.classColor(l); g.lineWidth = px(thin ? 1.2 : 2.4); g.setLineDash(thin ? [2, 3] : DASH[l]); g.lineJoin = 'round';
  g.stroke();
  g.setLineDash([]); g.globalAlpha = 1;
}

// ---- words under the panels, buttons ------------------------------------------------------------------------------------------------------------

const format = {
  modes: (f, l) => [String(number(f, l, 'modes')), t('lab.of', { total: f.modes })],
  hq: (f, l) => [`${Math.round(100 * number(f, l, 'hq'))} %`, t('lab.best', { value: `${Math.round(100 * (film.scene.floor_hq ?? BEST_HQ))} %` })],
  js: (f, l) => [number(f, l, 'js').toFixed(3), t('lab.floor', { value: film.scene.floor_js.toFixed(4) })],
  gradient: (f, l) => [scientific(number(f, l, 'gradient')), '|∂L/∂x|'],
};
function scientific(v) {
  if (!(v > 0) || v >= 0.01) return Number.isFinite(v) ? v.toPrecision(2) : 'NaN';
  const e = Math.floor(Math.log10(v));
  return e < -30 ? '0' : `${(v / 10 ** e).toFixed(0)}·${power(e)}`;
}

function drawOriginal(panel, g, width, height) {
  if (!film || !film.left || !touched(panel.l)) return;
  const [now, step, which] = [film, clock, plan];
  try {
    [film, plan] = [now.left.film, now.left.plan];
    clock = Math.min(step, Math.max(0, lastStep(film)));
    drawPanel(panel, g, width, height);
    const pair = between(), frame = pair.share > 0.5 ? pair.b : pair.a;
    const said = t('lab.panel', { loss: t(`lab.loss.${lossAt(panel.l)}`), modes: number(frame, panel.l, 'modes'), total: frame.modes, hq: Math.round(100 * number(frame, panel.l, 'hq')) });
    put(panel.root.querySelector('figcaption'), said);
    panel.root.querySelector('canvas').setAttribute('aria-label', `${t('lab.original')}: ${said}`);
  } finally { [film, clock, plan] = [now, step, which]; }
}

function writeNumbers() {
  const pair = between();
  if (!pair || !film.scene) return;
  const frame = pair.share > 0.5 ? pair.b : pair.a;
  if (frame === shownFrame) return;
  shownFrame = frame;
  for (const panel of panels) {
    panel.root.hidden = panel.l >= frame.L;
    if (panel.root.hidden) continue;
    const diverged = number(frame, panel.l, 'diverged'), note = panel.root.querySelector('.pg-lab-note'), words = why(panel, { a: frame });
    put(note, words); note.hidden = !words;
    panel.root.classList.toggle('pg-lab-diverged', !!diverged);
    panel.root.classList.toggle('pg-lab-full', !diverged && number(frame, panel.l, 'modes') === frame.modes);
    for (const name of ['modes', 'hq', 'js', 'gradient']) {
      const [value, beside] = diverged ? ['NaN', ''] : format[name](frame, panel.l);
      const cell = panel.root.querySelector(`[data-number="${name}"] dd`);
      cell.replaceChildren(value, Object.assign(document.createElement('small'), { textContent: beside }));
    }
    const said = diverged ? t('lab.diverged') : t('lab.panel', { loss: t(`lab.loss.${lossAt(panel.l, frame.step)}`), modes: number(frame, panel.l, 'modes'), total: frame.modes, hq: Math.round(100 * number(frame, panel.l, 'hq')) });
    put(panel.root.querySelector('figcaption span'), t(`lab.loss.${lossAt(panel.l, frame.step)}`) + (plan.failure ? ` · ${t(panel.l ? 'lab.fail.next' : 'lab.fail.now')}` : ''));
    panel.root.querySelector('canvas').setAttribute('aria-label', said);
  }
  box.dataset.modes = panels.slice(0, frame.L).map((panel) => number(frame, panel.l, 'modes')).join(',');
  box.classList.toggle('pg-lab-two', frame.L < 3);
}

function status() {
  if (trouble) return t(trouble);
  if (place) return t(film === tape && tape ? 'lab.status.waiting_tape' : 'lab.status.waiting', { place });
  if (stream && !live.frames.length) return t('lab.status.starting');
  if (stream) return t('lab.status.training');
  if (film && atEnd()) return t('lab.status.done');
  return playing ? '' : t('lab.status.paused');
}

const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
function paint() {
  const isLive = film && film === live, canTape = plan && plan.recorded && tape;
  put(find('.pg-lab-status'), status());
  put(find('[data-source]'), film ? t(isLive ? 'lab.live' : plan && plan.recorded ? 'lab.recorded' : 'lab.recorded_other', { seed: plan && PRESETS[plan.preset].seed }) : '');
  find('[data-source]').classList.toggle('pg-lab-on', !!(isLive && stream));
  const playButton = find('[data-act=play]'), liveButton = find('[data-act=live]');
  put(playButton, playing ? `❚❚ ${t('lab.act.pause')}` : `▶ ${t('lab.act.play')}`);
  playButton.setAttribute('aria-label', t(playing ? 'lab.act.pause' : 'lab.act.play'));
  put(find('[data-act=restart]'), '↺'); put(find('[data-act=back]'), '◀'); put(find('[data-act=step]'), `+1`);
  put(liveButton, t(live && canTape ? 'lab.act.tape' : 'lab.act.live'));
  liveButton.setAttribute('aria-label', liveButton.textContent);
  liveButton.title = t(live && canTape ? 'lab.act.tape_hint' : 'lab.act.live_hint');
  liveButton.hidden = !!live && !canTape;
  for (const button of box.querySelectorAll('[data-layer]')) button.setAttribute('aria-pressed', String(layers[button.dataset.layer]));
  back.value = layers.back;
  for (const button of box.querySelectorAll('[data-series]')) button.setAttribute('aria-pressed', String(button.dataset.series === series));
  find('.pg-lab-key').hidden = series !== 'curves';
  find('.pg-lab-chart').classList.toggle('pg-lab-tall', series === 'curves');
  const left = film && film.left;
  find('.pg-lab-before').hidden = !left;
  if (left) for (const panel of originals) panel.root.style.visibility = touched(panel.l) ? '' : 'hidden';
  box.dispatchEvent(new CustomEvent('painted'));
  const curve = plan && ['moons', 'spiral', 'points'].includes(plan.dataset);
  for (const dt of box.querySelectorAll('[data-number=modes] dt, [data-series=modes]')) put(dt, t(curve ? 'lab.number.stretches' : 'lab.number.modes'));
  Object.assign(box.dataset, { source: isLive ? 'live' : 'recorded', playing: String(playing), original: String(!!left), changes: plan ? changesText(plan.list) : '', frames: String(film ? film.frames.length : 0), streaming: String(!!stream), place: String(place) });
  moved();
}

function draw() {
  for (const panel of panels) panel.view.draw();
  for (const panel of originals) if (film && film.left) panel.view.draw();
  chart.draw();
  writeNumbers();
  const step = Math.round(clock);
  put(find('[data-step]'), step.toLocaleString(playground.lang));
  put(find('[data-total]'), film ? ` / ${film.total.toLocaleString(playground.lang)}` : '');
  slider.value = step;
  slider.setAttribute('aria-valuetext', `${t('lab.step')} ${step}`);
  Object.assign(box.dataset, { seq: String(++seq), step: String(step), frames: String(film ? film.frames.length : 0) });
  moved();
}

// ---- start ------------------------------------------------------------------------------------------------------------------------------------------

playground.translate(box);
const chart = playground.canvas(find('.pg-lab-lines'), drawChart);
for (const panel of panels) {
  panel.root.style.setProperty('--pg-loss', `var(--pg-class-${panel.l})`);
  panel.view = playground.canvas(panel.root.querySelector('.pg-lab-plane'), (g, width, height) => drawPanel(panel, g, width, height));
}

const originals = LOSSES.map((loss, l) => ({ loss, l, root: find(`[data-original="${loss}"]`), field: document.createElement('canvas') }));
for (const panel of originals) {
  panel.root.style.setProperty('--pg-loss', `var(--pg-class-${panel.l})`);
  panel.view = playground.canvas(panel.root.querySelector('.pg-lab-plane'), (g, width, height) => drawOriginal(panel, g, width, height));
}
const touched = (l) => l < film.frames[0].L && film.left.panels.some((p) => p === null || p === l);

const acts = { original: backToOriginal, play: () => play(!playing), restart, back: () => jump(-1), step: () => jump(1), live: switchSource };
box.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !plan) return;
  if (button.dataset.act) acts[button.dataset.act]();
  if (button.dataset.series) { series = button.dataset.series; paint(); chart.draw(); }
});
slider.addEventListener('input', () => seek(Number(slider.value)));
speed.addEventListener('change', () => { if (stream) { halt(); if (playing) ask(until); } });
function choose(change) { // what is drawn; the link keeps it
  playground.link.set('lab', change);
  layers = { ...layers, ...change };
  shownFrame = null;
  paint(); draw();
}
for (const button of box.querySelectorAll('[data-layer]')) button.addEventListener('click', () => choose({ [button.dataset.layer]: !layers[button.dataset.layer] }));
back.addEventListener('change', () => choose({ back: back.value }));
playground.keys(box, { space: acts.play, left: acts.back, right: acts.step, r: restart, home: () => seek(0), end: () => seek(Infinity), l: switchSource });

const lines = find('.pg-lab-lines');
const scrub = (event) => { if (chartBox && film) seek(((event.clientX - lines.getBoundingClientRect().left - chartBox.left) / chartBox.width) * film.total); };
lines.addEventListener('pointerdown', (event) => { lines.setPointerCapture(event.pointerId); scrub(event); });
lines.addEventListener('pointermove', (event) => { if (lines.hasPointerCapture(event.pointerId)) scrub(event); });

playground.onLang(() => { shownFrame = null; paint(); draw(); });
let resume = false; // nobody watches a hidden window: its training waits
document.addEventListener('visibilitychange', () => {
  if (document.hidden && stream) { resume = playing; play(false); } else if (!document.hidden && resume) { resume = false; play(true); }
});
addEventListener('pagehide', halt);
box.addEventListener('steer', (event) => steer([event.detail], true));
box.addEventListener('csv', (event) => { // the curves of all panels; the listener's caller reads them from the event
  if (!film || !film.frames.length) return;
  const rows = film.frames.flatMap((frame) => Array.from({ length: frame.L }, (_, l) => [frame.step, l + 1, lossAt(l, frame.step), ...NUMBERS.map((name) => number(frame, l, name))].join(',')));
  event.detail.text = `${['step', 'panel', 'loss', ...NUMBERS].join(',')}\n${rows.join('\n')}\n`;
});
box.addEventListener('plan', (event) => Object.assign(event.detail, told()));
box.addEventListener('turns', (event) => takeTurns(event.detail));
box.addEventListener('runto', (event) => runTo(event.detail));
box.addEventListener('configure', () => configure(playground.link.get('lab')));
watch('value', () => { if (props.value) hear(props.value); });
configure(playground.link.get('lab'));
paint();
