// The lab's controls. Their state is the URL's; the view reads it there and is told by a `configure` event on its own element.
const PRESETS = @PRESETS@, HOME = @HOME@, CLAIMS = @CLAIMS@, USUAL = @USUAL@, STEER_RANGE = @STEER_RANGE@, FAILURES = @FAILURES@, SAVED = @SAVED@, OWN_START = @OWN_START@;
const { t } = playground;
const box = element.querySelector('.pg-lab-controls');
const find = (selector) => box.querySelector(selector);
const seed = find('#lab-seed');
const CHANGES = ['lr_g', 'lr_d', 'k'];
const KNOBS = { lr_g: '1', lr_d: '1', k: 'preset', ema: false, layers: 0, width: 0, z_dim: 0, batch: 0, activation: 'preset' };
const PANELS_PLAIN = { panels: ALL_FOUR, own: OWN_START };
const PLAIN = { ...KNOBS, ...DATA_PLAIN };

const state = () => playground.link.get('lab');

function change(values) {
  playground.link.set('lab', { changes: '', original: '', failure: 'none', ...values, step: 0 });
  paint();
  const view = document.querySelector(`#${@VIEW@} .pg-lab`);
  if (view) view.dispatchEvent(new CustomEvent('configure'));
}

function paint() {
  const now = state();
  for (const kind of ['preset', 'dataset']) {
    for (const button of box.querySelectorAll(`[data-${kind}]`)) button.setAttribute('aria-pressed', String(now.failure === 'none' && button.dataset[kind] === now[kind]));
  }
  for (const button of box.querySelectorAll('[data-failure]')) button.setAttribute('aria-pressed', String(button.dataset.failure === now.failure));
  if (now.failure !== 'none') find('.pg-lab-failures').open = true;
  if (document.activeElement !== seed) seed.value = now.seed;
  for (const name of CHANGES) find(`[data-knob=${name}]`).value = now[name];
  find('[data-knob=ema]').checked = now.ema;
  paintNetwork(now);
  paintPanels(now);
  if (Object.keys(KNOBS).some((name) => now[name] !== KNOBS[name])) find('.pg-lab-knobs').open = true;
  paintData(now);
  say(now);
}

// What the preset shows, in words and numbers that the evidence carries; nothing is claimed for any other setting.
function say(now) {
  if (now.failure !== 'none') { sayFailure(now); return; }
  const claimed = PRESETS[now.preset].dataset === now.dataset && !now.changes && Object.keys(PLAIN).every((name) => now[name] === PLAIN[name]);
  const says = find('.pg-lab-says'), table = says.querySelector('table');
  says.querySelector('b').textContent = t(`lab.preset.${now.preset}`);
  says.querySelector('p').textContent = t(claimed ? `lab.says.${now.preset}` : 'lab.says.other');
  table.hidden = !claimed;
  const claim = CLAIMS[now.preset];
  const { steps, seed: chosen } = PRESETS[now.preset];
  const words = [t('lab.says.evidence', { seeds: claim.seeds, steps: steps.toLocaleString(playground.lang) }), ...(chosen ? [t('lab.says.chosen', { seed: chosen })] : [])];
  says.querySelector('small').textContent = claimed ? words.join(' ') : '';
  if (!claimed) return;
  const head = ['', t(['moons', 'spiral'].includes(now.dataset) ? 'lab.number.stretches' : 'lab.number.modes'), t('lab.number.hq')];
  const rows = Object.keys(claim.modes).map((loss, l) => {
    const [median, low, high] = claim.modes[loss];
    return row('td', [t(`lab.loss.${loss}`), `${median} / ${claim.total} (${low}–${high})`, `${Math.round(100 * claim.hq[loss][0])} %`], l);
  });
  table.tBodies[0].replaceChildren(row('th', head), ...rows);
}

function sayFailure(now) {
  const says = find('.pg-lab-says'), tested = now.seed === FAILURES[now.failure].seed && !now.changes;
  says.querySelector('b').textContent = t(`lab.failure.${now.failure}`);
  says.querySelector('p').textContent = tested ? `${t(`lab.fails.${now.failure}`)} ${t(`lab.next.${now.failure}`)}` : t('lab.says.other');
  says.querySelector('table').hidden = true;
  says.querySelector('small').textContent = tested ? t('lab.fail.evidence') : '';
}

