// The lab's view: up to four GANs on one clock. A film is a list of frames by training step; a recorded one comes whole, a live one grows while
// the server trains. The clock counts steps and runs smoothly between frames: the noise z is the same in all of them, so a point keeps its identity.
// Films, drawing, chart, numbers and the GIF are in the other lab_*.js files, which are one script with this one.
const FILM_SECONDS = 9, MOST_FRAMES = 1500, CHASE = 7, LOST_MS = 30000, PATIENCE_MS = 3000, MOST_TEXT = 1500, OWN_START = @OWN_START@;
const SPEED = { slow: { play: 0.25, every: 0 }, normal: { play: 1, every: 1 }, fast: { play: 2.5, every: 4 } };

const box = element.querySelector('.pg-lab');
const find = (selector) => box.querySelector(selector);
const figure = (kind) => LOSSES.map((_, l) => ({ l, root: find(`[data-${kind}="${l}"]`), field: document.createElement('canvas') }));
const panels = figure('panel'), originals = figure('beside');
const slider = find('input[type=range]'), speed = find('[data-speed]'), back = find('[data-back]'), curve = find('[data-curve]');
const still = matchMedia('(prefers-reduced-motion: reduce)');

let plan = null; // what is being looked at, see planOf
let tape = null, live = null, film = null; // recorded film of the preset, live film of the plan, the one that is shown
let clock = 0, playing = false, last = 0, until = null; // step shown; until: stop there (a link to a step)
let token = 0, stream = null, place = 0, trouble = ''; // stream: what the server trains, for which film
let overlay = playground.link.get('lab'); // what is drawn: back, real, fake, arrows, mesh, series, numbers
let shownFrame = null, seq = 0;

// ---- what is being looked at ------------------------------------------------------------------------------------------------------------

// {preset, data (as the server takes it), seed, panels, keys and looks of the panels, steps, every, changes: knobs of the whole run, list: changes
// on the way, home: on the preset's own data; recorded: this very run was filmed}
function planOf(state) {
  const base = PRESETS[state.preset], failure = FAILURES[state.failure], list = readable('changes', changesOf(state.changes), '') || [];
  if (failure) return { ...failure, failure: true, data: failure.dataset, seed: state.seed, keys: [], looks: looksOf(failure.panels), changes: {}, list, home: false, recorded: false };
  if (!readable('own', ownOf(state.own), OWN_START)) state = { ...state, own: OWN_START };
  const changes = { ...ratesOf(state, base), ...networkOf(state) }, data = dataOf(state), home = data === base.dataset;
  const panels = panelsOf(state), keys = keysOf(state.panels), { steps, every } = base;
  const recorded = home && state.seed === base.seed && !Object.keys(changes).length && !list.length && !keys.includes('own');
  return { steps, every, panels, keys, looks: looksOf(panels, keys), letters: state.panels.replace('o', ''), preset: state.preset, dataset: state.dataset, data, seed: state.seed, changes, list, home, recorded };
}

function ratesOf(state, base) {
  const changes = {}, [g, d] = [Number(state.lr_g), Number(state.lr_d)];
  if (g !== 1) Object.assign(changes, { lr_g: base.lr_g * g, lr_gp: base.lr_gp * g });
  if (d !== 1) changes.lr_d = base.lr_d * d;
  if (state.k !== 'preset') Object.assign(changes, { k: Number(state.k), k_gp: Number(state.k) });
  if (state.ema) changes.ema = true;
  return changes;
}

function readable(field, found, otherwise) { // what a link says, or null after a message
  if (!found) { playground.toast(t(`lab.bad_${field}`), 'warn'); playground.link.set('lab', { [field]: otherwise }); }
  return found;
}

// ---- changes on the way: a branch is the same run with one more change; up to it, its frames are those of the run it leaves -----------

function stepsBefore(l, knob) { // k_d or k_g of a panel before it was set to 0
  const awake = { ...plan, list: plan.list.filter((c) => c.knob !== knob || c.value !== 0) };
  return settingAt(l, knob, clock, awake);
}

