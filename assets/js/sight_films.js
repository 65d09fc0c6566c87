// ---- films, step by step -----------------------------------------------------------------------------------------------------------------------
const panel = find('.pg-sight-film'), slider = part('slider'), speed = part('speed');
const films = new Map();
let film = null, step = 0, earlier = 0, moving = 1, playing = false, timer = 0, seq = 0, opened = false;
const kind = () => state().view;

function filmKey(now = state()) {
  return now.view === 'row' ? ['row', now.row_height, now.row_width, now.space].join() : ['diagonal', now.diagonal_height, now.diagonal_width, now.space, now.shift].join();
}
const fetchFilm = playground.gate(async () => {
  const now = state(), key = filmKey(now);
  if (now.view === 'sees') return;
  if (!films.has(key)) {
    const got = playground.check(now.view === 'row' ? await server.row_film(now.row_height, now.row_width, now.space) : await server.diagonal_film(now.diagonal_height, now.diagonal_width, now.space, now.shift));
    if (!got) return;
    const sets = Object.fromEntries(Object.entries(got).map(([name, value]) => [name, value && value.dtype ? playground.unpack(value) : value]));
    films.set(key, { ...sets, kind: now.view, D: got.height * got.width, H: got.height, W: got.width });
  }
  if (filmKey() !== key) return;
  const same = film && film.kind === now.view && film.H === films.get(key).H && film.W === films.get(key).W;
  film = films.get(key);
  seq += 1;
  const linked = opened ? -1 : now.step, plays = !opened && linked < 0 && !still.matches;
  opened = true;
  film.cell = cell();
  film.steps = film.kind === 'row' ? rowSteps() : diagonalSteps();
  step = clamp(linked >= 0 ? linked : same ? step : still.matches ? film.steps.length - 1 : 0, 0, film.steps.length - 1);
  earlier = step; moving = 1;
  if (plays) play(); else settle();
});
function cell() { // the one that is followed: the chosen one, else the middle of the last row
  const now = state(), chosen = now[`${film.kind}_cell`];
  return chosen >= 0 && chosen < film.D ? chosen : (film.H - 1) * film.W + (film.W >> 1);
}
function follow(i) {
  if (!film || i < 0 || i >= film.D) return;
  set({ [`${film.kind}_cell`]: i });
  film.cell = i;
  const end = step === film.steps.length - 1;
  film.steps = film.kind === 'row' ? rowSteps() : diagonalSteps();
  step = end ? film.steps.length - 1 : clamp(step, 0, film.steps.length - 1);
  earlier = step;
  settle();
}
const back = (way) => way === 'backward';
const rowOf = (i) => Math.floor(i / film.W), columnOf = (i) => i % film.W;
const bit = (name, i, j) => film[name][i * film.D + j];
function united(cone, own, i, done) { // inputs that reach state i through the states that are done
  const out = new Uint8Array(film.D);
  for (let s = 0; s < film.D; s++) if (bit(cone, i, s) && done(s)) for (let j = 0; j < film.D; j++) out[j] |= bit(own, s, j);
  return out;
}
const number = (set) => set.reduce((a, v) => a + v, 0);

// Row LSTM: three steps per row.
function rowSteps() {
  const steps = [{ at: 'start' }];
  for (let r = 0; r <= rowOf(film.cell); r++) for (const at of ['input', 'state', 'update']) steps.push({ at, r });
  return [...steps, { at: 'end' }];
}
function rowNow() {
  const now = film.steps[step], p = film.cell, last = now.at === 'end' ? rowOf(p) : now.at === 'start' ? -1 : now.at === 'update' ? now.r : now.r - 1;
  const seen = united('cone', 'own', p, (s) => rowOf(s) <= last);
  return { ...now, p, last, seen, ended: now.at === 'end' || (now.at === 'update' && now.r === rowOf(p)) };
}

