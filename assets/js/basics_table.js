// The joint table of at most nine pixels, and the nearest q of each kind in KL(p || q); `inference.basics.fit` finds the same in Python.
// Bit i of a picture's index is its pixel i in raster order. Everything is computed here.
const SHAPES = @SHAPES@, JOINTS = @JOINTS@, FITS = @FITS@, RIDGE = @RIDGE@;
const stage = element.closest('#pg-basics'), root = element.querySelector('.pg-basics-joint');
const { t, color, font, px, clamp } = playground;
const find = (selector) => root.querySelector(selector);
const state = () => playground.link.get('basics');
const PARTS = 1e5, MOST = JSON.parse(document.getElementById('pg-config').textContent).links.basics.edits.high; // of a link
let p = null, key = '', fits = {}, hover = -1, drag = null, cells = null, seq = 0, edits = new Map(), written = '', warned = false;

// ---- the joint ---------------------------------------------------------------------------------------------------------------
function preset({ shape, joint }) {
  const [rows, columns] = SHAPES[shape], table = new Float64Array(2 ** (rows * columns));
  for (const [index, value] of JOINTS[shape][joint]) table[index] = value;
  return table;
}
function assign() { // the edited entries as they are; the others share the rest in the proportions of the built-in table
  const base = preset(state()), open = base.length - edits.size;
  let given = 0, rest = 0;
  for (const value of edits.values()) given += value;
  base.forEach((value, i) => { if (!edits.has(i)) rest += value; });
  p = base.map((value, i) => edits.get(i) ?? (rest > 1e-12 ? (value * (1 - given)) / rest : (1 - given) / open));
}
function edit(index, value) { // one entry gets a probability, all others make room
  value = Math.round(clamp(value, 0, 1) * 1e4) / 1e4;
  if (value === p[index]) return;
  const rest = 1 - p[index], others = [...edits.keys()].filter((i) => i !== index);
  for (const i of others) edits.set(i, rest > 1e-12 ? (edits.get(i) * (1 - value)) / rest : others.length === p.length - 1 ? (1 - value) / others.length : edits.get(i));
  edits.delete(index);
  edits.set(index, value); // the last one edited stands last
  assign();
  write();
  solve();
}
const chosen = () => [...edits.keys()].at(-1) ?? -1;

// The link holds every edited entry: 15-25000_3-0 are p(15) = 0.25 and p(3) = 0.
function write() {
  const words = [...edits].map(([index, value]) => `${index}-${Math.round(value * PARTS)}`);
  const fits = (list) => list.join('_').length <= MOST;
  if (!fits(words) && !warned) { warned = true; playground.toast(t('basics.table.link_long'), 'warn'); }
  while (!fits(words)) words.shift();
  written = words.join('_');
  playground.link.set('basics', { edits: written });
}
function read(words) {
  const found = new Map(), pairs = words ? words.split('_') : [];
  const good = pairs.every((pair) => {
    const [, index, parts] = /^(\d{1,3})-(\d{1,6})$/.exec(pair) || [];
    if (index === undefined || Number(index) >= p.length || found.has(Number(index))) return false;
    found.set(Number(index), parts / PARTS);
    return true;
  });
  const sum = [...found.values()].reduce((a, v) => a + v, 0), full = found.size === p.length;
  if (!good || sum > 1.01 || (full && sum < 0.99)) {
    playground.toast(t('basics.table.bad_link'), 'warn');
    playground.link.set('basics', { edits: '' });
    return new Map();
  }
  if (sum > 1 || full) found.forEach((value, index) => found.set(index, value / sum)); // rounded in the link
  return found;
}

