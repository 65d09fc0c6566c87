// Alarms on log p. The scores of every set come once per model; thresholds, rates, ROC curves and areas are computed here, so
// dragging asks nobody. A visitor's own drawings are kept in this browser as bits and scored again when the page opens.
const NAMES = @NAMES@, SETS = @SETS@, MOST = @MOST@;
const NORMAL = 'digits', MINE = 'mine', KEY = 'pg-anomaly-mine', SIDE = 28, PIXELS = SIDE * SIDE, FALSE_ALARMS = 0.05, BINS = 110, STEPS = 1000;
const root = element.querySelector('.pg-anomaly'), find = (name) => root.querySelector(name);
const histBox = find('.pg-anomaly-hist'), slider = find('input[type=range]'), counts = find('.pg-anomaly-counts'), table = find('.pg-anomaly-table');
const { t, color, font, px, clamp } = playground;
const state = { model: 'pixel_cnn', set: 'letters', rule: 'low', threshold: 0, ...playground.link.get('anomaly') };
const cache = new Map(); // model -> {name: Float32Array of sorted log p}
let models = null, examples = {}, drawing = null, mine = [], failed = '';
let rows = [], axis = { low: -100, x: 0, w: 1 }, rocBox = null;

// ---- scores and rates ------------------------------------------------------------------------------------------------------
const nameOf = (id) => (t(`pixels.${id}`) !== `pixels.${id}` ? t(`pixels.${id}`) : NAMES[id] || id);
const minus = (v, digits = 0) => (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−');
const grouped = (n) => n.toLocaleString('en-US');
const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
const ready = () => Boolean(models && cache.has(state.model));
function ownScores(model) { return Float32Array.from(mine.map((one) => one.log_prob?.[model]).filter((v) => Number.isFinite(v))).sort(); }
function scoresOf(name) { return name === MINE ? ownScores(state.model) : (cache.get(state.model) || {})[name] || new Float32Array(0); }
function ruled(values, centre = mean(scoresOf(NORMAL))) { return state.rule === 'low' ? values : values.map((v) => -Math.abs(v - centre)).sort(); }

function below(values, limit) { // how many of sorted values lie below
  let [low, high] = [0, values.length];
  while (low < high) { const middle = (low + high) >> 1; if (values[middle] < limit) low = middle + 1; else high = middle; }
  return low;
}
function notAbove(values, limit) {
  let [low, high] = [0, values.length];
  while (low < high) { const middle = (low + high) >> 1; if (values[middle] <= limit) low = middle + 1; else high = middle; }
  return low;
}
function area(normal, other) { // probability that a digit scores higher, ties counted half; both sorted
  if (!normal.length || !other.length) return null;
  let sum = 0;
  for (const v of normal) sum += below(other, v) + notAbove(other, v);
  return sum / (2 * normal.length * other.length);
}
function limit() { // the threshold on the rule's score: chosen, or where one digit in twenty is a false alarm
  if (state.threshold) return state.threshold;
  const digits = ruled(scoresOf(NORMAL));
  return digits.length ? digits[Math.floor(FALSE_ALARMS * digits.length)] : -100;
}
function rates(name) {
  const values = ruled(scoresOf(name), mean(scoresOf(NORMAL)));
  return { alarms: below(values, limit()), n: values.length };
}
function curve(name) { // the ROC: caught against false alarms, for every threshold
  const digits = ruled(scoresOf(NORMAL)), other = ruled(scoresOf(name), mean(scoresOf(NORMAL)));
  if (!other.length) return [];
  const points = [[0, 0]];
  for (const v of [...new Set([...digits, ...other])].sort((a, b) => a - b)) points.push([notAbove(digits, v) / digits.length, notAbove(other, v) / other.length]);
  return points;
}
function order() { return [NORMAL, ...(mine.length ? [MINE] : []), ...SETS]; }
const setName = (name) => t(`anomaly.set_${name}`);

// ---- histograms: one row per set on one axis, the logarithm of −log p so that −30 and −4000 both fit -------------------------------
const SOFT = 10, warp = (v) => -Math.log1p(Math.max(0, -v) / SOFT), unwarp = (u) => -SOFT * Math.expm1(-u);
const toX = (v) => axis.x + (warp(v) - axis.low) / -axis.low * axis.w;
const toValue = (x) => { const u = clamp(axis.low + (x - axis.x) / axis.w * -axis.low, axis.low, 0); return unwarp(u); };
const TICKS = [0, -10, -30, -50, -100, -200, -500, -1000, -2000, -5000];

function drawHist(g, width, height) {
  if (!ready()) { say(g, width, height, failed || t('page.loading')); return; }
  const names = order(), narrow = width < 640;
  const left = narrow ? px(4) : px(176), right = narrow ? px(4) : px(122), top = px(34), bottom = px(30), line = (height - top - bottom) / names.length;
  const lowest = Math.min(...names.map((name) => scoresOf(name)[0] ?? 0), drawing?.log_prob?.[state.model] ?? 0);
  axis = { low: warp(lowest) * 1.03, x: left, w: width - left - right };
  const chosen = state.set, cut = limit(), centre = mean(scoresOf(NORMAL));
  g.fillStyle = color('bad'); g.globalAlpha = 0.13; // where the alarm rings
  for (const [a, b] of alarmed(cut, centre)) g.fillRect(toX(a), top, toX(b) - toX(a), height - top - bottom);
  g.globalAlpha = 1;
  let last = -Infinity;
  g.textBaseline = 'top'; g.textAlign = 'center';
  for (const v of [...TICKS].reverse()) {
    if (v < lowest) continue;
    const x = toX(v);
    g.strokeStyle = color('line'); g.lineWidth = 1; stroke(g, x, top, x, height - bottom);
    const words = minus(v), w = measure(g, words, 16);
    if (x - w / 2 > last + px(8)) { write(g, words, clamp(x, w / 2, axis.x + axis.w - w / 2 + px(narrow ? 2 : 10)), height - bottom + px(6), 16, 'muted'); last = x + w / 2; }
  }
  rows = [];
  names.forEach((name, k) => {
    const y = top + k * line, base = y + line - px(3), tall = line - px(narrow ? 24 : 9);
    rows.push({ name, y, h: line });
    if (name === chosen) { g.fillStyle = color('soft'); g.globalAlpha = 0.55; g.fillRect(0, y, width, line); g.globalAlpha = 1; }
    bars(g, scoresOf(name), base, tall, name === NORMAL ? 'data' : name === chosen ? 'generated' : 'muted');
    g.strokeStyle = color('line'); g.lineWidth = 1; stroke(g, 0, y + line, width, y + line);
  });
  for (const v of edges(cut, centre)) { // the threshold itself
    g.strokeStyle = color('bad'); g.lineWidth = px(3); stroke(g, toX(v), top - px(4), toX(v), height - bottom);
    g.fillStyle = color('bad'); g.beginPath(); g.arc(toX(v), height - bottom, px(8), 0, 2 * Math.PI); g.fill();
  }
  mark(g, width, top, height - bottom);
  for (const { name, y } of rows) caption(g, name, y, line, left, width, narrow);
  histView.canvas.dataset.model = state.model; histView.canvas.dataset.rows = names.join(' ');
}
const alarmed = (cut, centre) => (state.rule === 'low' ? [[unwarp(axis.low), cut]] : [[unwarp(axis.low), Math.max(centre + cut, unwarp(axis.low))], [Math.min(centre - cut, 0), 0]]);
const edges = (cut, centre) => (state.rule === 'low' ? [cut] : [centre + cut, centre - cut]).filter((v) => v <= 0 && v >= unwarp(axis.low));

function bars(g, values, base, tall, colour) {
  if (!values.length) return;
  g.fillStyle = color(colour);
  if (values[values.length - 1] - values[0] < 0.05) { g.fillRect(toX(values[0]) - px(3), base - tall, px(6), tall); return; } // one picture
  const bins = new Float32Array(BINS);
  for (const v of values) bins[clamp(Math.floor((warp(v) - axis.low) / -axis.low * BINS), 0, BINS - 1)] += 1;
  const most = Math.max(...bins), step = axis.w / BINS;
  bins.forEach((n, k) => { if (n) g.fillRect(axis.x + k * step, base - tall * n / most, step - 0.6, tall * n / most); });
}
function caption(g, name, y, line, left, width, narrow) {
  const values = scoresOf(name), { alarms, n } = rates(name), share = n ? Math.round(100 * alarms / n) : 0;
  const said = t(name === NORMAL ? 'anomaly.false' : 'anomaly.alarms', { percent: share });
  const size = narrow ? 14 : 17, own = name === NORMAL ? null : area(ruled(scoresOf(NORMAL)), ruled(values, mean(scoresOf(NORMAL))));
  g.textBaseline = 'middle'; g.textAlign = 'left';
  const icon = Math.min(px(narrow ? 20 : 40), line - px(6));
  picture(g, name, px(4), y + (narrow ? px(2) : (line - icon) / 2), narrow ? px(18) : icon);
  if (narrow) {
    const all = `${setName(name)} · ${own === null ? '' : `AUC ${own.toFixed(2)} · `}${said}`;
    const fits = Math.min(size, size * (width - px(34)) / measure(g, all, size, 600)); // a long name in smaller letters
    g.font = font(px(fits), 600); g.lineJoin = 'round'; g.strokeStyle = color('panel'); g.lineWidth = px(4);
    g.strokeText(all, px(28), y + px(11));
    write(g, all, px(28), y + px(11), fits, name === state.set || name === NORMAL ? 'ink' : 'muted', 600);
    return;
  }
  wrapped(g, setName(name), icon + px(14), y + line / 2, left - icon - px(20), size, name === NORMAL || name === state.set ? 'ink' : 'muted', name === state.set || name === NORMAL ? 700 : 500);
  g.textAlign = 'right';
  if (own !== null) write(g, `AUC ${own.toFixed(2)}`, width - px(6), y + line / 2 - px(11), 18, name === state.set ? 'generated' : 'ink', 700);
  write(g, said, width - px(6), y + line / 2 + (own === null ? 0 : px(11)), 16, 'muted');
}
function mark(g, width, top, bottom) { // the drawing on the pad, through every row
  const v = drawing?.log_prob?.[state.model];
  if (!Number.isFinite(v)) return;
  const x = toX(v), words = t('anomaly.yours', { value: minus(v, 1) }), w = measure(g, words, 17, 700);
  g.strokeStyle = color('ink'); g.lineWidth = px(2); g.setLineDash([px(6), px(5)]); stroke(g, x, top - px(2), x, bottom); g.setLineDash([]);
  g.fillStyle = color('ink'); g.beginPath(); g.moveTo(x, top); g.lineTo(x - px(7), top - px(9)); g.lineTo(x + px(7), top - px(9)); g.fill();
  g.textAlign = 'left'; g.textBaseline = 'alphabetic';
  write(g, words, clamp(x - w / 2, 0, width - w), px(19), 17, 'ink', 700);
}
function picture(g, name, x, y, size) {
  const bits = name === MINE ? mine[mine.length - 1]?.x : examples[name];
  if (bits && size > 4) g.drawImage(stamp(bits), x, y, size, size);
  g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(x, y, size, size);
}
function stamp(bits) { // 784 bits in the page's colours
  const node = document.createElement('canvas'), g = node.getContext('2d');
  node.width = node.height = SIDE;
  g.fillStyle = color('panel'); g.fillRect(0, 0, SIDE, SIDE); g.fillStyle = color('ink');
  for (let i = 0; i < PIXELS; i++) if (bits[i]) g.fillRect(i % SIDE, Math.floor(i / SIDE), 1, 1);
  return node;
}
const stroke = (g, x0, y0, x1, y1) => { g.beginPath(); g.moveTo(x0, y0); g.lineTo(x1, y1); g.stroke(); };
function write(g, words, x, y, size, colour, weight = 400) { g.font = font(px(size), weight); g.fillStyle = color(colour); g.fillText(words, x, y); }
function measure(g, words, size, weight = 400) { g.font = font(px(size), weight); return g.measureText(words).width; }
function wrapped(g, words, x, y, room, size, colour, weight) {
  const lines = [''];
  for (const word of words.split(' ')) { const longer = `${lines[lines.length - 1]} ${word}`.trim(); if (measure(g, longer, size, weight) <= room) lines[lines.length - 1] = longer; else lines.push(word); }
  lines.forEach((one, k) => write(g, one, x, y + (k - (lines.length - 1) / 2) * px(size * 1.15), size, colour, weight));
}
function say(g, width, height, words) { g.textAlign = 'center'; g.textBaseline = 'middle'; write(g, words, width / 2, height / 2, 17, 'muted'); }

// ---- ROC ---------------------------------------------------------------------------------------------------------------------
function drawRoc(g, width, height) {
  if (!ready()) return;
  const pad = { l: px(58), r: px(28), t: px(10), b: px(54) }, side = Math.min(width - pad.l - pad.r, height - pad.t - pad.b);
  rocBox = { x: pad.l + Math.max(0, (width - pad.l - pad.r - side) / 2), y: pad.t, side };
  const X = (v) => rocBox.x + v * side, Y = (v) => rocBox.y + (1 - v) * side;
  g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(X(0), Y(1), side, side);
  g.setLineDash([px(5), px(5)]); stroke(g, X(0), Y(0), X(1), Y(1)); g.setLineDash([]);
  g.textBaseline = 'top'; g.textAlign = 'center';
  for (const v of [0, 0.5, 1]) write(g, `${100 * v} %`, X(v), Y(0) + px(6), 16, 'muted');
  write(g, t('anomaly.roc_x'), X(0.5), Y(0) + px(29), 17, 'ink', 600);
  g.textBaseline = 'middle'; g.textAlign = 'right';
  for (const v of [0.5, 1]) write(g, `${100 * v} %`, X(0) - px(6), Y(v), 16, 'muted');
  g.save(); g.translate(X(0) - px(44), Y(0.28)); g.rotate(-Math.PI / 2); g.textAlign = 'center'; write(g, t('anomaly.roc_y'), 0, 0, 17, 'ink', 600); g.restore();
  for (const name of order()) {
    if (name === NORMAL || name === state.set) continue;
    trace(g, curve(name), X, Y, 'muted', px(1.5), 0.5);
  }
  trace(g, curve(state.set), X, Y, 'generated', px(4), 1);
  const digits = rates(NORMAL), other = rates(state.set);
  if (!other.n) return;
  const [u, v] = [digits.alarms / digits.n, other.alarms / other.n], own = area(ruled(scoresOf(NORMAL)), ruled(scoresOf(state.set), mean(scoresOf(NORMAL))));
  g.fillStyle = color('bad'); g.strokeStyle = color('panel'); g.lineWidth = px(3);
  g.beginPath(); g.arc(X(u), Y(v), px(10), 0, 2 * Math.PI); g.fill(); g.stroke();
  g.textAlign = 'right'; g.textBaseline = 'alphabetic';
  const upper = own !== null && own < 0.5;
  write(g, setName(state.set), X(0.97), Y(upper ? 0.86 : 0.2), 18, 'generated', 700);
  write(g, `AUC ${own.toFixed(3)}`, X(0.97), Y(upper ? 0.76 : 0.1), 22, 'generated', 700);
  rocView.canvas.dataset.point = `${u.toFixed(3)},${v.toFixed(3)}`; rocView.canvas.dataset.auc = own.toFixed(4);
}
function trace(g, points, X, Y, colour, width, alpha) {
  if (!points.length) return;
  g.strokeStyle = color(colour); g.lineWidth = width; g.globalAlpha = alpha; g.lineJoin = 'round'; g.beginPath();
  points.forEach(([u, v], k) => (k ? g.lineTo(X(u), Y(v)) : g.moveTo(X(u), Y(v)))); g.stroke(); g.globalAlpha = 1;
}

// ---- words and tables ----------------------------------------------------------------------------------------------------------
const make = (tag, className = '', words = '') => { const node = document.createElement(tag); node.className = className; node.textContent = words; return node; };
function showCounts() {
  const digits = rates(NORMAL), other = rates(state.set), head = make('tr'), lines = [[NORMAL, digits, false], [state.set, other, true]];
  for (const words of ['', t('anomaly.alarm'), t('anomaly.quiet')]) { const cell = make('th', '', words); cell.scope = 'col'; head.append(cell); }
  counts.replaceChildren(head);
  for (const [name, { alarms, n }, wanted] of lines) {
    const line = counts.appendChild(make('tr')), first = make('th', '', `${setName(name)} (${grouped(n)})`);
    first.scope = 'row';
    line.append(first, make('td', wanted ? 'pg-right' : 'pg-wrong', grouped(alarms)), make('td', wanted ? 'pg-wrong' : 'pg-right', grouped(n - alarms)));
  }
  counts.dataset.counts = [digits.alarms, digits.n, other.alarms, other.n].join(' ');
  const cut = limit();
  find('[data-part="threshold"]').textContent = state.rule === 'low' ? t('anomaly.cut_low', { value: minus(cut, 1) }) : t('anomaly.cut_typical', { value: minus(-cut, 1), mean: minus(mean(scoresOf(NORMAL)), 1) });
  slider.value = String(Math.round(STEPS * toStep(cut)));
  slider.setAttribute('aria-valuetext', find('[data-part="threshold"]').textContent);
  const percent = (part, n) => (n ? Math.round(100 * part / n) : 0);
  find('[data-part="said"]').textContent = other.n
    ? t(other.n > 1 ? 'anomaly.said' : 'anomaly.said_one', { set: setName(state.set), caught: percent(other.alarms, other.n), outcome: t(other.alarms ? 'anomaly.caught' : 'anomaly.missed'), wrong: percent(digits.alarms, digits.n) })
    : t('anomaly.empty_set');
}

function showTable() { // AUC of every model for every set: which alarms work, and whose
  const names = order().slice(1), head = make('tr');
  const corner = make('th', '', t('anomaly.model')); corner.scope = 'col'; head.append(corner);
  for (const name of names) { const cell = make('th', name === state.set ? 'pg-at' : '', setName(name)); cell.scope = 'col'; head.append(cell); }
  if (drawing) { const cell = make('th', '', t('anomaly.your_drawing')); cell.scope = 'col'; head.append(cell); }
  table.replaceChildren(head);
  for (const [id, one] of Object.entries(models)) {
    const line = table.appendChild(make('tr', id === state.model ? 'pg-at' : '')), first = make('th', '', nameOf(id));
    first.scope = 'row'; line.append(first); line.dataset.id = id;
    for (const name of names) {
      const own = name === MINE ? ownArea(id) : (state.rule === 'low' ? one.auc : one.typical)[name];
      const cell = line.appendChild(make('td')), button = cell.appendChild(make('button', own === null ? '' : own >= 0.95 ? 'pg-good' : own < 0.5 ? 'pg-bad' : 'pg-fair', own === null ? '—' : own.toFixed(3)));
      button.type = 'button'; button.dataset.cell = `${id} ${name}`;
      button.setAttribute('aria-label', t('anomaly.cell', { model: nameOf(id), set: setName(name), value: own === null ? '—' : own.toFixed(3) }));
      button.setAttribute('aria-pressed', String(id === state.model && name === state.set));
      button.addEventListener('click', () => { choose({ model: id, set: name }); const again = table.querySelector(`[data-cell="${id} ${name}"]`); if (again) again.focus({ preventScroll: true }); });
    }
    if (drawing) {
      const v = drawing.log_prob[id], digits = one.digitScores;
      line.append(make('td', 'pg-anomaly-place', Number.isFinite(v) ? `${minus(v, 1)} (${Math.round(100 * below(digits, v) / digits.length)} %)` : '—'));
    }
  }
  find('[data-part="caption"]').textContent = t('anomaly.table_caption');
}
function ownArea(id) {
  const digits = models[id].digitScores, own = ownScores(id), centre = mean(digits);
  if (!own.length) return null;
  return state.rule === 'low' ? area(digits, own) : area(digits.map((v) => -Math.abs(v - centre)).sort(), own.map((v) => -Math.abs(v - centre)).sort());
}

function showMine() {
  const box = find('.pg-anomaly-pictures');
  box.replaceChildren();
  mine.forEach((one, k) => {
    const button = box.appendChild(make('button')), v = one.log_prob?.[state.model];
    button.type = 'button'; button.title = t('anomaly.remove'); button.setAttribute('aria-label', t('anomaly.remove_one', { n: k + 1 }));
    button.append(stamp(one.x));
    if (Number.isFinite(v)) button.append(make('span', '', minus(v)));
    button.addEventListener('click', () => { mine.splice(k, 1); keep(); show(); });
  });
  const own = ready() && mine.length ? ownArea(state.model) : null;
  find('[data-part="mine"]').textContent = mine.length ? t('anomaly.mine', { n: mine.length, auc: own === null ? '—' : own.toFixed(3) }) : t('anomaly.mine_none');
  find('[data-act="clear"]').disabled = !mine.length;
  find('[data-act="add"]').disabled = !drawing || mine.length >= MOST;
  root.dataset.mine = String(mine.length);
}

// ---- the visitor's set, kept in this browser --------------------------------------------------------------------------------------
function keep() {
  const bits = mine.map((one) => { const bytes = new Uint8Array(PIXELS / 8); one.x.forEach((v, i) => { if (v) bytes[i >> 3] |= 128 >> (i & 7); }); return btoa(String.fromCharCode(...bytes)); });
  try { localStorage.setItem(KEY, JSON.stringify(bits)); } catch { /* a private window: the set lives as long as the page */ }
}
function recall() {
  try {
    const bits = JSON.parse(localStorage.getItem(KEY) || '[]');
    return (Array.isArray(bits) ? bits : []).slice(0, MOST).map((words) => { const bytes = Uint8Array.from(atob(words), (c) => c.charCodeAt(0)); return { x: Uint8Array.from({ length: PIXELS }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1), log_prob: null }; });
  } catch { return []; }
}
async function rateMine() { // weights may have changed since the drawings were kept
  if (!mine.length) return;
  const bytes = new Uint8Array(mine.length * PIXELS);
  mine.forEach((one, k) => bytes.set(one.x, k * PIXELS));
  let words = '';
  for (const byte of bytes) words += String.fromCharCode(byte);
  const asked = [...mine], found = playground.check(await server.rate({ shape: [mine.length, SIDE, SIDE], dtype: 'uint8', data: btoa(words) }));
  if (!found) return;
  asked.forEach((one, k) => { one.log_prob = Object.fromEntries(Object.entries(found).map(([id, values]) => [id, values[k]])); });
  show();
}
function add() {
  if (!drawing) { playground.toast(t('error.empty_drawing'), 'warn'); return; }
  if (mine.length >= MOST) { playground.toast(t('anomaly.full', { most: MOST }), 'warn'); return; }
  mine.push({ x: Uint8Array.from(drawing.x), log_prob: { ...drawing.log_prob } });
  keep();
  choose({ set: MINE });
}

// ---- state -----------------------------------------------------------------------------------------------------------------------
// The slider runs along the axis for the first rule, and against the distance for the second: in both the cut rises.
const toStep = (cut) => 1 - warp(cut) / axis.low;
const fromStep = (step) => Math.min(-1e-3, unwarp(axis.low * (1 - step)));
function setThreshold(cut) {
  state.threshold = clamp(Number(cut.toPrecision(6)), -20000, -1e-3);
  playground.link.set('anomaly', { threshold: state.threshold });
  refresh();
}
async function choose(values) {
  const moved = values.model !== undefined && values.model !== state.model, turned = values.rule !== undefined && values.rule !== state.rule;
  Object.assign(state, values);
  if (moved || turned) state.threshold = 0; // nats mean something else there
  playground.link.set('anomaly', { set: state.set, threshold: state.threshold, ...(moved ? { model: state.model } : {}) });
  if (moved) pressRadio();
  await fetchSets(state.model);
  show();
}
function pressRadio() { // the knob in the controls follows a click into the table
  const radio = document.querySelector(`#pg-anomaly .pg-controls input[type=radio][value="${state.model}"]`);
  if (radio && !radio.checked) radio.click();
}
async function fetchSets(model) {
  if (cache.has(model)) return;
  const found = playground.check(await server.sets_of(model));
  if (!found) { failed = t('anomaly.no_scores', { model: nameOf(model) }); return; }
  cache.set(model, Object.fromEntries(Object.entries(found.sets).map(([name, packed]) => [name, playground.unpack(packed)])));
}
function refresh() { if (!ready()) { histView.draw(); return; } histView.draw(); showCounts(); rocView.draw(); root.dataset.threshold = String(limit()); }
function show() {
  if (state.set === MINE && !mine.length && models) state.set = 'letters';
  refresh(); showMine();
  if (models) showTable();
  root.dataset.set = state.set; root.dataset.rule = state.rule; root.dataset.model = state.model;
}

// ---- pointing ----------------------------------------------------------------------------------------------------------------------
const histView = playground.canvas(find('.pg-anomaly-hist-box'), drawHist), rocView = playground.canvas(find('.pg-anomaly-roc'), drawRoc);
let dragging = null;
function local(event, node) { const at = node.getBoundingClientRect(); return [event.clientX - at.left, event.clientY - at.top]; }
function drag(event) {
  const [x] = local(event, histView.canvas), v = toValue(x);
  setThreshold(state.rule === 'low' ? v : -Math.abs(v - mean(scoresOf(NORMAL))));
}
histView.canvas.addEventListener('pointerdown', (event) => {
  if (!ready() || event.button > 0) return;
  const [x, y] = local(event, histView.canvas), row = rows.find((one) => y >= one.y && y < one.y + one.h);
  const near = edges(limit(), mean(scoresOf(NORMAL))).some((v) => Math.abs(toX(v) - x) < px(22));
  if (!near && row && row.name !== NORMAL && (x < axis.x || x > axis.x + axis.w || event.pointerType === 'touch')) { choose({ set: row.name }); return; }
  if (event.pointerType === 'touch' && !near) return; // a finger scrolls the page unless it holds the line
  event.preventDefault();
  dragging = event.pointerId;
  histView.canvas.setPointerCapture(dragging);
  drag(event);
});
histView.canvas.addEventListener('pointermove', (event) => { if (event.pointerId === dragging) drag(event); });
for (const name of ['pointerup', 'pointercancel']) histView.canvas.addEventListener(name, (event) => { if (event.pointerId === dragging) dragging = null; });
histView.canvas.addEventListener('touchstart', (event) => { // before the browser takes the gesture for scrolling
  if (!ready()) return;
  const [x] = local(event.touches[0], histView.canvas);
  if (edges(limit(), mean(scoresOf(NORMAL))).some((v) => Math.abs(toX(v) - x) < px(22))) event.preventDefault();
}, { passive: false });
rocView.canvas.addEventListener('pointerdown', (event) => { // a point on the curve: so many false alarms
  if (!ready() || !rocBox) return;
  const [x] = local(event, rocView.canvas), digits = ruled(scoresOf(NORMAL)), share = clamp((x - rocBox.x) / rocBox.side, 0, 1);
  setThreshold(share >= 1 ? digits[digits.length - 1] + 0.1 : digits[Math.floor(share * digits.length)]);
});
slider.max = String(STEPS);
slider.addEventListener('input', () => setThreshold(fromStep(Number(slider.value) / STEPS)));
const shift = (nats) => () => setThreshold(limit() + nats);
const along = (by) => () => { const names = order().slice(1); choose({ set: names[(names.indexOf(state.set) + by + names.length) % names.length] }); };
playground.keys(histBox, { left: shift(-1), right: shift(1), 'shift+left': shift(-20), 'shift+right': shift(20), up: along(-1), down: along(1), r: () => { state.threshold = 0; playground.link.set('anomaly', { threshold: 0 }); show(); } });
find('[data-act="add"]').addEventListener('click', add);
find('[data-act="clear"]').addEventListener('click', () => { mine = []; keep(); show(); });
root.addEventListener('add', add);
root.addEventListener('knobs', (event) => { const changed = Object.entries(event.detail).filter(([name, v]) => v !== state[name]); if (changed.length) choose(Object.fromEntries(changed)); });

// ---- value --------------------------------------------------------------------------------------------------------------------------
async function open() {
  mine = recall();
  const found = playground.check(await server.overview());
  if (!found) { failed = t('page.offline'); histView.draw(); return; }
  models = Object.fromEntries(Object.entries(found.models).map(([id, one]) => [id, { ...one, digitScores: playground.unpack(one.digits) }]));
  examples = Object.fromEntries(Object.entries(found.examples).map(([name, packed]) => [name, playground.unpack(packed)]));
  if (!models[state.model] && Object.keys(models).length) state.model = Object.keys(models)[0];
  await fetchSets(state.model);
  show();
  root.dataset.ready = '1';
  await rateMine();
}
function load() {
  if (!props.value) return;
  const one = props.value.drawing;
  drawing = one ? { x: playground.unpack(one.x), log_prob: one.log_prob } : null;
  show();
  histView.canvas.dataset.seq = props.value.seq; root.dataset.seq = props.value.seq;
}
playground.translate(root);
playground.onLang(show);
playground.onTheme(show);
watch('value', load); load();
open();