// Diagonal BiLSTM: skew, columns, unskew, the same mirrored, shift, sum.
function diagonalSteps() {
  const steps = [{ at: 'start' }];
  for (let row = 1; row < film.H; row++) steps.push({ at: 'skew', row });
  for (let c = 0; c < film.W + film.H - 1; c++) steps.push({ at: 'column', way: 'forward', c });
  steps.push({ at: 'unskew', way: 'forward' }, { at: 'flip', way: 'backward' }, { at: 'skew', way: 'backward', row: film.H });
  for (let c = 0; c < film.W + film.H - 1; c++) steps.push({ at: 'column', way: 'backward', c });
  return [...steps, { at: 'unskew', way: 'backward' }, { at: 'unflip', way: 'backward' }, { at: 'shift', way: 'backward' }, { at: 'sum' }];
}
const columnIn = (way, i) => rowOf(i) + (way === 'backward' ? film.W - 1 - columnOf(i) : columnOf(i)); // of the skewed map
function spot(now, i) { // where cell i stands in the right-hand map
  const r = rowOf(i), mirrored = now.way === 'backward' && !['unflip', 'shift'].includes(now.at), c = mirrored ? film.W - 1 - columnOf(i) : columnOf(i);
  const skewed = now.at === 'column' || (now.at === 'skew' && r <= now.row);
  return { r: r + (now.at === 'shift' && film.shift === 'down' ? 1 : 0), c: c + (skewed ? r : 0) };
}
function diagonalNow() {
  const now = film.steps[step], p = film.cell, D = film.D, { at, way } = now;
  const phase = at === 'sum' ? 4 : at === 'shift' ? 3 : way === 'backward' ? 2 : way === 'forward' ? 1 : 0;
  const done = (which) => (s) => { // is the state of this direction computed by now?
    if (which === 'forward') return phase > 1 || (phase === 1 && (at === 'unskew' || columnIn('forward', s) <= now.c));
    return phase > 2 || (phase === 2 && (['unskew', 'unflip'].includes(at) || (at === 'column' && columnIn('backward', s) <= now.c)));
  };
  const forward = united('forward_cone', 'forward_own', p, done('forward'));
  const backward = phase < 2 ? new Uint8Array(D) : phase > 2 ? film.shifted.slice(p * D, (p + 1) * D) : united('backward_cone', 'backward_own', p, done('backward'));
  const leaked = new Uint8Array(D), seen = new Uint8Array(D);
  for (let j = 0; j < D; j++) { seen[j] = forward[j] | backward[j]; leaked[j] = seen[j] && !bit('allowed', p, j) ? 1 : 0; }
  return { ...now, p, phase, done, forward, backward, seen, leaked, ended: at === 'sum' };
}
function total(name) { // over the whole grid: {used, allowed, future}
  const out = { used: 0, allowed: 0, future: 0 };
  for (let k = 0; k < film.D * film.D; k++) { out.allowed += film.allowed[k]; out.used += film[name][k] && film.allowed[k]; out.future += film[name][k] && !film.allowed[k]; }
  return out;
}

// ---- films, told -----------------------------------------------------------------------------------------------------------------
function caption() {
  const p = film.cell, { H, W } = film, name = p + 1, n = W + H - 1;
  if (film.kind === 'row') {
    const now = rowNow(), seen = number(now.seen), allowed = number(film.allowed.subarray(p * film.D, (p + 1) * film.D)), row = (now.r ?? 0) + 1;
    const which = now.at === 'state' && now.r === 0 ? 'state_first' : now.at === 'end' && seen === allowed ? 'end_all' : now.at === 'start' && film.space === 'pixels' ? 'start_pixels' : now.at;
    return { text: t(`sight.say_row_${which}`, { row, above: row - 1, w: W, cell: name, seen, allowed, missed: allowed - seen, kernel: 3 }), seen, allowed, leaked: 0 };
  }
  const now = diagonalNow(), all = number(film.allowed.subarray(p * film.D, (p + 1) * film.D)), leaked = number(now.leaked), seen = number(now.seen.map((v, j) => (v && bit('allowed', p, j) ? 1 : 0)));
  const gathered = number(back(now.way) ? now.backward : now.forward), m = now.at === 'column' ? Array.from({ length: film.D }, (_, i) => columnIn(now.way, i)).filter((c) => c === now.c).length : 0;
  const future = Array.from({ length: film.D }, (_, j) => (now.backward[j] && !bit('allowed', p, j) ? 1 : 0)).reduce((a, v) => a + v, 0);
  const sum = total('both');
  let which = now.at;
  if (now.at === 'skew') which = back(now.way) ? 'skew_again' : now.row === H - 1 ? 'skew_done' : 'skew';
  if (now.at === 'column') which = `${now.way}_${now.c === 0 ? 'first' : 'column'}`;
  if (now.at === 'unskew') which = `unskew_${now.way}`;
  if (now.at === 'unflip') which = future ? 'unflip' : 'unflip_edge';
  if (now.at === 'shift') which = `shift_${film.shift}`;
  if (now.at === 'sum') which = sum.future ? 'sum_leak' : sum.used < sum.allowed ? 'sum_most' : 'sum';
  return { text: t(`sight.say_diagonal_${which}`, { row: (now.row ?? 0) + 1, shift: now.row ?? 0, column: (now.c ?? 0) + 1, before: now.c ?? 0, n, m, cell: name, gathered, future, seen, allowed: all, used: sum.used, all: sum.allowed, leaks: sum.future }), seen, allowed: all, leaked, sum: ['shift', 'sum'].includes(now.at) ? sum : null };
}
function showFilm() {
  if (!film || film.kind !== kind()) return;
  const says = caption(), last = film.steps.length - 1;
  find('.pg-sight-caption').textContent = says.text;
  const numbers = [t('sight.step', { step, steps: last }), t('sight.cell_sees', { cell: film.cell + 1, seen: says.seen, allowed: says.allowed })];
  if (film.kind === 'diagonal') numbers.push(t('sight.cell_future', { n: says.leaked }));
  if (says.sum) numbers.push(t('sight.grid_total', { used: says.sum.used, all: says.sum.allowed, future: says.sum.future }));
  find('.pg-sight-numbers').textContent = numbers.join(' · ');
  slider.max = last; slider.value = step;
  slider.setAttribute('aria-valuetext', says.text);
  part('play').setAttribute('aria-pressed', String(playing));
  part('play').dataset.icon = playing ? 'pause' : 'play';
  view.canvas.setAttribute('aria-label', `${t(`sight.view_${film.kind}`)}. ${says.text}`);
  for (const legend of root.querySelectorAll('.pg-sight-film .pg-sight-legend')) legend.hidden = legend.dataset.for !== film.kind;
  view.later();
}
function settle() { showFilm(); if (!playing) set({ step }, false); }