// ---- the nearest q of each kind ------------------------------------------------------------------------------------------------
function order({ shape, order: by }) { // places of the pixels along the chain
  const [rows, columns] = SHAPES[shape];
  return Array.from({ length: rows * columns }, (_, i) => (by === 'raster' ? i : (i % rows) * columns + Math.floor(i / rows)));
}
function fit(kind, s) {
  const places = order(s), n = places.length, reach = { chain: n, independent: 0, markov: 1, fvsbn: n }[kind] ?? s.past;
  const q = new Float64Array(p.length).fill(1), logistic = kind === 'ar_logistic' || kind === 'fvsbn';
  let parameters = 0;
  for (let i = 0; i < n; i++) {
    const before = places.slice(Math.max(0, i - reach), i);
    (logistic ? regress : count)(q, places[i], before);
    parameters += logistic ? 1 + before.length : 2 ** before.length;
  }
  let kl = 0, leak = 0, kept = 0, shown = 0;
  for (let x = 0; x < p.length; x++) {
    if (p[x] > 0) { kl += p[x] * Math.log(p[x] / q[x]); shown++; if (Math.abs(q[x] - p[x]) <= 0.01 * p[x]) kept++; } else leak += q[x];
  }
  return { q, kl: Math.max(0, kl), parameters, leak, kept, shown };
}
function count(q, place, before) { // q(x_i | before) as a table: what p itself says
  const total = new Float64Array(2 ** before.length), white = new Float64Array(2 ** before.length);
  const context = (x) => before.reduce((c, b, k) => c | ((x >> b) & 1) << k, 0);
  for (let x = 0; x < p.length; x++) { const c = context(x); total[c] += p[x]; if ((x >> place) & 1) white[c] += p[x]; }
  for (let x = 0; x < p.length; x++) { const c = context(x), one = total[c] > 0 ? white[c] / total[c] : 0.5; q[x] *= (x >> place) & 1 ? one : 1 - one; }
}
function regress(q, place, before) { // q(x_i | before) as a logistic regression, by Newton's method over the contexts
  const r = before.length, m = r + 1, size = 2 ** r, total = new Float64Array(size), white = new Float64Array(size);
  const context = (x) => before.reduce((c, b, k) => c | ((x >> b) & 1) << k, 0);
  for (let x = 0; x < p.length; x++) { const c = context(x); total[c] += p[x]; if ((x >> place) & 1) white[c] += p[x]; }
  let theta = new Float64Array(m);
  const chance = (c) => { let a = theta[0]; for (let k = 0; k < r; k++) if ((c >> k) & 1) a += theta[k + 1]; return 1 / (1 + Math.exp(-a)); };
  for (let turn = 0; turn < 60; turn++) {
    const gradient = Float64Array.from(theta, (v) => -RIDGE * v), hessian = Array.from({ length: m }, (_, i) => { const line = new Float64Array(m); line[i] = RIDGE; return line; });
    for (let c = 0; c < size; c++) {
      if (!total[c]) continue;
      const one = chance(c), slope = white[c] - total[c] * one, curve = total[c] * one * (1 - one), on = [0];
      for (let k = 0; k < r; k++) if ((c >> k) & 1) on.push(k + 1);
      for (const i of on) { gradient[i] += slope; for (const j of on) hessian[i][j] += curve; }
    }
    const step = solveLinear(hessian, gradient), largest = Math.max(...step.map(Math.abs)), scale = Math.min(1, 4 / Math.max(largest, 1e-12));
    theta = theta.map((v, i) => v + scale * step[i]);
    if (largest < 1e-9) break;
  }
  const known = Float64Array.from({ length: size }, (_, c) => chance(c));
  for (let x = 0; x < p.length; x++) { const one = known[context(x)]; q[x] *= (x >> place) & 1 ? one : 1 - one; }
}
function solveLinear(A, b) { // a symmetric positive definite system, by Cholesky's method
  const m = b.length, L = A.map(() => new Float64Array(m)), y = new Float64Array(m), x = new Float64Array(m);
  for (let i = 0; i < m; i++) for (let j = 0; j <= i; j++) {
    let sum = A[i][j];
    for (let k = 0; k < j; k++) sum -= L[i][k] * L[j][k];
    L[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / L[j][j];
  }
  for (let i = 0; i < m; i++) { let sum = b[i]; for (let k = 0; k < i; k++) sum -= L[i][k] * y[k]; y[i] = sum / L[i][i]; }
  for (let i = m - 1; i >= 0; i--) { let sum = y[i]; for (let k = i + 1; k < m; k++) sum -= L[k][i] * x[k]; x[i] = sum / L[i][i]; }
  return x;
}

// ---- showing -------------------------------------------------------------------------------------------------------------------
const nats = (v) => v.toFixed(2);
const percent = (v) => `${v > 0 && v < 0.001 ? '< 0.1' : (100 * v).toFixed(v < 0.0995 ? 1 : 0)} %`;

function solve() {
  const s = state();
  fits = Object.fromEntries(FITS.map((kind) => [kind, fit(kind, s)]));
  for (const button of stage.querySelectorAll('[data-of="fit"]')) {
    const found = fits[button.dataset.choice];
    button.querySelector('small').textContent = t('basics.table.button', { parameters: found.parameters, kl: nats(found.kl) });
  }
  const found = fits[s.fit], all = p.length - 1;
  find('.pg-basics-verdict').textContent = t(found.kl < 5e-3 ? 'basics.table.exact' : 'basics.table.lossy', { name: t(`basics.fit.${s.fit}`), parameters: found.parameters, all, kl: nats(found.kl), leak: percent(found.leak), kept: found.kept, shown: found.shown });
  Object.assign(root.dataset, { kl: String(found.kl), parameters: String(found.parameters), leak: String(found.leak), kept: String(found.kept) });
  for (const strip of strips) strip.draw();
  table.draw();
  say();
  root.dataset.edited = String(edits.size);
  root.dataset.seq = String(++seq);
}

function paint() {
  const s = state();
  if (s.section !== 'table') return;
  const wanted = `${s.shape},${s.joint}`;
  if (key !== wanted || s.edits !== written) {
    p = preset(s); key = wanted; hover = -1;
    edits = read(s.edits); written = state().edits;
    assign();
  }
  solve();
}

function draw(g, index, x, y, size) { // one little picture: ink on paper
  const [rows, columns] = SHAPES[state().shape], unit = size / Math.max(rows, columns), left = x + (size - unit * columns) / 2, top = y + (size - unit * rows) / 2;
  g.fillStyle = color('panel'); g.fillRect(left, top, unit * columns, unit * rows);
  g.fillStyle = color('ink');
  for (let i = 0; i < rows * columns; i++) if ((index >> i) & 1) g.fillRect(left + (i % columns) * unit, top + Math.floor(i / columns) * unit, unit + 0.3, unit + 0.3);
  g.strokeStyle = color('muted'); g.lineWidth = 1; g.strokeRect(left + 0.5, top + 0.5, unit * columns - 1, unit * rows - 1);
}

const ranked = (table, n) => Array.from(table.keys()).filter((i) => table[i] > 0).sort((a, b) => table[b] - table[a] || a - b).slice(0, n);
const strips = ['p', 'q'].map((name) => playground.canvas(find(`[data-strip="${name}"]`), (g, width, height) => {
  if (!p) return;
  const values = name === 'p' ? p : fits[state().fit].q, size = Math.min(height - px(26), px(64)), gap = px(16), n = Math.max(1, Math.floor((width + gap) / (size + gap)));
  g.font = font(px(16), 600); g.textAlign = 'center'; g.textBaseline = 'top';
  ranked(values, n).forEach((index, k) => {
    const x = k * (size + gap), miss = name === 'q' && !(p[index] > 0);
    draw(g, index, x, 0, size);
    if (miss) { g.strokeStyle = color('bad'); g.lineWidth = 3; g.strokeRect(x + 1.5, 1.5, size - 3, size - 3); }
    g.fillStyle = miss ? color('bad') : color(name === 'p' ? 'data' : 'generated');
    g.fillText(percent(values[index]).replace(' ', '\u2009'), x + size / 2, size + px(5));
  });
}));

function layout(width, height) { // the largest pictures that fit
  const n = p.length, bars = px(10), gap = px(5);
  let best = { size: 0, columns: 1 };
  for (let columns = 1; columns <= n; columns++) {
    const size = Math.min(width / columns - gap, height / Math.ceil(n / columns) - bars - gap, px(96));
    if (size > best.size) best = { size, columns };
  }
  const { size, columns } = best, pitch = Math.min(width / columns, size + px(28)), line = size + bars + gap;
  return { size, columns, pitch, line, left: (width - pitch * columns) / 2 };
}
const table = playground.canvas(find('.pg-basics-all'), (g, width, height) => {
  if (!p) return;
  cells = layout(width, height);
  root.dataset.cells = JSON.stringify(cells);
  const q = fits[state().fit].q, last = chosen();
  let top = 0;
  for (let i = 0; i < p.length; i++) top = Math.max(top, p[i], q[i]);
  for (let i = 0; i < p.length; i++) {
    const x = cells.left + (i % cells.columns) * cells.pitch + (cells.pitch - cells.size) / 2, y = Math.floor(i / cells.columns) * cells.line + 2;
    g.globalAlpha = i === hover ? 1 : 0.3 + 0.7 * (Math.max(p[i], q[i]) / top) ** 0.35;
    draw(g, i, x, y, cells.size);
    for (const [k, value, name] of [[0, p[i], 'data'], [1, q[i], 'generated']]) {
      if (!(value > 1e-6)) continue;
      g.fillStyle = color(name);
      g.fillRect(x, y + cells.size + 2 + k * px(4.5), Math.max(1.5, cells.size * value / top), px(3.5));
    }
    g.globalAlpha = 1;
    if (i === last || i === hover) { g.strokeStyle = color(i === hover ? 'accent-2' : 'accent'); g.lineWidth = 3; g.strokeRect(x - 2, y - 2, cells.size + 4, cells.size + px(11) + 2); }
  }
});
function at(event) {
  const box = table.canvas.getBoundingClientRect(), column = Math.floor((event.clientX - box.left - cells.left) / cells.pitch), row = Math.floor((event.clientY - box.top) / cells.line), index = row * cells.columns + column;
  return column >= 0 && column < cells.columns && index >= 0 && index < p.length ? index : -1;
}
function say() {
  const index = hover >= 0 ? hover : chosen();
  const bits = (i) => order({ shape: state().shape, order: 'raster' }).map((k) => (i >> k) & 1).join('');
  find('.pg-basics-legend output').textContent = index < 0 || index >= p.length ? '' : t('basics.table.entry', { bits: bits(index), p: percent(p[index]), q: percent(fits[state().fit].q[index]) });
}

const area = find('.pg-basics-all');
const toggle = (index) => edit(index, p[index] > 0 ? 0 : Math.max(...p));
area.addEventListener('pointerdown', (event) => {
  const index = at(event);
  if (index < 0) return;
  area.focus({ preventScroll: true });
  drag = { index, from: p[index], y: event.clientY, moved: false, scale: Math.max(0.1, 2 * Math.max(...p)) };
  if (event.pointerType !== 'touch') area.setPointerCapture(event.pointerId);
});
area.addEventListener('pointermove', (event) => {
  if (drag && (drag.moved || Math.abs(event.clientY - drag.y) > 5)) {
    drag.moved = true;
    edit(drag.index, drag.from + drag.scale * (drag.y - event.clientY) / 240);
  }
  const index = drag ? drag.index : at(event);
  if (index !== hover) { hover = index; table.later(); say(); }
});
area.addEventListener('pointerup', () => { if (drag && !drag.moved) toggle(drag.index); drag = null; });
area.addEventListener('pointercancel', () => { drag = null; });
area.addEventListener('pointerleave', () => { if (!drag) { hover = -1; table.later(); say(); } });
const move = (by) => () => { hover = clamp((hover < 0 ? Math.max(0, chosen()) : hover) + by(), 0, p.length - 1); table.later(); say(); };
const nudge = (by) => () => { const index = hover >= 0 ? hover : chosen(); if (index >= 0) edit(index, p[index] + by); };
playground.keys(area, {
  left: move(() => -1), right: move(() => 1), up: move(() => -cells.columns), down: move(() => cells.columns),
  space: () => { if (hover >= 0) toggle(hover); }, enter: () => { if (hover >= 0) toggle(hover); },
  '+': nudge(0.01), '=': nudge(0.01), '-': nudge(-0.01), r: () => { playground.link.set('basics', { edits: '' }); stage.dispatchEvent(new CustomEvent('knobs')); },
});

stage.addEventListener('knobs', paint);
playground.onLang(() => { if (p) solve(); });
playground.translate(root);
paint();