const trunk = (at, fresh) => [...plan.list.filter((c) => c.step < at || (c.step === at && !fresh.some((f) => f.knob === c.knob && (f.panel === null || f.panel === c.panel)))), ...fresh];

// From the step shown on, these knobs have other values. beside: the run that is left stays in view.
function steer(fresh, beside) {
  if (!film || !film.frames.length || !plan.data || !film.scene) return;
  const going = playing, at = film.frames[frameIndex(nearest(clock))].step;
  play(false);
  const list = trunk(at, fresh.map((c) => ({ ...c, step: at })));
  if (at >= film.total || changesText(list).length > MOST_TEXT || list.length > 64) { playground.toast(t(at >= film.total ? 'lab.steer.end' : 'lab.steer.many'), 'warn'); return; }
  const left = beside ? { film, plan, live, panels: fresh.map((c) => c.panel), at } : film.left || null;
  const made = { ...newFilm(film.total, false), scene: film.scene, frames: film.frames.filter((frame) => frame.step <= at), left };
  plan = { ...plan, list, recorded: false };
  live = made; until = null; clock = at;
  linkChanges();
  show(made);
  if (going || beside) play(true); else paint();
}

const NO_CHANGES = '-'; // an original without any, as the link says it
function linkChanges() {
  const { left } = live || {};
  playground.link.set('lab', { changes: changesText(plan.list), original: left ? changesText(left.plan.list) || NO_CHANGES : '' });
}

// The original that a link tells of, to be trained after its branch; a recorded one is there at once.
function originalOf(text) {
  const list = text === NO_CHANGES ? [] : changesOf(text), here = new Set(changesText(plan.list).split(';'));
  if (!text || !list || !plan.list.length || plan.failure) return null;
  const there = new Set(changesText(list).split(';'));
  const differ = [...plan.list.filter((c) => !there.has(changesText([c]))), ...list.filter((c) => !here.has(changesText([c])))];
  if (!differ.length) return null;
  const filmed = plan.home && tape && plan.seed === PRESETS[plan.preset].seed && !Object.keys(plan.changes).length && !plan.keys.includes('own') && !list.length;
  const other = { ...plan, list, recorded: !!filmed }, of = filmed ? tape : newFilm(plan.steps, false);
  return { film: of, plan: other, live: filmed ? null : of, panels: differ.map((c) => c.panel), at: Math.min(...differ.map((c) => c.step)) };
}

// Trains the original on to where its branch is, when nothing else is being trained.
function follow() {
  const { left } = film || {};
  if (!left || stream || left.film.recorded || !film.frames.length) return;
  if (!left.film.frames.length) left.film.frames = film.frames.filter((frame) => frame.step <= left.at);
  if (!left.film.scene) stage(left.film, left.plan.data);
  if (lastStep(left.film) < lastStep(film)) ask(lastStep(film), null, left.film, left.plan);
}

function takeTurns(who) { // both, D only or G only, from the step shown on
  const fresh = ['k_d', 'k_g'].flatMap((knob) => {
    const learns = who === 'both' || (who === 'd') === (knob === 'k_d'), now = (l) => settingAt(l, knob, clock);
    const all = Array.from({ length: film.frames.length ? film.frames[0].L : 0 }, (_, panel) => ({ knob, panel, value: learns ? stepsBefore(panel, knob) : 0 }));
    if (all.every((c) => c.value === all[0].value)) return all.some((c) => c.value !== now(c.panel)) ? [{ ...all[0], panel: null }] : [];
    return all.filter((c) => c.value !== now(c.panel));
  });
  if (fresh.length) steer(fresh, false);
}

