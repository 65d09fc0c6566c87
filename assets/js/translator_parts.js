// What the views of the translator stages share: pictures in colour, maps of differences, the table of what was measured.
const { t, color, font, px, clamp } = playground;
const SIDE = 32, AREA = SIDE * SIDE, TOP = 0.4; // TOP: the difference that is drawn brightest
const STAGE = @STAGE@;
const root = element.querySelector('.pg-tr'), stage = element.closest(`#pg-${STAGE}`) || document.querySelector(`#pg-${STAGE}`);
const find = (selector, within = root) => within.querySelector(selector), all = (selector, within = root) => [...within.querySelectorAll(selector)];
const state = playground.link.get(STAGE);
const given = () => stage.given;

// ---- words -------------------------------------------------------------------------------------------------------------------
const number = (v, digits = 3) => (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−');
const percent = (p) => `${(100 * p).toFixed(p > 0.995 || p < 0.005 ? 0 : 1)} %`;
const whole = (v) => Math.round(v).toLocaleString(playground.lang);
const mean = (values, from = 0, count = values.length) => { let sum = 0; for (let k = 0; k < count; k += 1) sum += values[from + k]; return sum / count; };
const most = (values, from, count) => { let at = 0; for (let k = 1; k < count; k += 1) if (values[from + k] > values[from + at]) at = k; return at; };
const styleName = (style) => t(`translators.style.${style}`);
const STYLES = ['coat', 'zebra', 'summer', 'winter', 'outline', 'checker'];

// ---- pictures ------------------------------------------------------------------------------------------------------------------
function fill(canvas, colour) { // colour(k) -> [r, g, b] of pixel k
  const made = new ImageData(SIDE, SIDE);
  for (let k = 0; k < AREA; k += 1) { const [r, g, b] = colour(k); made.data[4 * k] = r; made.data[4 * k + 1] = g; made.data[4 * k + 2] = b; made.data[4 * k + 3] = 255; }
  if (canvas.width !== SIDE) canvas.width = canvas.height = SIDE;
  canvas.getContext('2d').putImageData(made, 0, 0);
}
const picture = (canvas, bytes, at = 0) => { const o = 3 * AREA * at; fill(canvas, (k) => [bytes[o + 3 * k], bytes[o + 3 * k + 1], bytes[o + 3 * k + 2]]); };
const heat = (canvas, values, at = 0) => fill(canvas, (k) => playground.ramp(values[AREA * at + k] / TOP));
const signed = (canvas, values, gain) => fill(canvas, (k) => [0, 1, 2].map((i) => 255 * clamp(0.5 + gain * values[3 * k + i], 0, 1)));
function nothing(canvas) { canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height); }
function tile(name, within = root) { const node = find(`[data-tile="${name}"]`, within); return { node, canvas: node.querySelector('canvas'), says: node.querySelector('p'), name: node.querySelector('figcaption') }; }
function put(part, { name, says = '', draw, empty = '' }) { // one tile: its name, its picture, what is said below
  part.name.innerHTML = name; // formulas of this page's own
  part.says.textContent = says;
  part.node.dataset.empty = empty;
  part.canvas.setAttribute('aria-label', `${part.name.textContent}. ${says || empty}`);
  if (empty) nothing(part.canvas); else draw(part.canvas);
}
function scales() {
  for (const node of all('.pg-tr-scale')) {
    const g = node.querySelector('canvas').getContext('2d');
    for (let k = 0; k < 256; k += 1) { g.fillStyle = `rgb(${playground.ramp(k / 255)})`; g.fillRect(k, 0, 1, 1); }
    node.querySelector('[data-says="top"]').textContent = `≥ ${TOP}`;
  }
}
function unpacked(answer) { // every packed array of an answer, at any depth
  if (answer && answer.dtype && answer.data) return playground.unpack(answer);
  if (Array.isArray(answer)) return answer.map(unpacked);
  if (answer && typeof answer === 'object') return Object.fromEntries(Object.entries(answer).map(([name, part]) => [name, unpacked(part)]));
  return answer;
}

// What the judge of styled digits reads: the digit, and whether it is the one that went in.
function judged({ read, digits }, at = 0) {
  const digit = most(read.digit, 10 * at, 10), sure = read.digit[10 * at + digit], asked = digits ? digits[at] : -1;
  return { digit, sure, kept: asked < 0 ? null : digit === asked };
}
const says = ({ digit, sure, kept }) => `${t('translators.reads', { digit, percent: percent(sure) })}${kept === null ? '' : kept ? ' ✓' : ' ✗'}`;

