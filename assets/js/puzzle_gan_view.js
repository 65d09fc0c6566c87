// ---- the stage as a whole -----------------------------------------------------------------------------------------------------------------
const OF_SECTION = { six: () => { askSix(); askNumbers(); }, count: () => { askCount(); askNumbers(); }, order: () => askOrder(), game: () => {} };
const READY = { six: () => made, count: () => counted, order: () => same, game: () => true };

function set(changes) {
  const before = sourceKey();
  Object.assign(state, changes);
  playground.link.set(STAGE, changes);
  show();
  if (sourceKey() !== before || !taken) askSource(); else ask();
}
const ask = () => OF_SECTION[state.section]();

function show() {
  tab.dataset.puzzle = state.section;
  const ready = Boolean(taken && READY[state.section]()), wait = find('.pg-puzzle-wait');
  for (const node of root.querySelectorAll('[data-section]')) node.hidden = node.dataset.section !== state.section || !ready;
  wait.hidden = ready || Boolean(missing) || state.section === 'game';
  wait.textContent = state.source === 'drawing' && !taken ? t('puzzle_gan.draw_first') : t('page.loading');
  for (const node of root.querySelectorAll('[data-go]')) node.setAttribute('aria-pressed', String(node.dataset.go === state.section));
  if (knobs) showKnobs();
  if (state.section !== 'game') showBoard();
  if (ready && state.section === 'six') showSix();
  if (ready && state.section === 'count') showCount();
  if (ready && state.section === 'order') showOrder();
  root.dataset.state = JSON.stringify(state);
}
function showKnobs() {
  for (const node of knobs.querySelectorAll('[data-for]')) node.hidden = !node.dataset.for.split(' ').includes(state.section) || Boolean(node.dataset.kind && node.dataset.kind !== state.source);
  for (const name of ['source', 'digit', 'patches']) for (const node of knobs.querySelectorAll(`[data-${name}]`)) node.setAttribute('aria-pressed', String(node.dataset[name] === String(state[name])));
  for (const input of knobs.querySelectorAll('[data-input]')) if (document.activeElement !== input) input.value = state[input.dataset.input];
  const pad = document.querySelector(`#${PAD}`);
  if (pad) pad.dataset.shown = String(state.source === 'drawing' && state.section !== 'game');
}

// ---- choosing -----------------------------------------------------------------------------------------------------------------------------
const ACTS = {
  good: () => askGood(),
  other: () => { good = 'next'; set({ seed: (state.seed + 1) % (LARGEST_SEED + 1) }); },
  next: () => set({ z: (state.z + SHOWN) % (LARGEST_SEED + 1) }),
};
function pressed(event) {
  const button = event.target.closest('button');
  if (!button) return;
  const { go, act, source, digit, patches: n } = button.dataset;
  if (go) set({ section: go });
  if (act) ACTS[act]();
  if (source && source !== state.source) { good = 'next'; set({ source }); if (source === 'drawing') firstDrawing(); }
  if (digit && Number(digit) !== state.digit) { good = 'next'; set({ digit: Number(digit) }); }
  if (n) set({ patches: Number(n) });
}
function typed(event) {
  const input = event.target, name = input.dataset.input;
  if (!name) return;
  const raw = input.value.trim(), seed = Number(raw);
  if (raw !== '' && Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) { if (name === 'seed') good = 'next'; set({ [name]: seed }); return; }
  server.source('sample', state.digit, raw, null).then(playground.check); // the server says what it expected, in the page's words
  input.value = state[name];
}
function connect() {
  const column = document.querySelector('#puzzle-knobs .pg-puzzle-knobs');
  if (!column) { requestAnimationFrame(connect); return; }
  knobs = column;
  knobs.addEventListener('click', pressed);
  knobs.addEventListener('change', typed);
  knobs.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.dataset.input) event.target.blur(); });
  follow();
  show();
  askSource();
}

// ---- the pad ------------------------------------------------------------------------------------------------------------------------------
function follow() { // the example that is on the pad stands in the link
  const pad = document.querySelector(`#${PAD}`);
  if (!pad?.querySelector('[data-example]')) { requestAnimationFrame(follow); return; }
  const remember = (example) => { state.example = example; playground.link.set(STAGE, { example }); };
  pad.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) remember(button.dataset.example === undefined ? -1 : Number(button.dataset.example));
  });
  pad.addEventListener('pointerup', (event) => { if (event.target.tagName === 'CANVAS') remember(-1); });
  if (state.source === 'drawing') firstDrawing();
}
function firstDrawing() {
  const button = document.querySelector(`#${PAD} [data-example="${state.example}"]`);
  if (button && !drawing) { first = true; button.click(); }
}
let first = false;     // the drawing of a link comes with the link's frames
function load() {
  const value = props.value;
  if (!value || !('drawn' in value)) return;
  const strokes = value.drawn?.strokes?.length ? { strokes: value.drawn.strokes } : null;
  if (JSON.stringify(strokes) === JSON.stringify(drawing)) return;
  if (!first) good = 'next';
  first = false;
  drawing = strokes;
  if (state.source === 'drawing') askSource();
}

root.addEventListener('click', pressed);
const buttons = () => [...root.querySelectorAll('[data-go]')];
const step = (by) => () => { const all = buttons(), next = all[(all.findIndex((node) => node.dataset.go === state.section) + by + all.length) % all.length]; set({ section: next.dataset.go }); next.focus(); };
playground.keys(find('.pg-puzzle-bar'), { left: step(-1), right: step(1) });
playground.translate(root);
playground.onLang(() => { tell(); show(); });
playground.onTheme(show);
watch('value', load); load();
connect();