function row(kind, cells, l = null) {
  const tr = document.createElement('tr');
  tr.append(...cells.map((text) => Object.assign(document.createElement(kind), { textContent: text })));
  if (l !== null) tr.style.setProperty('--pg-loss', `var(--pg-class-${l})`);
  return tr;
}

// From recording to recording; a seed of the visitor's own stays.
const seedFor = (preset) => (state().seed === PRESETS[state().preset].seed ? { seed: PRESETS[preset].seed } : {});

const draw = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1000;

box.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { preset, dataset, failure, act } = button.dataset;
  if (failure) { const { preset: its, dataset: data, seed: shown } = FAILURES[failure]; change({ ...PLAIN, failure, preset: its, dataset: data, seed: shown }); }
  if (preset && OWN_DATA.includes(state().dataset)) change({ ...KNOBS, ...seedFor(preset), preset }); // the visitor's own data stay
  else if (preset) change({ ...PLAIN, ...seedFor(preset), preset, dataset: PRESETS[preset].dataset });
  if (button.dataset.letter) choosePanel(button.dataset.letter);
  if (dataset) change({ ...PLAIN, ...seedFor(HOME[dataset]), dataset, preset: HOME[dataset] });
  if (button.dataset.turn) tell('turns', button.dataset.turn);
  if (acts[act]) acts[act]();
  if (act === 'another') { let next; do next = draw(); while (next === state().seed); seed.value = next; change({ seed: next, failure: state().failure }); }
});

// ---- panels, and what one's own has ---------------------------------------------------------------------------------------------------

const own = () => ownOf(state().own) || ownOf(OWN_START);
function paintPanels(now) {
  for (const button of box.querySelectorAll('[data-letter]')) button.setAttribute('aria-pressed', String(now.failure === 'none' && now.panels.includes(button.dataset.letter)));
  const settings = find('.pg-lab-own'), panel = own(), base = PRESETS[now.preset], critic = panel.loss === 'wgan_gp';
  settings.hidden = now.failure !== 'none' || !now.panels.includes('o');
  const usual = { ...base, lr_g: critic ? base.lr_gp : base.lr_g, lr_d: critic ? base.lr_gp : base.lr_d, k_d: critic ? base.k_gp : base.k };
  const only = { penalty: 'wgan_gp', a: 'lsgan', b: 'lsgan', c: 'lsgan' };
  for (const input of box.querySelectorAll('[data-own]')) {
    const name = input.dataset.own;
    if (document.activeElement !== input || input.tagName === 'SELECT') input.value = panel[name] ?? '';
    if (name === 'loss') continue;
    input.placeholder = String(usual[name]);
    input.closest('label').hidden = !!only[name] && only[name] !== panel.loss;
  }
}

function choosePanel(letter) {
  const now = state(), failing = now.failure !== 'none', taken = !failing && now.panels.includes(letter);
  const letters = [...Object.keys(KEYS)].filter((l) => (l === letter ? !taken : now.panels.includes(l))).join('');
  if (failing) { change({ panels: now.panels }); return; } // back to the panels that were chosen before
  if (letters.length < 2 || letters.length > 4) { playground.toast(t(letters.length < 2 ? 'lab.panels_few' : 'lab.panels_many'), 'warn'); return; }
  change({ panels: letters });
}

for (const input of box.querySelectorAll('[data-own]')) input.addEventListener('change', () => {
  const name = input.dataset.own, panel = own(), [low, high] = STEER_RANGE[name] || [];
  if (name === 'loss') { change({ own: ownText(input.value === panel.loss ? panel : startOf(input.value)) }); return; }
  if (input.value === '' && !input.validity.badInput) delete panel[name];
  else {
    const value = fitting(name, input.value, low, high);
    if (value === null) { input.value = panel[name] ?? ''; return; }
    panel[name] = value;
  }
  change({ own: ownText(panel) });
});
const startOf = (loss) => (loss === 'lsgan' ? ownOf(OWN_START) : { loss });