// ---- films, moved ------------------------------------------------------------------------------------------------------------------
const LINGER = { start: 3200, input: 1900, state: 1900, update: 1900, end: 0, skew: 900, unskew: 2600, flip: 2200, unflip: 3200, shift: 3600, sum: 0 };
function linger() {
  const now = film.steps[step];
  const base = now.at === 'column' ? (now.c < 2 ? 2600 : 1000) : now.at === 'skew' && now.row >= film.H - 1 ? 2600 : ['input', 'state', 'update'].includes(now.at) && now.r > 1 ? 1000 : LINGER[now.at];
  return base / Number(speed.value);
}
function glide() { // the cells on their way from the step before
  if (still.matches) { moving = 1; return; }
  const begun = performance.now(), to = step;
  moving = 0;
  const frame = (time) => {
    if (!view.canvas.isConnected || step !== to) return;
    moving = clamp((time - begun) / (550 / Number(speed.value)), 0, 1);
    view.later();
    if (moving < 1) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
function to(next, glides = true) {
  if (!film) return;
  next = clamp(Math.round(next), 0, film.steps.length - 1);
  earlier = glides && Math.abs(next - step) === 1 ? step : next;
  step = next;
  if (earlier !== step) glide(); else moving = 1;
  settle();
}
function beat() {
  clearTimeout(timer);
  if (!playing) return;
  timer = setTimeout(() => {
    if (!playing || !film || film.kind !== kind() || !view.canvas.isConnected) { playing = false; return; }
    if (step >= film.steps.length - 1) { pause(); return; }
    if (step + 1 >= film.steps.length - 1) playing = false;
    to(step + 1);
    beat();
  }, linger());
}
function play() {
  if (!film || playing) return;
  if (step >= film.steps.length - 1) { step = earlier = 0; moving = 1; }
  playing = true;
  set({ step: -1 }, false);
  showFilm(); beat();
}
function pause() { playing = false; clearTimeout(timer); settle(); }
const stop = (act) => () => { playing = false; clearTimeout(timer); act(); };
const acts = {
  restart: () => { playing = false; clearTimeout(timer); if (film) { step = earlier = 0; moving = 1; play(); } },
  back: stop(() => to(step - 1)), step: stop(() => to(step + 1)), end: stop(() => to(film.steps.length - 1, false)),
  play: () => (playing ? pause() : play()),
};
for (const [name, act] of Object.entries(acts)) part(name).addEventListener('click', act);
slider.addEventListener('input', stop(() => to(Number(slider.value), false)));
const stepCell = (rows, columns) => () => { if (film) follow(clamp(rowOf(film.cell) + rows, 0, film.H - 1) * film.W + clamp(columnOf(film.cell) + columns, 0, film.W - 1)); };
playground.keys(panel, {
  space: acts.play, left: acts.back, right: acts.step, home: stop(() => to(0, false)), end: acts.end, r: acts.restart,
  'shift+left': stepCell(0, -1), 'shift+right': stepCell(0, 1), 'shift+up': stepCell(-1, 0), 'shift+down': stepCell(1, 0),
});
function cellUnder(event) {
  if (!film || !places) return null;
  const box = view.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  const inside = (grid) => { const c = Math.floor((x - grid.x) / grid.s), r = Math.floor((y - grid.y) / grid.s); return { r, c, in: r >= 0 && r < film.H && c >= 0 }; };
  for (const grid of film.kind === 'row' ? [places.input, places.state] : [places.image]) { const q = inside(grid); if (q.in && q.c < film.W) return q.r * film.W + q.c; }
  if (film.kind === 'diagonal') { const q = inside(places.map), now = film.steps[step]; for (let i = 0; i < film.D; i++) { const b = spot(now, i); if (b.r === q.r && b.c === q.c) return i; } }
  return null;
}
view.canvas.addEventListener('pointermove', (event) => { view.canvas.style.cursor = cellUnder(event) === null ? '' : 'pointer'; });
view.canvas.addEventListener('click', (event) => { const i = cellUnder(event); if (i !== null) { panel.focus({ preventScroll: true }); follow(i); } });
