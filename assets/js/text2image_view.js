// ---- the stage as a whole -----------------------------------------------------------------------------------------------------------------
const OF_SECTION = { draw: () => { askDraw(); askNumbers(); }, between: () => askWay(), swap: () => askSwap(), pairs: () => askPairs(), game: () => {} };
const READY = { draw: () => drawn, between: () => way, swap: () => swapped || (caption && wordNow() < 0), pairs: () => judged, game: () => true };

function set(changes, then = true) {
  Object.assign(state, changes);
  playground.link.set(STAGE, changes);
  if (then) { show(); ask(); }
}
const ask = () => { show(); OF_SECTION[state.section](); };

function show() {
  tab.dataset.t2i = state.section;
  const ready = Boolean(READY[state.section]());
  for (const node of root.querySelectorAll('[data-section]')) node.hidden = node.dataset.section !== state.section || !(ready || node.dataset.section === 'between');
  find('.pg-t2i-ask').hidden = state.section === 'game';
  find('.pg-t2i-wait').hidden = ready || Boolean(missing) || Boolean(complaints.caption);
  for (const node of root.querySelectorAll('[data-go]')) node.setAttribute('aria-pressed', String(node.dataset.go === state.section));
  showCaption();
  if (knobs) showKnobs();
  if (state.section === 'draw') showDraw();
  if (state.section === 'between') showWay();
  if (state.section === 'swap') showSwap();
  if (state.section === 'pairs') showPairs();
  root.dataset.state = JSON.stringify(state);
}
function showKnobs() {
  for (const node of knobs.querySelectorAll('[data-for]')) node.hidden = !node.dataset.for.split(' ').includes(state.section);
  for (const node of knobs.querySelectorAll('[data-open]')) node.setAttribute('aria-pressed', String(node.dataset.open === state.open));
  knobs.querySelector('[data-says="open"]').textContent = t(`text2image.open_${state.open}`);
  const seed = knobs.querySelector('[data-input="seed"]');
  if (document.activeElement !== seed) seed.value = state.seed;
  if (state.section === 'draw') showTable();
}

// ---- choosing -----------------------------------------------------------------------------------------------------------------------------
const ACTS = {
  next: () => set({ seed: (state.seed + SHOWN) % (LARGEST_SEED + 1) }),
  take: () => { if (swapped) say('caption', swapped.text); },
  exchange: () => { const [a, b] = [box('caption').value, box('second').value], kept = ours; ours = {}; put('caption', b); put('second', a); if (kept.second) ours.caption = kept.second; if (kept.caption) ours.second = kept.caption; set({ word: -1, swap_to: '' }, false); askRead(b); askSecond(a); },
};
function pressed(event) {
  const button = event.target.closest('button');
  if (!button) return;
  const { go, act, open, example } = button.dataset;
  if (go) set({ section: go });
  if (act) ACTS[act]();
  if (open) set({ open });
  if (example) say('caption', EXAMPLES[example]);
}
function typed(event) {
  const input = event.target;
  if (input.dataset.input !== 'seed') return;
  const raw = input.value.trim(), seed = Number(raw);
  if (raw !== '' && Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) { set({ seed }); return; }
  server.draw(state.caption, raw, state.open).then(playground.check); // the server says what it expected, in the page's words
  input.value = state.seed;
}
function connect() {
  const column = document.querySelector('#text2image-knobs .pg-t2i-knobs');
  if (!column) { requestAnimationFrame(connect); return; }
  knobs = column;
  knobs.addEventListener('click', pressed);
  knobs.addEventListener('change', typed);
  knobs.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.dataset.input === 'seed') event.target.blur(); });
  begin();
  show();
}
root.addEventListener('click', pressed);
const buttons = () => [...root.querySelectorAll('[data-go]')];
const step = (by) => () => { const all = buttons(), next = all[(all.findIndex((node) => node.dataset.go === state.section) + by + all.length) % all.length]; set({ section: next.dataset.go }); next.focus(); };
playground.keys(find('.pg-t2i-bar'), { left: step(-1), right: step(1) });
playground.translate(root);
playground.onLang(() => { rewrite(); for (const [field, message] of Object.entries(complaints)) complain(field, message); tell(); show(); });
playground.onTheme(show);
new ResizeObserver(() => ['caption', 'second'].forEach((field) => fit(box(field)))).observe(root);
connect();