function fitting(name, raw, low, high) { // null after a message
  const value = Number(raw), whole = high === 10;
  if (raw !== '' && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  playground.toast(t(whole ? 'error.integer_range' : 'error.number_range', { field: t(`lab.steer.of.${name}`), low, high, got: raw }), 'warn');
  return null;
}

// ---- networks: another run from its first step ----------------------------------------------------------------------------------------

const ACTIVATION_OF = { 0: 'relu', 0.2: 'lrelu' }; // by the slope of a preset
function paintNetwork(now) {
  for (const input of box.querySelectorAll('[data-net]')) {
    const name = input.dataset.net;
    const value = now[name] ? Math.max(LOWEST[name], now[name]) : PRESETS[now.preset][name];
    if (document.activeElement !== input) input.value = value;
    input.nextElementSibling.textContent = value; // a link's may lie between two of the slider's
  }
  const select = find('[data-knob=activation]');
  select.value = now.activation;
  select.options[0].textContent = t('lab.activation.preset', { name: t(`lab.activation.${ACTIVATION_OF[PRESETS[now.preset].slope]}`) });
}
for (const input of box.querySelectorAll('[data-net]')) {
  const name = input.dataset.net;
  input.addEventListener('input', () => { input.nextElementSibling.textContent = input.value; });
  input.addEventListener('change', () => { const value = Number(input.value); change({ [name]: value === PRESETS[state().preset][name] ? 0 : value }); });
}
find('[data-knob=activation]').addEventListener('change', (event) => {
  const { value } = event.target;
  change({ activation: value === ACTIVATION_OF[PRESETS[state().preset].slope] ? 'preset' : value });
});

// ---- the data's own knobs, drawn and pasted points ----------------------------------------------------------------------------------

function paintData(now) {
  const knobs = DATA_KNOBS[now.dataset], drawn = now.dataset === 'mixture' || now.dataset === 'points';
  for (const label of box.querySelectorAll('[data-data-row]')) {
    const name = label.dataset.dataRow, input = label.querySelector('input');
    label.hidden = !knobs.includes(name);
    if (document.activeElement !== input) input.value = name === 'std' ? now.std || USUAL[now.dataset] : now[name];
    label.querySelector('output').textContent = input.value;
  }
  find('.pg-lab-draw').hidden = !drawn;
  if (!drawn) return;
  if (shownKind !== now.dataset) { shownKind = now.dataset; sketch = [...drawnPoints(now)]; past = []; }
  find('.pg-lab-table').hidden = now.dataset !== 'points';
  find('.pg-lab-draw [data-hint]').textContent = t(now.dataset === 'points' ? 'lab.hint.points' : 'lab.hint.mixture');
  paintPad();
}

for (const input of box.querySelectorAll('[data-data]')) {
  input.addEventListener('input', () => { input.nextElementSibling.textContent = input.value; });
  input.addEventListener('change', () => change({ [input.dataset.data]: Number(input.value) }));
}

let sketch = [], past = [], shownKind = null, cursor = null, stroke = null, brush = null; // points; what undo brings back; places of keyboard, pointer, brush
const most = () => DATA_MOST[shownKind];
function paintPad() {
  pad.draw();
  find('.pg-lab-draw [data-count]').textContent = t(shownKind === 'points' ? 'lab.count.points' : 'lab.count.mixture', { n: sketch.length, most: most() });
  find('[data-act=undo]').disabled = !past.length;
  find('[data-act=clear]').disabled = find('[data-act=use]').disabled = !sketch.length;
  box.dataset.drawn = String(sketch.length);
}

const pad = playground.canvas(find('.pg-lab-pad'), (g, width, height) => {
  const X = (x) => ((x / DATA_LIMIT + 1) / 2) * width, Y = (y) => ((1 - y / DATA_LIMIT) / 2) * height;
  g.strokeStyle = playground.color('line'); g.lineWidth = 1;
  g.beginPath();
  for (const v of [-2, -1, 0, 1, 2]) { g.moveTo(X(v), 0); g.lineTo(X(v), height); g.moveTo(0, Y(v)); g.lineTo(width, Y(v)); }
  g.stroke();
  const large = shownKind === 'mixture', r = large ? 7 : 2;
  g.fillStyle = playground.color('data');
  g.beginPath();
  for (const [x, y] of sketch) { g.moveTo(X(x) + r, Y(y)); g.arc(X(x), Y(y), r, 0, 7); }
  g.fill();
  if (cursor && document.activeElement === find('.pg-lab-pad')) {
    g.strokeStyle = playground.color('ink'); g.lineWidth = 2;
    g.beginPath(); g.moveTo(X(cursor[0]) - 12, Y(cursor[1])); g.lineTo(X(cursor[0]) + 12, Y(cursor[1])); g.moveTo(X(cursor[0]), Y(cursor[1]) - 12); g.lineTo(X(cursor[0]), Y(cursor[1]) + 12); g.stroke();
  }
});

const BRUSH = 0.09, SPRAY = 6; // width of the brush, points at a time
function place(at) {
  const bell = () => BRUSH * (Math.random() + Math.random() + Math.random() - 1.5) * 1.4;
  const fresh = shownKind === 'mixture' ? [at] : Array.from({ length: SPRAY }, () => at.map((v) => v + bell()));
  for (const p of fresh) if (sketch.length < most()) sketch.push(p.map((v) => rounded(playground.clamp(v, -DATA_LIMIT, DATA_LIMIT))));
  else { playground.toast(t('lab.full', { most: most() }), 'warn'); break; }
  paintPad();
}
const keepPast = () => { past.push([...sketch]); if (past.length > 50) past.shift(); };
function where(event) {
  const area = find('.pg-lab-pad').getBoundingClientRect();
  return [((event.clientX - area.left) / area.width * 2 - 1) * DATA_LIMIT, (1 - (event.clientY - area.top) / area.height * 2) * DATA_LIMIT];
}
find('.pg-lab-pad').addEventListener('pointerdown', (event) => {
  if (event.button || stroke !== null) return;
  stroke = event.pointerId; cursor = null;
  event.currentTarget.setPointerCapture(stroke);
  keepPast(); place(brush = where(event));
});
find('.pg-lab-pad').addEventListener('pointermove', (event) => { 
  if (event.pointerId !== stroke || shownKind !== 'points') return;
  const to = where(event), far = Math.hypot(to[0] - brush[0], to[1] - brush[1]), steps = Math.floor(far / BRUSH); // a quick stroke has no gaps
  for (let k = 1; k <= steps; k++) place([0, 1].map((axis) => brush[axis] + ((to[axis] - brush[axis]) * k) / steps));
  if (steps) brush = to;
});
for (const end of ['pointerup', 'pointercancel']) find('.pg-lab-pad').addEventListener(end, (event) => { if (event.pointerId === stroke) stroke = null; });
const move = (dx, dy) => () => { cursor = cursor || [0, 0]; cursor = [cursor[0] + dx, cursor[1] + dy].map((v) => playground.clamp(v, -DATA_LIMIT, DATA_LIMIT)); pad.draw(); };
const stamp = () => { cursor = cursor || [0, 0]; keepPast(); place(cursor); };
playground.keys(find('.pg-lab-pad'), { left: move(-0.1, 0), right: move(0.1, 0), up: move(0, 0.1), down: move(0, -0.1), space: stamp, enter: stamp, backspace: () => acts.undo() });

function use() {
  if (shownKind === 'points') keepPoints([...sketch]);
  change({ centres: shownKind === 'mixture' ? centresText(sketch) : state().centres });
}

const problem = find('.pg-lab-problem'), paper = find('.pg-lab-table textarea');
function complain(words) { problem.textContent = words; problem.hidden = !words; }
const readTable = playground.gate(async (text) => {
  const got = await server.table(text);
  if (got.error) { complain(got.error.message[playground.lang]); return; } // what was pasted stays
  complain('');
  keepPast();
  const flat = playground.unpack(got.points);
  sketch = Array.from({ length: flat.length / 2 }, (_, i) => [rounded(flat[2 * i]), rounded(flat[2 * i + 1])]);
  if (got.unit !== 1) playground.toast(t('lab.table.moved', { x: got.middle[0].toPrecision(3), y: got.middle[1].toPrecision(3), unit: got.unit.toPrecision(3) }));
  paintPad(); use();
});
find('.pg-lab-table input').addEventListener('change', async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  if (file.size > 2e6) { complain(t('lab.table.large')); return; }
  paper.value = await file.text();
  event.target.value = '';
  readTable(paper.value);
});

