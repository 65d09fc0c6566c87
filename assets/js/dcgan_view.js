// ---- the stage as a whole --------------------------------------------------------------------------------------------------------------
const SECTIONS = @SECTIONS@;
const OF_SECTION = { grid: () => { askGrid(); askLook(); askFacts(); }, walk: () => { askGrid(); askWay(); askFacts(); }, sums: () => { askGrid(); askSum(); askFacts(); }, losses: () => askTable(), film: () => askFilms(), game: () => {} };

function set(changes) {
  Object.assign(state, changes);
  playground.link.set(STAGE, changes);
  show(); ask();
}
const ask = () => OF_SECTION[state.section]();

function show() {
  tab.dataset.dcgan = state.section;
  for (const node of root.querySelectorAll('[data-section]')) node.hidden = node.dataset.section !== state.section;
  if (!knobs) return;
  showKnobs();
  if (state.section === 'grid') { showGrid(); showLook(); showPsi(); }
  if (state.section === 'walk') { showGrid(); showWay(); }
  if (state.section === 'sums') { showGrid(); showSum(); }
  if (state.section === 'losses') showTable();
  if (state.section === 'film') showFilm();
  if (state.section === 'game') showGame();
  root.dataset.state = JSON.stringify(state);
}
function showKnobs() {
  const press = (nodes, on) => { for (const node of nodes) node.setAttribute('aria-pressed', String(on(node))); };
  press(sections(), (node) => node.dataset.go === state.section);
  for (const node of knobs.querySelectorAll('[data-for]')) node.hidden = !node.dataset.for.split(' ').includes(state.section) || (node.dataset.one !== undefined && state.section === 'film' && state.view === 'all');
  press(knobs.querySelectorAll('[data-loss]'), (node) => node.dataset.loss === state.loss);
  press(knobs.querySelectorAll('[data-end]'), (node) => node.dataset.end === end);
  press(knobs.querySelectorAll('[data-fill]'), (node) => node.dataset.fill === term);
  press(knobs.querySelectorAll('[data-view]'), (node) => node.dataset.view === state.view);
  const seed = knobs.querySelector('[data-input="seed"]'), slider = knobs.querySelector('[data-input="psi"]');
  if (document.activeElement !== seed) seed.value = state.seed;
  if (Number(slider.value) !== state.psi) slider.value = state.psi;
  knobs.querySelector('output').textContent = state.psi.toFixed(2);
  for (const name of ['walk_a', 'walk_b']) knobs.querySelector(`[data-shows="${name}"]`).textContent = state[name];
  for (const name of TERMS) knobs.querySelector(`[data-shows="${name}"]`).textContent = `${terms()[name].length} / ${MOST_OF_A_TERM}`;
}
function showGame() {
  const flow = document.querySelector('#dcgan-flow .pg-flow');
  if (flow && flow.show) flow.show({ picture: state.loss });
}

// ---- choosing ----------------------------------------------------------------------------------------------------------------------------
const sections = () => [...document.querySelectorAll('#dcgan-bar [data-go]')];
function go(section) {
  if (section === state.section) return;
  leaveFilm();
  set({ section });
}
const ACTS = {
  next: () => set({ seed: seedAt(MOST) }),
  one: () => set({ psi: 1 }),
  swap: () => set({ walk_a: state.walk_b, walk_b: state.walk_a }),
  works: () => example('works'), fails: () => example('fails'), clear: () => { term = 'a'; set({ sum: '' }); },
};
function pressed(event) {
  const button = event.target.closest('button');
  if (!button) return;
  const { loss, end: which, fill, view, act } = button.dataset;
  if (loss) { missing = null; tell(); if (state.section === 'film') { leaveFilm(); begun = true; } set({ loss }); }
  if (which) { end = which; showKnobs(); }
  if (fill) { term = fill; showKnobs(); }
  if (view) set({ view });
  if (act) ACTS[act]();
}
function typed(event) {
  const input = event.target;
  if (input.dataset.input !== 'seed') return;
  const raw = input.value.trim(), seed = Number(raw);
  if (raw !== '' && Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) { set({ seed }); return; }
  server.grid(state.loss, raw, 1).then(playground.check); // the server says what it expected, in the page's words
  input.value = state.seed;
}
function picked({ detail }) {
  const seed = seedAt(detail.row * columns() + detail.col);
  if (state.section === 'walk') pickEnd(seed);
  else if (state.section === 'sums') pickTerm(seed);
  else set({ picked: seed });
}

function connect() {
  samples = document.querySelector('#dcgan-samples .pg-image-grid');
  const column = document.querySelector('#dcgan-knobs .pg-dcgan-knobs'), row = document.querySelector('#dcgan-bar .pg-dcgan-bar'), chart = document.querySelector('#dcgan-psi-view [data-view="psi"]');
  if (!(samples && samples.show && column && row && chart)) { requestAnimationFrame(connect); return; }
  knobs = column;
  psi = playground.canvas(chart, drawPsi);
  row.addEventListener('click', (event) => { const button = event.target.closest('[data-go]'); if (button) go(button.dataset.go); });
  const step = (by) => () => { const all = sections(), k = all.findIndex((node) => node.dataset.go === state.section), next = all[(k + by + all.length) % all.length]; go(next.dataset.go); next.focus(); };
  playground.keys(row, { left: step(-1), right: step(1) });
  knobs.addEventListener('click', pressed);
  knobs.addEventListener('change', typed);
  knobs.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.dataset.input === 'seed') event.target.blur(); });
  const slider = knobs.querySelector('[data-input="psi"]');
  slider.addEventListener('input', () => { // the pictures follow; what is known of the open one when the slider rests
    state.psi = Number(slider.value);
    playground.link.set(STAGE, { psi: state.psi });
    showKnobs(); showPsi(); askGrid();
  });
  slider.addEventListener('change', () => { askLook(); });
  samples.addEventListener('pg-pick', picked);
  show(); ask();
}

new ResizeObserver(() => { if (samples && grid && ['walk', 'sums'].includes(state.section)) { showGrid(); showWay(); } }).observe(root);
playground.translate(root);
playground.onLang(() => { tell(); show(); });
show();
connect();