function backToOriginal() {
  const { left } = film || {};
  if (!left) return;
  play(false);
  [plan, live] = [left.plan, left.live];
  linkChanges();
  if (left.film.frames.length) { show(left.film); seek(clock); } else configure(playground.link.get('lab'));
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
  dress();
  [tape, live, trouble, playing] = [null, null, '', false];
  const step = state.step || 0;
  if (!mine.data) { trouble = 'lab.status.draw'; clock = 0; show(null); paint(); return; }
  const found = mine.home && mine.letters ? await recordedFilm(mine.preset, mine.letters) : null;
  if (plan !== mine) return; // something else was chosen meanwhile
  tape = found;
  if (mine.recorded && tape) {
    show(tape);
    seek(step);
    if (!step && !still.matches) play(true);
  } else goLive(step || null, originalOf(state.original));
}

function show(other) {
  film = other;
  shownFrame = null;
  clock = Math.min(clock, Math.max(0, lastStep(film)));
  if (!film) for (const node of box.querySelectorAll('dd, .pg-lab-all tbody')) node.textContent = '';
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

function goLive(step = null, left = null) {
  if (!plan.data) return;
  if (!live) {
    live = { ...newFilm(plan.steps, false), left };
    stage(live, plan.data);
  }
  clock = 0;
  until = step;
  show(live.frames.length || !tape ? live : tape);
  play(true);
}

// ---- the server's side --------------------------------------------------------------------------------------------------------------------

function ask(stop = null, every = null, target = live, of = plan) {
  const stride = Math.max(1, Math.round(of.every * SPEED[speed.value].every)), after = lastStep(target), beside = target !== live;
  stream = { token: ++token, film: target, beside, heard: performance.now(), asked: performance.now(), stop: Math.min(stop ?? Infinity, target.total) };
  trouble = ''; place = 0;
  const { changes, list, ...run } = described(of);
  trigger('run', { token, ...run, ...changes, changes: list, settle: !beside && settle(), every: every || stride, after: after < 0 ? null : after, stop });
  paint();
}

// The run that is looked at, as the server takes it: changes are knobs of the whole run, list what changes on the way.
const described = (of = plan) => ({ preset: of.preset, dataset: of.data, seed: of.seed, panels: of.panels, ...(of.failure ? { steps: of.steps } : {}), changes: { ...of.changes }, list: of.list });

// The same for who asks with a `plan` event, with what is shown. settings, losses: of the iteration that starts at `step`; names; classes: of colours.
function told() {
  if (!plan || !plan.data || !film || !film.frames.length) return {};
  const frame = film.frames[frameIndex(nearest(clock))], of = Array.from({ length: frame.L }, (_, l) => l);
  const settings = of.map((l) => Object.fromEntries(['loss', ...OWN_KNOBS, 'ema'].map((knob) => [knob, settingAt(l, knob, frame.step)])));
  return { ...described(), step: frame.step, total: film.total, source: film === live ? 'live' : 'recorded', playing, settings, losses: settings.map(({ loss }) => loss), names: of.map((l) => nameOf(l, frame.step + 1)), classes: of.map(lookOf) };
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
  if (message.frame) grow(stream.film, readFrame(message.frame)); // Gradio may drop a value for a newer one: any frame can be missing but the last
  const there = lastStep(stream.film) >= stream.stop, { beside } = stream;
  if (message.settled && !there) { stream = null; trouble = 'lab.status.settled'; play(false); clock = lastStep(live); remember(); draw(); paint(); return; }
  if (message.error) { playground.check(message); if (!beside) [playing, trouble] = [false, 'lab.status.refused']; }
  if (message.error || there) stream = null;
  if (there && !beside && !playing) follow();
  paint();
}

function grow(target, frame) {
  if (frame.step <= lastStep(target)) return;
  target.frames.push(frame);
  if (target.frames.length > MOST_FRAMES) target.frames = target.frames.filter((_, k) => k % 2 === 0 || k === target.frames.length - 1);
  if (target === live) {
    if (film !== live) { clock = 0; show(live); }
    if (!playing || still.matches) clock = lastStep(live);
  }
  draw();
}

setInterval(() => {
  if (!stream) return;
  if (stream.beside && box.offsetParent === null) { halt(); return; } // another tab of the page is open
  if (performance.now() - stream.heard < LOST_MS) return;
  halt();
  [playing, trouble] = [false, 'lab.status.lost'];
  paint();
}, 1000);

// ---- the player ---------------------------------------------------------------------------------------------------------------------------

const training = () => stream && !stream.beside; // what is played
const atEnd = () => film && complete(film) && clock >= lastStep(film);

function play(on) {
  if (on && atEnd() && !wantsMore()) clock = 0;
  playing = on && !!film;
  if (stream && (playing ? stream.beside && !complete(live) : !stream.beside)) halt(); // an original is trained on while the picture rests
  if (!playing) { clock = nearest(clock); remember(); draw(); } else { last = performance.now(); requestAnimationFrame(tick); }
  paint();
}

const wantsMore = () => live && film === tape && !complete(live); // the tape plays while the live film waits for its place

function tick(now) {
  if (!playing || !box.isConnected) return;
  if (box.offsetParent === null) { play(false); return; } // another tab of the page is open
  const passed = playground.clamp((now - last) / 1000, 0, 0.1);
  last = now;
  const pace = (film.total / FILM_SECONDS) * SPEED[speed.value].play, end = lastStep(film);
  if (film === tape && training() && !place && performance.now() - stream.asked < PATIENCE_MS) clock = 0; // its first frame is on its way
  else if (film === live && training() && end - clock < pace * 0.5) clock += (end - clock) * (1 - Math.exp(-CHASE * passed));
  else clock += pace * passed;
  if (film === live && until !== null && end >= until && clock > until - 0.5) { clock = until; until = null; rest(); return; }
  if (clock >= end || (training() && end - clock < 0.01)) clock = Math.max(0, end);
  if (live && !training() && !complete(live) && lastStep(live) < (until ?? Infinity) && (film !== live || clock >= end - pace * 0.5)) ask(until);
  if (atEnd() && !training()) {
    if (film === tape && wantsMore()) clock = 0; else { rest(); return; }
  }
  draw();
  requestAnimationFrame(tick);
}

function rest() { play(false); follow(); } // nobody stopped it: it is where it was to go

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
    if (film === live && !complete(live) && !training()) { halt(); until = null; ask(lastStep(live) + 1, 1); }
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

function status() {
  if (trouble) return t(trouble);
  if (place) return t(film === tape && tape ? 'lab.status.waiting_tape' : 'lab.status.waiting', { place });
  if (stream?.beside) return t('lab.status.original');
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
  paintChoices();
  const left = film && film.left;
  find('.pg-lab-before').hidden = !left;
  find('[data-act=follow]').hidden = !left || !!stream || left.film.recorded || lastStep(left.film) >= lastStep(film);
  if (left && film.frames.length) for (const panel of originals) panel.root.style.visibility = touched(panel.l) ? '' : 'hidden';
  box.dispatchEvent(new CustomEvent('painted'));
  Object.assign(box.dataset, { source: isLive ? 'live' : 'recorded', playing: String(playing), original: String(!!left), changes: plan ? changesText(plan.list) : '', frames: String(film ? film.frames.length : 0), streaming: String(!!stream), beside: String(left ? lastStep(left.film) : -1), place: String(place) });
  moved();
}

function paintChoices() { // what is drawn, and which curve
  for (const button of box.querySelectorAll('[data-layer]')) button.setAttribute('aria-pressed', String(overlay[button.dataset.layer]));
  back.value = overlay.back;
  const { series } = overlay, stretches = plan && ['moons', 'spiral', 'points'].includes(plan.dataset);
  for (const button of box.querySelectorAll('[data-series]')) button.setAttribute('aria-pressed', String(button.dataset.series === series));
  curve.value = [...curve.options].some((option) => option.value === series) ? series : '';
  find('.pg-lab-key').hidden = series !== 'curves';
  find('.pg-lab-chart').classList.toggle('pg-lab-tall', series === 'curves');
  for (const node of box.querySelectorAll('[data-number=modes] dt, [data-series=modes]')) put(node, t(stretches ? 'lab.number.stretches' : 'lab.number.modes'));
  find('.pg-lab-all').open = overlay.numbers;
}

function dress() { // the look of every panel: colour, dash and name are its loss's
  for (const { l, root } of [...panels, ...originals]) if (l < plan.looks.length) root.style.setProperty('--pg-loss', `var(--pg-class-${plan.looks[l]})`);
  for (const { l, root } of panels) root.dataset.loss = l >= plan.looks.length ? '' : plan.looks[l] === OWN ? 'own' : LOSSES[plan.looks[l]];
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
for (const panel of panels) panel.view = playground.canvas(panel.root.querySelector('.pg-lab-plane'), (g, width, height) => drawPanel(panel, g, width, height));
for (const panel of originals) panel.view = playground.canvas(panel.root.querySelector('.pg-lab-plane'), (g, width, height) => drawOriginal(panel, g, width, height));
const touched = (l) => l < film.frames[0].L && film.left.panels.some((p) => p === null || p === l);

const acts = { follow, original: backToOriginal, play: () => play(!playing), restart, back: () => jump(-1), step: () => jump(1), live: switchSource };
box.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !plan) return;
  if (button.dataset.act) acts[button.dataset.act]();
  if (button.dataset.series) choose({ series: button.dataset.series });
});
slider.addEventListener('input', () => seek(Number(slider.value)));
speed.addEventListener('change', () => { if (training()) { halt(); if (playing) ask(until); } });
function choose(change) { // what is drawn; the link keeps it
  playground.link.set('lab', change);
  overlay = { ...overlay, ...change };
  shownFrame = null;
  paint(); draw();
}
for (const button of box.querySelectorAll('[data-layer]')) button.addEventListener('click', () => choose({ [button.dataset.layer]: !overlay[button.dataset.layer] }));
back.addEventListener('change', () => choose({ back: back.value }));
curve.addEventListener('change', () => { if (curve.value) choose({ series: curve.value }); });
find('.pg-lab-all').addEventListener('toggle', (event) => { if (event.target.open !== overlay.numbers) choose({ numbers: event.target.open }); });
playground.keys(box, { space: acts.play, left: acts.back, right: acts.step, r: restart, home: () => seek(0), end: () => seek(Infinity), l: switchSource });