// ---- while it trains --------------------------------------------------------------------------------------------------------------------

const STEPS_MOST = 20000;
const steerBy = (name) => find(`[data-steer=${name}]`);
const view = () => document.querySelector(`#${@VIEW@} .pg-lab`);
const tell = (type, detail) => view() && view().dispatchEvent(new CustomEvent(type, { detail }));

const SUGGESTED = { lr_g: 0.001, lr_d: 0.001, k_d: 5, k_g: 1, penalty: 1, a: -1, b: 1, c: 0 };
function paintSteer() {
  const knob = steerBy('knob').value;
  steerBy('loss').hidden = knob !== 'loss';
  steerBy('ema').hidden = knob !== 'ema';
  steerBy('number').hidden = knob === 'loss' || knob === 'ema';
  steerBy('panel').disabled = knob === 'ema'; // everybody's
  find('[data-act=steer]').textContent = t('lab.steer.from', { step: Number(view()?.dataset.step || 0).toLocaleString(playground.lang) });
  const turns = turnsNow(), { names = [], settings = [], classes = [] } = shown();
  for (const option of steerBy('panel').options) if (option.value) {
    const l = Number(option.value);
    option.hidden = l >= names.length;
    option.textContent = names[l] ?? '';
  }
  if (names.length && Number(steerBy('panel').value) >= names.length) steerBy('panel').value = '';
  paintNow(knob, names, settings, classes);
  for (const button of box.querySelectorAll('[data-turn]')) button.setAttribute('aria-pressed', String(button.dataset.turn === turns));
}
const shown = () => { const detail = {}; tell('plan', detail); return detail; };

