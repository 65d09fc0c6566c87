// The knobs of the codes stage. The state (c1, c2, c3, seed, sweep) lives here and in the URL; the pictures are three image grids.
const root = element.querySelector('.pg-codes-knobs');
const GRIDS = @GRIDS@, SIDE = 28, SIZE = SIDE * SIDE, LARGEST_SEED = 2147483647;
const OWN = ['c1', 'c2', 'c3', 'seed', 'sweep']; // the other fields belong to the other sections
const state = Object.fromEntries(OWN.map((name) => [name, playground.link.get('codes')[name]]));
let picture = null, others = null, sweeps = null; // the grids, once they are there
let facts = null;      // {digit_of_code, information, without}: without lambda, or null
let exact = null;      // {key, image, verdict, categories, others, seeds}: the newest answer of the server
let sheet = null;      // {key, axis, bytes}: every c2 and c3 for one c1 and one noise
let sweep = null;      // {key, kind, rows, columns}: what the sweep grid shows
let peek = null;       // a cell under the pointer: {image, codes, seed}
let playing = null;    // {how}: knobs that turn by themselves, as TURNS says

const TURNS = { c2: (v) => ({ c2: v }), c3: (v) => ({ c3: v }), together: (v) => ({ c2: v, c3: v }), apart: (v) => ({ c2: v, c3: v ? -v : 0 }) };
const draws = (c1) => (facts ? facts.digit_of_code[c1] : null);
const turnKey = () => [state.c1, state.c2, state.c3, state.seed].join();
const sheetKey = () => [state.c1, state.seed].join();
const sweepKey = () => keyOfSweep(state);

// ---- asking ----------------------------------------------------------------------------------------------------------------
const askTurn = playground.gate(async () => {
  const key = turnKey();
  if (exact && exact.key === key) return;
  const got = playground.check(await server.turn(state.c1, state.c2, state.c3, state.seed));
  if (!got) return;
  exact = { key, image: playground.unpack(got.image), categories: playground.unpack(got.categories), others: got.others, seeds: got.other_seeds, verdict: got.verdict };
  showCategories(); showOthers(); showPicture();
  if (!sheet || sheet.key !== sheetKey()) askSheet();
});

const askSheet = playground.gate(async () => {
  const key = sheetKey();
  if (sheet && sheet.key === key) return;
  const got = playground.check(await server.sheet(state.c1, state.seed));
  if (got) sheet = { key, axis: got.axis, bytes: playground.unpack(got.images) };
});

const askSweep = playground.gate(async () => {
  const key = sweepKey();
  if (sweep && sweep.key === key) return;
  const got = playground.check(await server.sweep(state.sweep, state.c1, state.c2, state.c3, state.seed));
  if (!got) return;
  sweep = { key, kind: got.kind, rows: got.rows, columns: got.columns, images: got.images };
  showSweep();
});

// ---- showing ---------------------------------------------------------------------------------------------------------------
// The picture at any c2, c3 from the sheet, between its points by bilinear interpolation; null where the sheet is another one.
function nearby() {
  if (!sheet || sheet.key !== sheetKey()) return null;
  const n = sheet.axis.length, at = (v) => playground.clamp((v + 1) / 2 * (n - 1), 0, n - 1);
  const r = at(state.c2), c = at(state.c3), r0 = Math.min(n - 2, Math.floor(r)), c0 = Math.min(n - 2, Math.floor(c));
  const [dr, dc] = [r - r0, c - c0], image = new Uint8Array(SIZE);
  const corner = (i, j) => ((r0 + i) * n + c0 + j) * SIZE;
  const [a, b, d, e] = [corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)], s = sheet.bytes;
  for (let k = 0; k < SIZE; k += 1) image[k] = (1 - dr) * ((1 - dc) * s[a + k] + dc * s[b + k]) + dr * ((1 - dc) * s[d + k] + dc * s[e + k]) + 0.5;
  return image;
}

function showPicture() {
  if (!picture) return;
  const isExact = exact && exact.key === turnKey();
  const image = peek ? peek.image : isExact ? exact.image : nearby() || (exact && exact.image);
  if (!image) return;
  picture.show({ images: { shape: [SIDE, SIDE], data: image } });
  picture.dataset.exact = String(Boolean(!peek && isExact));
  const codes = peek ? peek.codes : state;
  caption.querySelector('[data-part="codes"]').textContent = t('codes.caption', { c1: codes.c1, c2: minus(codes.c2), c3: minus(codes.c3), seed: codes.seed });
  const verdict = !peek && isExact ? exact.verdict : null;
  caption.querySelector('[data-part="judge"]').textContent = verdict ? t('codes.judge', { digit: verdict.digit, percent: (100 * verdict.confidence).toFixed(1) }) : peek && draws(codes.c1) !== null ? t('codes.usually', { c1: codes.c1, digit: draws(codes.c1) }) : ' ';
}