// ---- asking --------------------------------------------------------------------------------------------------------------------
function notice(message, node = find('.pg-tr-notice')) { node.hidden = !message; node.textContent = message ? message[playground.lang] : ''; node.message = message; }
function taken(result) { // the answer, or null after its error was shown: missing files stay on the page, the rest is a toast
  const missing = result && result.error && result.error.kind === 'weights';
  notice(missing ? result.error.message : null);
  return missing ? null : playground.check(result);
}
const got = {};          // per section the newest answer, {key, ...}
// sections: {name: {ask(given) -> promise, key(given), show(answer), lone: works without a source}}
function sections(table) {
  const refresh = playground.gate(async () => {
    const name = state.section, section = table[name], from = given();
    if (!section.ask || !from) return;
    if (from.value === null && !section.lone) return;
    const key = section.key(from);
    if (got[name]?.key === key) return;
    root.dataset.busy = 'true';
    let answer = null;
    try { answer = taken(await section.ask(from)); } finally { root.dataset.busy = 'false'; }
    if (!answer) return;
    got[name] = { ...unpacked(answer), key };
    show();
  });
  function show() {
    const name = state.section, section = table[name], from = given(), without = from && from.value === null && !section.lone;
    stage.dataset.section = name;
    for (const node of all('[data-section]')) node.hidden = node.dataset.section !== name || without;
    for (const button of all('[data-go]')) button.setAttribute('aria-pressed', String(button.dataset.go === name));
    const empty = find('.pg-tr-empty');
    empty.hidden = !without || !section.ask;
    if (without) empty.textContent = t(`given.empty_${from.source}`);
    if (!without && got[name]) { section.show(got[name]); root.dataset.shown = `${name} ${got[name].key}`; }
    root.dataset.state = JSON.stringify(state);
  }
  function go(section) { state.section = section; playground.link.set(STAGE, { section }); show(); refresh(); }
  root.addEventListener('click', (event) => { const button = event.target.closest('[data-go]'); if (button) go(button.dataset.go); });
  stage.addEventListener('pg-given', () => { show(); refresh(); });
  playground.onLang(() => { for (const node of all('.pg-tr-notice')) if (node.message) notice(node.message, node); show(); });
  playground.onTheme(show);
  playground.translate(root);
  scales(); show(); refresh();
  return { show, refresh, go };
}

// ---- the table of what was measured ----------------------------------------------------------------------------------------------
function numbersTable(rows, within = root) { // rows: [with, without] of inference.translated.Numbers
  const body = find('.pg-tr-numbers tbody', within), one = rows.find((row) => !row.missing) || rows[0], cell = (tag, words, met) => { const node = document.createElement(tag); node.textContent = words; if (met !== undefined) node.dataset.met = String(met); return node; };
  const share = (name) => rows.map((row) => (row.missing ? cell('td', '–') : cell('td', `${number(row[name], 1)} %`, row[name] >= row.wanted)));
  const distance = (name) => rows.map((row) => cell('td', row.missing ? '–' : number(row[name], 3)));
  const lines = [
    ['digit', share('digit'), { wanted: one.wanted, real: number(one.digit_real, 1) }],
    ['style', share('style'), { wanted: one.wanted, real: number(one.style_real, 1) }],
    ['truth', distance('truth'), { unchanged: number(one.unchanged), floor: number(one.floor) }],
    ['cycle', distance('cycle'), { worst: number(one.cycle_worst) }],
  ];
  body.replaceChildren(...lines.map(([name, cells, facts]) => {
    const line = document.createElement('tr'), head = cell('th', t(`translators.number.${name}`)); head.scope = 'row';
    const beside = cell('td', one.missing ? '' : t(`translators.beside_${name}`, facts));
    line.append(head, ...cells, beside);
    return line;
  }));
  for (const row of rows) if (row.missing) { const line = document.createElement('tr'), said = cell('td', row.missing[playground.lang]); said.colSpan = 4; line.append(said); body.append(line); }
  if (!one.missing) { const line = document.createElement('tr'), said = cell('td', t('translators.over', { n: whole(one.n), ways: Object.keys(one.pairs).length })); said.colSpan = 4; line.append(said); body.append(line); }
}