function paintNow(knob, names, settings, classes) { // what the chosen knob is now, per panel
  const told = settings.map((panel) => (knob === 'loss' ? t(`lab.loss.${panel.loss}`) : knob === 'ema' ? t(panel.ema ? 'lab.steer.on' : 'lab.steer.off') : String(Number(panel[knob].toPrecision(4)))).replace('-', '−'));
  const idle = settings.map(({ loss }) => (knob === 'penalty' ? loss !== 'wgan_gp' : ['a', 'b', 'c'].includes(knob) && loss !== 'lsgan'));
  const key = [knob, playground.lang, ...names, ...told, ...idle].join();
  const place = find('[data-now]');
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.replaceChildren(...names.map((name, l) => {
    const item = Object.assign(document.createElement('span'), { className: 'pg-lab-named', textContent: `${name}: ${idle[l] ? t('lab.steer.unused') : told[l]}` });
    item.style.setProperty('--pg-loss', `var(--pg-class-${classes[l]})`);
    return item;
  }));
}

function turnsNow() { // what the last changes of k_d and k_g of the first panel say
  const last = { k_d: 1, k_g: 1 };
  for (const item of (view()?.dataset.changes || '').split(';')) { const [, knob, value, panel] = item.split(':'); if (knob in last && !(Number(panel) > 0)) last[knob] = Number(value); }
  return last.k_g === 0 && last.k_d > 0 ? 'd' : last.k_d === 0 && last.k_g > 0 ? 'g' : last.k_d && last.k_g ? 'both' : '';
}
steerBy('knob').addEventListener('change', () => { steerBy('number').value = SUGGESTED[steerBy('knob').value] ?? ''; paintSteer(); });
let changed = '';
function follow() {
  paintSteer();
  if (state().changes !== changed) { changed = state().changes; say(state()); }
}
new MutationObserver(follow).observe(document.querySelector(`#${@VIEW@}`) || box, { subtree: true, attributeFilter: ['data-step', 'data-changes', 'data-panels', 'data-source'] });

function steerNow() {
  const knob = steerBy('knob').value, panel = knob === 'ema' || !steerBy('panel').value ? null : Number(steerBy('panel').value);
  const raw = steerBy(knob === 'loss' || knob === 'ema' ? knob : 'number').value;
  const value = knob === 'loss' ? raw : knob === 'ema' ? raw === 'true' : Number(raw);
  const [low, high] = STEER_RANGE[knob] || [];
  if (low !== undefined && fitting(knob, raw, low, high) === null) return;
  tell('steer', { knob, value, panel });
}