const lines = find('.pg-lab-lines');
const scrub = (event) => { if (chartBox && film) seek(((event.clientX - lines.getBoundingClientRect().left - chartBox.left) / chartBox.width) * film.total); };
lines.addEventListener('pointerdown', (event) => { lines.setPointerCapture(event.pointerId); scrub(event); });
lines.addEventListener('pointermove', (event) => { if (lines.hasPointerCapture(event.pointerId)) scrub(event); });

playground.onLang(() => { shownFrame = null; paint(); draw(); });
let resume = false; // nobody watches a hidden window: its training waits
document.addEventListener('visibilitychange', () => {
  if (document.hidden && stream) { resume = playing; play(false); halt(); } else if (!document.hidden && resume) { resume = false; play(true); }
});
addEventListener('pagehide', halt);
box.addEventListener('steer', (event) => steer([event.detail], true));
box.addEventListener('csv', (event) => { event.detail.text = csv(); }); // whoever asks reads it from the event
box.addEventListener('gif', (event) => { event.detail.made = gif(event.detail.say); });
box.addEventListener('plan', (event) => Object.assign(event.detail, told()));
box.addEventListener('turns', (event) => takeTurns(event.detail));
box.addEventListener('runto', (event) => runTo(event.detail));
box.addEventListener('configure', () => configure(playground.link.get('lab')));
watch('value', () => { if (props.value) hear(props.value); });
configure(playground.link.get('lab'));
paint();