function showCategories() {
  if (!exact) return;
  for (const button of root.querySelectorAll('[data-category]')) {
    const at = button.dataset.category * SIZE;
    paintDigit(button.querySelector('canvas'), exact.categories.subarray(at, at + SIZE));
  }
}

function showOthers() {
  if (others && exact) others.show({ images: exact.others, columns: exact.seeds.map(String), selected: null });
}

const name = (code, value) => (code === 'z' ? String(value) : code === 'c1' ? (draws(value) === null ? String(value) : t('codes.code_draws', { c1: value, digit: draws(value) })) : minus(value));

function showSweep() {
  if (!sweeps || !sweep) return;
  const [down, along] = sweep.kind.split('_');
  sweeps.show({
    images: sweep.images, rows: sweep.rows.map((v) => name(down, v)), columns: sweep.columns.map((v) => name(along, v)),
    row_title: t(`codes.${down}`), column_title: t(`codes.${along}`), selected: cellOf(sweep, state),
  });
  sweeps.dataset.key = sweep.key;
}

function showKnobs() {
  for (const button of root.querySelectorAll('[data-category]')) {
    const k = Number(button.dataset.category), digit = draws(k);
    button.setAttribute('aria-pressed', String(k === state.c1));
    button.querySelector('span').textContent = digit === null ? String(k) : t('codes.code_draws', { c1: k, digit });
    button.setAttribute('aria-label', digit === null ? t('codes.code', { c1: k }) : t('codes.usually', { c1: k, digit }));
    button.title = button.getAttribute('aria-label');
  }
  for (const code of ['c2', 'c3']) {
    const knob = root.querySelector(`[data-code="${code}"]`), input = knob.querySelector('input');
    if (Number(input.value) !== state[code]) input.value = state[code];
    knob.querySelector('output').textContent = minus(state[code]);
  }
  for (const button of root.querySelectorAll('[data-play]')) {
    const how = button.dataset.play, on = Boolean(playing && playing.how === how);
    button.querySelector('b').textContent = on ? '❚❚' : '▶';
    button.setAttribute('aria-pressed', String(on));
    button.title = t(on ? 'codes.pause' : 'codes.play', { code: t(`codes.${how}`) });
    button.setAttribute('aria-label', button.title);
  }
  const seed = root.querySelector('#codes-seed');
  if (document.activeElement !== seed) seed.value = state.seed;
  for (const button of root.querySelectorAll('[data-kind]')) button.setAttribute('aria-pressed', String(button.dataset.kind === state.sweep));
  if (sweeps && sweep) sweeps.select(cellOf(sweep, state));
  root.dataset.state = JSON.stringify(state);
}

function showFacts() {
  const bars = document.querySelector('#codes-information .pg-bars');
  if (!facts || !bars) return;
  const most = Math.max(...facts.information.map((row) => Math.max(row.bound, row.best || 0)));
  bars.replaceChildren();
  for (const row of facts.information) {
    const line = bars.appendChild(document.createElement('div'));
    line.className = 'pg-bar'; line.dataset.code = row.code;
    const put = (tag, className, words) => { const node = line.appendChild(document.createElement(tag)); node.className = className; node.textContent = words || ''; return node; };
    put('span', 'pg-bar-name', t(`codes.short_${row.code}`));
    const track = put('div', 'pg-bar-track');
    const fill = track.appendChild(document.createElement('i'));
    fill.style.width = `${100 * playground.clamp(row.bound / most, 0, 1)}%`;
    if (row.best) { const mark = track.appendChild(document.createElement('b')); mark.style.left = `${100 * row.best / most}%`; } else track.classList.add('pg-open');
    put('span', 'pg-bar-value', row.best ? t('codes.of_best', { bound: row.bound.toFixed(2), best: row.best.toFixed(2) }) : t('codes.of_none', { bound: row.bound.toFixed(2) }));
    showWithout(row.code, most, put);
    put('p', 'pg-knob-note', row.best ? t('codes.means_c1', { accuracy: facts.code_accuracy.toFixed(1) }) : t('codes.means_continuous', { code: t(`codes.short_${row.code}`), sigma: row.sigma.toFixed(2) }));
  }
}

