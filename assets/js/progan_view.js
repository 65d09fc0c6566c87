// ---- the stage as a whole --------------------------------------------------------------------------------------------------------------
const SECTIONS = @SECTIONS@, MARKS = @MARKS@;
const OF_SECTION = { grow: () => { askStages(); }, network: () => { askStages(); askNetwork(); askVariation(); }, film: () => { askFilm(); } };
const LEVELS_PER_SECOND = 0.35, STEP = 0.05;
let playing = null;    // when the slider moves by itself: {before}

function set(changes) {
  Object.assign(state, changes);
  playground.link.set(STAGE, changes);
  show();
  OF_SECTION[state.section]();
}
function show() {
  for (const node of root.querySelectorAll('[data-section]')) node.hidden = node.dataset.section !== state.section;
  for (const holder of [root, knobs]) if (holder) for (const node of holder.querySelectorAll('[data-for]')) node.hidden = !node.dataset.for.split(' ').includes(state.section);
  for (const button of root.querySelectorAll('[data-go]')) button.setAttribute('aria-pressed', String(button.dataset.go === state.section));
  const seed = knobs && knobs.querySelector('#progan-seed');
  if (seed && document.activeElement !== seed) seed.value = state.seed;
  if (knobs) knobs.querySelector('[data-act="walk"]').setAttribute('aria-pressed', String(state.walk));
  showPlay(); showBlend();
  if (state.section === 'network') { showMark(); showStds(); showBatches(); }
  if (state.section === 'film') showFilm();
  root.dataset.state = JSON.stringify(state);
}

function moveTo(at) { // everything that follows the slider, and nothing else
  state.at = clamp(Math.round(1000 * at) / 1000, 0, TOP);
  playground.link.set(STAGE, { at: state.at });
  showBlend();
  root.dataset.state = JSON.stringify(state);
}

// ---- growing by itself -------------------------------------------------------------------------------------------------------------------
function showPlay() {
  const button = find('[data-act="play"]');
  button.querySelector('b').textContent = playing ? '❚❚' : '▶';
  button.setAttribute('aria-pressed', String(Boolean(playing)));
  button.title = t(playing ? 'progan.pause' : 'progan.play');
  button.setAttribute('aria-label', button.title);
}
function stop() { playing = null; showPlay(); }
function play() {
  if (playing) { stop(); return; }
  if (state.at >= TOP) moveTo(0);
  const mine = { before: performance.now() };
  playing = mine;
  showPlay();
  requestAnimationFrame(function tick(now) {
    if (playing !== mine || !root.isConnected) return;
    moveTo(state.at + LEVELS_PER_SECOND * Math.max(0, now - mine.before) / 1000);
    mine.before = now;
    if (state.at >= TOP) stop(); else requestAnimationFrame(tick);
  });
}

// ---- choosing ----------------------------------------------------------------------------------------------------------------------------
let wanted = null, waiting = 0; // a dragged slider is drawn once per frame of the screen
find('#progan-at').addEventListener('input', (event) => {
  if (playing) stop();
  wanted = Number(event.target.value);
  if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; moveTo(wanted); });
});
function go(section) {
  if (section === state.section) return;
  stop();
  if (clip.playing) reel.pause();
  set({ section });
}
const another = () => set({ seed: state.seed + ROWS > LARGEST_SEED ? state.seed + ROWS - LARGEST_SEED - 1 : state.seed + ROWS });
root.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || !root.contains(button)) return;
  const { go: section, level, row, mark, act } = button.dataset;
  if (section) go(section);
  if (level !== undefined && button.closest('.pg-progan-ticks')) { stop(); moveTo(Number(level)); }
  if (row !== undefined) set({ row: Number(row) });
  if (mark && button.closest('.pg-progan-marks')) { choose(null); set({ mark }); }
  if (act === 'play') play();
});
const growing = (act) => () => { if (state.section !== 'film') act(); };
const turn = (by) => growing(() => { stop(); moveTo(state.at + by); });
const line = (by) => growing(() => { const row = (state.row + by + ROWS) % ROWS; set({ row }); if (state.section === 'grow') lines[row].focus(); });
playground.keys(root, { left: turn(-STEP), right: turn(STEP), up: line(-1), down: line(1), space: growing(play), n: growing(another), ...Object.fromEntries(SIDES.map((_, l) => [String(l + 1), growing(() => { stop(); moveTo(l); })])) });

function typed(event) {
  const raw = event.target.value.trim(), seed = Number(raw);
  if (raw !== '' && Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) { set({ seed }); return; }
  server.stages(raw, false).then(playground.check); // the server says what it expected, in the page's words
  event.target.value = state.seed;
}
function connect() {
  const column = document.querySelector('#progan-knobs .pg-progan-knobs');
  if (!column) { requestAnimationFrame(connect); return; }
  knobs = column;
  const seed = knobs.querySelector('#progan-seed');
  seed.addEventListener('change', typed);
  seed.addEventListener('keydown', (event) => { if (event.key === 'Enter') seed.blur(); });
  knobs.querySelector('[data-act="another"]').addEventListener('click', another);
  knobs.querySelector('[data-act="walk"]').addEventListener('click', () => set({ walk: !state.walk }));
  playground.keys(knobs, { n: another });
  show(); showNumbers(); askNumbers();
  OF_SECTION[state.section]();
}

playground.translate(root);
playground.onLang(() => { tell(); if (layers) words(); show(); showNumbers(); });
playground.onTheme(() => { tone = paper(); showStages(); show(); });
show();
connect();