function until() {
  const { value, problem } = playground.read('step', { kind: 'int', low: 1, high: STEPS_MOST, default: 1 }, steerBy('until').value);
  if (problem) playground.toast(t('error.integer_range', { field: t('field.step'), low: 1, high: STEPS_MOST, got: steerBy('until').value }), 'warn');
  else tell('runto', value);
}

// ---- settings as a file, and back -------------------------------------------------------------------------------------------------------

const FORMAT = 'generative-playground-lab';
function download(name, kind, text) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const progress = find('.pg-lab-progress');
async function saveGif() {
  const button = find('[data-act=gif]'), say = (done, total) => {
    progress.hidden = false;
    progress.querySelector('span').textContent = t(done < total ? 'lab.save.drawing' : 'lab.save.making', { done, total });
    progress.querySelector('progress').value = 0.8 * (done / total);
  };
  const asked = { say, made: null };
  button.disabled = true;
  try {
    tell('gif', asked);
    const data = await asked.made;
    if (data) download('gan-lab.gif', 'image/gif', Uint8Array.from(atob(data), (c) => c.charCodeAt(0)));
  } finally { button.disabled = false; progress.hidden = true; }
}

function saveSettings() {
  const now = state(), settings = Object.fromEntries(Object.keys(SAVED).map((name) => [name, now[name]]));
  const points = now.dataset === 'points' ? { points: keptPoints() } : {};
  download('gan-lab.json', 'application/json', JSON.stringify({ format: FORMAT, settings, ...points }, null, 1));
}

function readSettings(text) { // null, after a message, where the file does not fit; then nothing changes
  let told = null;
  try { told = JSON.parse(text); } catch { told = null; }
  if (!told || told.format !== FORMAT || typeof told.settings !== 'object' || !told.settings) { playground.toast(t('lab.save.other'), 'warn'); return null; }
  const values = {};
  for (const [name, field] of Object.entries(SAVED)) {
    if (!(name in told.settings)) continue;
    const { value, problem } = playground.read(name, field, told.settings[name]);
    if (problem) { playground.toast(t('lab.save.bad', { field: name, got: String(JSON.stringify(told.settings[name])).slice(0, 60) }), 'warn'); return null; }
    values[name] = value;
  }
  const points = told.points ?? [];
  if (!Array.isArray(points) || points.length > DATA_MOST.points || !points.every(inSquare) || (values.dataset === 'points' && !points.length)) { playground.toast(t('lab.save.bad', { field: 'points', got: '…' }), 'warn'); return null; }
  return { values, points };
}

find('.pg-lab-save input').addEventListener('change', async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const got = file.size < 2e6 ? readSettings(await file.text()) : readSettings('');
  event.target.value = '';
  if (!got) return;
  if (got.values.dataset === 'points') keepPoints(got.points);
  shownKind = null;
  change({ ...PLAIN, ...PANELS_PLAIN, ...got.values });
});

const acts = {
  csv: () => { const csv = { text: '' }; tell('csv', csv); if (csv.text) download('gan-lab.csv', 'text/csv', csv.text); },
  json: saveSettings,
  gif: saveGif,
  steer: steerNow,
  until,
  undo: () => { if (past.length) { sketch = past.pop(); paintPad(); } },
  clear: () => { keepPast(); sketch = []; paintPad(); },
  use,
  table: () => readTable(paper.value),
};

seed.addEventListener('change', () => {
  const { value, problem } = playground.read('seed', { kind: 'int', low: 0, high: 2147483647, default: 0 }, seed.value);
  if (problem) { playground.check({ error: { kind: 'integer_range', message: { [playground.lang]: t('error.integer_range', { field: t('field.seed'), low: 0, high: 2147483647, got: seed.value }) } } }); seed.value = state().seed; return; }
  if (value !== state().seed) change({ seed: value, failure: state().failure });
});
for (const name of CHANGES) find(`[data-knob=${name}]`).addEventListener('change', (event) => change({ [name]: event.target.value }));
find('[data-knob=ema]').addEventListener('change', (event) => change({ ema: event.target.checked }));

playground.translate(box);
if (centresOf(state().centres) === null) { playground.toast(t('lab.bad_centres'), 'warn'); playground.link.set('lab', { centres: '' }); }
playground.onLang(() => { paint(); paintSteer(); });
paint();
paintSteer();