function showWithout(code, most, put) { // the network whose codes earn nothing, below; a bound below 0 says no more than 0
  const row = (facts.without || []).find((item) => item.code === code);
  if (!row) return;
  const bound = Math.max(0, row.bound);
  put('span', 'pg-bar-name pg-plain', 'λ = 0');
  put('div', 'pg-bar-track pg-plain').appendChild(document.createElement('i')).style.width = `${100 * playground.clamp(bound / most, 0, 1)}%`;
  put('span', 'pg-bar-value pg-plain', t('codes.of_none', { bound: bound.toFixed(2) }));
}

// ---- turning ---------------------------------------------------------------------------------------------------------------
function set(changes, { remember = true } = {}) {
  Object.assign(state, changes);
  peek = null;
  if (remember) playground.link.set('codes', changes);
  showKnobs(); showPicture();
  if (!playing) { askTurn(); askSweep(); }
  stage.dispatchEvent(new CustomEvent('codes-knobs', { detail: { ...state } }));
}

function play(how) { // turns back and forth until it is called again or another knob is touched
  const again = !how || (playing && playing.how === how);
  playing = null;
  if (again) { set({ c2: state.c2, c3: state.c3 }); return; }
  const phase = Math.asin(playground.clamp(how === 'c3' ? state.c3 : state.c2, -1, 1)), start = performance.now();
  playing = { how };
  const mine = playing;
  requestAnimationFrame(function frame(now) {
    if (playing !== mine) return;
    if (!root.isConnected || !root.offsetParent) { playing = null; showKnobs(); return; }
    const value = Math.sin(phase + (Math.max(0, now - start) / 1000) * 1.6);
    set(TURNS[how](Math.round(100 * value) / 100), { remember: false });
    requestAnimationFrame(frame);
  });
  showKnobs();
}
const stop = () => { if (playing) play(null); };

const another = () => { stop(); set({ seed: state.seed >= LARGEST_SEED ? 0 : state.seed + 1 }); };
const reset = () => { stop(); set({ c2: 0, c3: 0 }); };

root.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { category, kind, play: how, act } = button.dataset;
  if (category !== undefined) { stop(); set({ c1: Number(category) }); }
  if (kind) { stop(); set({ sweep: kind }); }
  if (how) play(how);
  if (act === 'another') another();
});
for (const code of ['c2', 'c3']) {
  root.querySelector(`#codes-${code}`).addEventListener('input', (event) => { playing = null; set({ [code]: Number(event.target.value) }); });
}
root.querySelector('#codes-seed').addEventListener('change', async (event) => {
  const raw = event.target.value.trim(), seed = Number(raw);
  if (raw !== '' && Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) { stop(); set({ seed }); } else {
    playground.check(await server.sheet(state.c1, raw)); // the server says what it expected, in the page's words
    event.target.value = state.seed;
  }
});
stage.addEventListener('codes-pick', ({ detail }) => { stop(); set(detail); });
root.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.id === 'codes-seed') event.target.blur(); });

// ---- the grids of the tab --------------------------------------------------------------------------------------------------
const caption = document.createElement('div');
caption.className = 'pg-codes-caption';
caption.innerHTML = '<div data-part="codes"></div><div data-part="judge" role="status"></div>';

const codesOf = (cell) => ({ ...Object.fromEntries(OWN.slice(0, 4).map((name) => [name, state[name]])), ...picked(sweep, cell) }); // what a cell stands for

function connect() {
  const [a, b, c] = GRIDS.map((id) => document.querySelector(`#${id} .pg-image-grid`));
  if (!(a && b && c && a.show && b.show && c.show)) { requestAnimationFrame(connect); return; }
  [picture, others, sweeps] = [a, b, c];
  picture.after(caption);
  sweeps.addEventListener('pg-hover', ({ detail }) => { peek = detail && { image: sweeps.cell(detail.row, detail.col), codes: codesOf(detail) }; showPicture(); });
  sweeps.addEventListener('pg-pick', ({ detail }) => { stop(); set(codesOf(detail)); });
  others.addEventListener('pg-hover', ({ detail }) => { peek = detail && { image: others.cell(0, detail.col), codes: { ...state, seed: exact.seeds[detail.col] } }; showPicture(); });
  others.addEventListener('pg-pick', ({ detail }) => { stop(); set({ seed: exact.seeds[detail.col] }); });
  for (const place of [element, sweeps, picture]) playground.keys(place, { space: () => play(playing ? playing.how : 'together'), r: reset, n: another });
  showKnobs(); askTurn(); askSweep(); askFacts();
}

async function askFacts() {
  facts = playground.check(await server.facts());
  showFacts(); showKnobs(); showSweep(); showPicture();
}

playground.translate(root);
playground.onLang(() => { showKnobs(); showFacts(); showSweep(); showPicture(); });
playground.onTheme(showCategories);
showKnobs();
connect();
