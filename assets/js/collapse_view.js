// Posterior collapse: four trainings on one clock. The recording comes whole; playing, stepping and scrubbing happen here. The clock counts
// moments of the film, close together at first and where beta jumps; between two of them the codes move in a straight line.
const root = element.querySelector('.pg-collapse');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const { t, color, px, font, clamp } = playground;
const linked = playground.link.get('collapse');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const state = { step: 0, playing: false, hover: null, view: linked.view, fourth: linked.fourth, sample: linked.sample };
const COLOURS = { autoencoder: 0, kl_only: 2, vae: 7, fourth: 1 }, DASH = { autoencoder: [], kl_only: [3, 4], vae: [10, 5], fourth: [] };
const SMALLEST = 3.3, GLIDE = 9; // half the side of a plane at least; how fast the picture follows the clock, per second
let film = null, failed = '', shown = 0, gliding = false, noise = null, seq = 0;

// ---- the recording --------------------------------------------------------------------------------------------------------------------
const panels = [...root.querySelectorAll('.pg-collapse-panel')].map((node) => {
  const boxes = ['plane', 'bars', 'strip'].map((name) => node.querySelector(`.pg-collapse-${name}`));
  const one = { id: node.dataset.run, root: node };
  [one.plane, one.bars, one.strip] = boxes.map((box, k) => playground.canvas(box, (g, w, h) => [drawPlane, drawBars, drawStrip][k](one, g, w, h)));
  return one;
});
const runOf = (panel) => film.runs[panel.id === 'fourth' ? state.fourth : panel.id];

async function readRun(json) {
  const [mu, logvar, x_hat] = await Promise.all([unfold(json.mu), json.logvar ? unfold(json.logvar) : null, unfold(json.x_hat)]);
  const codes = mu.map((frame, m) => Float32Array.from(frame, (v) => (v * 2 / 1023 - 1) * json.extent[m]));
  const sigma = logvar && logvar.map((frame) => Float32Array.from(frame, (v) => Math.exp(0.5 * (-12 + (12 + json.logvar_high) * v / 255))));
  return { ...json, mu: codes, sigma, x_hat };
}
async function open() {
  const json = playground.check(await server.recording());
  if (!json) { failed = t('collapse.missing'); drawAll(); return; }
  const ids = Object.keys(json.runs), runs = await Promise.all(ids.map((id) => readRun(json.runs[id])));
  film = { ...json, x: await pictures(json.x), runs: Object.fromEntries(ids.map((id, k) => [id, runs[k]])) };
  noise = gaussians(2 * film.labels.length);
  state.step = shown = linked.step < 0 ? (still.matches ? last() : 0) : Math.min(linked.step, last());
  classes(); turn(); settle();
  root.dataset.ready = '1';
  if (linked.step < 0 && !still.matches && state.view === 'film') bar.play();
}
async function pictures(packed) { // differences from picture to picture, added up by `unfold`
  const all = await unfold(packed), whole = new Uint8Array(all.length * all[0].length);
  all.forEach((one, k) => whole.set(one, k * one.length));
  return whole;
}
function gaussians(n) { // the same every time: a small generator of its own, Box and Muller
  let a = 20080613;
  const uniform = () => { a = (a + 0x6D2B79F5) | 0; let v = Math.imul(a ^ (a >>> 15), 1 | a); v = (v + Math.imul(v ^ (v >>> 7), 61 | v)) ^ v; return (((v ^ (v >>> 14)) >>> 0) + 0.5) / 4294967296; };
  return Float32Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
const last = () => (film ? film.steps.length - 1 : 0);
const around = () => { const m = clamp(Math.floor(shown), 0, last()), next = Math.min(m + 1, last()); return [m, next, next === m ? 0 : shown - m]; };
const mix = (values, [m, next, share]) => values[m] + (values[next] - values[m]) * share;
const now = () => clamp(Math.round(shown), 0, last());

// ---- the planes --------------------------------------------------------------------------------------------------------------------------
function words(g, text, width, height, tone = 'muted') {
  g.font = font(px(16), 600); g.fillStyle = color(tone); g.textAlign = 'center'; g.textBaseline = 'middle';
  g.fillText(text, width / 2, height / 2, width - 16);
}
function reach(run, at) { // half the side of the plane: the codes fit in it, and the prior does
  const wide = (m) => Math.log(Math.max(SMALLEST, 1.06 * run.extent[m]));
  return Math.exp(wide(at[0]) + (wide(at[1]) - wide(at[0])) * at[2]);
}
function codesOf(run, at) {
  const [m, next, share] = at, a = run.mu[m], b = run.mu[next], out = new Float32Array(a.length);
  const sigma = state.sample === 'z' && run.sigma ? [run.sigma[m], run.sigma[next]] : null;
  for (let i = 0; i < a.length; i++) {
    out[i] = a[i] + (b[i] - a[i]) * share;
    if (sigma) out[i] += (sigma[0][i] + (sigma[1][i] - sigma[0][i]) * share) * noise[i];
  }
  return out;
}
function drawPlane(panel, g, width, height) {
  if (!film) { words(g, failed || t('page.loading'), width, height); return; }
  const run = runOf(panel), at = around(), half = reach(run, at), size = Math.min(width, height), X = (v) => (v / half + 1) * size / 2, Y = (v) => (1 - v / half) * size / 2;
  g.strokeStyle = color('line'); g.lineWidth = 1;
  g.beginPath(); g.moveTo(X(0), 0); g.lineTo(X(0), size); g.moveTo(0, Y(0)); g.lineTo(size, Y(0)); g.stroke();
  const z = codesOf(run, at), r = Math.max(1.8, size / 150);
  for (let digit = 0; digit < 10; digit++) {
    g.beginPath();
    for (let i = 0; i < film.labels.length; i++) if (film.labels[i] === digit) { const x = X(z[2 * i]), y = Y(z[2 * i + 1]); g.moveTo(x + r, y); g.arc(x, y, r, 0, 7); }
    g.fillStyle = playground.classColor(digit); g.globalAlpha = 0.85; g.fill(); g.globalAlpha = 1;
  }
  g.setLineDash([6, 5]); g.lineWidth = 1.6; g.strokeStyle = color('ink'); g.globalAlpha = 0.75;
  for (const radius of [1, 2]) { g.beginPath(); g.arc(X(0), Y(0), Math.max(1, radius / half * size / 2), 0, 7); g.stroke(); }
  g.setLineDash([]); g.globalAlpha = 1;
  tag(g, `±${half < 10 ? half.toFixed(1) : Math.round(half)}`, size - px(8), size - px(8), 'right', 'bottom');
  panel.root.dataset.reach = half.toFixed(3);
}
function tag(g, text, x, y, align, baseline) {
  g.font = font(px(16), 600); g.textAlign = align; g.textBaseline = baseline;
  g.lineWidth = 5; g.lineJoin = 'round'; g.strokeStyle = color('bg'); g.strokeText(text, x, y);
  g.fillStyle = color('ink'); g.fillText(text, x, y);
}

// ---- KL per dimension ----------------------------------------------------------------------------------------------------------------------
const MOST_KL = 5;
function drawBars(panel, g, width, height) {
  if (!film) return;
  const run = runOf(panel), at = around(), tall = height / 2, left = px(62), right = px(74), wide = width - left - right;
  g.textBaseline = 'middle'; g.font = font(px(16), 600);
  for (const d of [0, 1]) {
    const y = tall * (d + 0.5), v = Math.max(0, mix(run.kl.map((row) => row[d]), at)), share = clamp(v / MOST_KL, 0, 1);
    g.textAlign = 'left'; g.fillStyle = color('muted'); g.fillText(`KL z${'₁₂'[d]}`, 0, y);
    g.fillStyle = color('line'); g.fillRect(left, y - tall * 0.3, wide, tall * 0.6);
    g.textAlign = 'right';
    if (!run.sigma) { g.fillStyle = color('muted'); g.fillText(t('collapse.no_kl'), width, y); continue; }
    g.fillStyle = playground.classColor(COLOURS[panel.id]); g.fillRect(left, y - tall * 0.3, Math.max(1, wide * share), tall * 0.6);
    g.fillStyle = color('ink'); g.fillText(v.toFixed(2), width, y);
  }
}

// ---- reconstructions -------------------------------------------------------------------------------------------------------------------------
const tile = document.createElement('canvas'); tile.width = tile.height = 28;
const pen = tile.getContext('2d');
function paintDigit(g, values, from, x, y, size) { // ink on paper, 31 is full
  const image = pen.createImageData(28, 28), [paper, ink] = playground.theme === 'dark' ? [[15, 18, 24], [242, 245, 250]] : [[255, 255, 255], [20, 24, 31]];
  for (let i = 0; i < 784; i++) { const v = values[from + i] / 31; for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c] + (ink[c] - paper[c]) * v; image.data[4 * i + 3] = 255; }
  pen.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(tile, x, y, size, size);
}
function drawStrip(panel, g, width, height) {
  if (!film) return;
  const run = runOf(panel), frame = run.x_hat[now()], n = film.kept.length, gap = 3, size = Math.min((width - gap * (n - 1)) / n, (height - gap) / 2);
  for (let k = 0; k < n; k++) {
    paintDigit(g, film.x, 784 * k, k * (size + gap), 0, size);
    paintDigit(g, frame, 784 * k, k * (size + gap), size + gap, size);
  }
}

// ---- curves -----------------------------------------------------------------------------------------------------------------------------------
const CHARTS = {
  reconstruction: { low: 120, high: 320, ticks: [120, 160, 200, 240, 280, 320], values: (run) => run.reconstruction },
  kl: { low: 0, high: 10, ticks: [0, 2, 4, 6, 8, 10], values: (run) => run.kl.map(([a, b]) => a + b) },
};
const charts = Object.fromEntries(Object.keys(CHARTS).map((name) => {
  const box = root.querySelector(`[data-chart="${name}"]`), chart = { frame: null };
  chart.view = playground.canvas(box, (g, w, h) => drawChart(name, chart, g, w, h));
  const scrub = (event) => { if (chart.frame) bar.go((event.clientX - box.getBoundingClientRect().left - chart.frame.left) / chart.frame.wide * last()); };
  box.addEventListener('pointerdown', (event) => { if (event.button === 0) { box.setPointerCapture(event.pointerId); scrub(event); } });
  box.addEventListener('pointermove', (event) => { if (box.hasPointerCapture(event.pointerId)) scrub(event); });
  return [name, chart];
}));
function drawChart(name, chart, g, width, height) {
  if (!film) return;
  const { low, high, ticks, values } = CHARTS[name], small = px(16), left = px(46), right = px(14), top = px(30), bottom = px(28), wide = width - left - right;
  const X = (m) => left + wide * m / last(), Y = (v) => top + (height - top - bottom) * (1 - clamp((v - low) / (high - low), 0, 1));
  chart.frame = { left, wide };
  g.font = font(small, 700); g.fillStyle = color('ink'); g.textAlign = 'left'; g.textBaseline = 'top';
  g.fillText(t(`collapse.axis_${name}`), 0, 0, width);
  g.font = font(small); g.fillStyle = color('muted'); g.strokeStyle = color('line'); g.lineWidth = 1; g.textAlign = 'right'; g.textBaseline = 'middle';
  for (const v of ticks) { g.beginPath(); g.moveTo(left, Y(v)); g.lineTo(left + wide, Y(v)); g.stroke(); if (ticks.indexOf(v) % 2 === 0) g.fillText(String(v), left - px(8), Y(v)); }
  g.textBaseline = 'alphabetic';
  let free = -Infinity;
  for (const [m, label] of marks()) {
    const half = g.measureText(label).width / 2, x = clamp(X(m), half, width - half);
    if (x - half < free) continue;
    g.textAlign = 'center'; g.fillText(label, x, height - px(4)); free = x + half + px(10);
  }
  if (name === 'reconstruction') level(g, film.independent, left, wide, Y, t('collapse.independent', { value: film.independent.toFixed(0) }), true);
  const above = panels.filter((panel) => values(runOf(panel)).every((v) => v > high));
  above.forEach((panel) => { g.font = font(px(16), 600); g.textAlign = 'right'; g.textBaseline = 'top'; g.fillStyle = playground.classColor(COLOURS[panel.id]); g.fillText(`${t(`collapse.name_${panel.id}`)}: ${values(runOf(panel))[now()].toFixed(0)} ↑`, left + wide, top + px(5)); });
  for (const alpha of [0.3, 1]) for (const panel of panels) curve(g, panel, values(runOf(panel)), X, Y, alpha);
  g.beginPath(); g.moveTo(X(shown), top); g.lineTo(X(shown), height - bottom); g.strokeStyle = color('ink'); g.lineWidth = 2; g.stroke();
}
function curve(g, panel, values, X, Y, alpha) {
  if (!runOf(panel).sigma && values.every((v) => v === 0)) return; // an autoencoder has no KL
  g.beginPath();
  values.forEach((v, m) => { if (m === 0) g.moveTo(X(m), Y(v)); else if (alpha < 1 || m <= shown + 1e-6) g.lineTo(X(m), Y(v)); });
  g.globalAlpha = alpha; g.strokeStyle = playground.classColor(COLOURS[panel.id]); g.lineWidth = px(2.6); g.setLineDash(DASH[panel.id]); g.lineJoin = 'round';
  g.stroke(); g.setLineDash([]); g.globalAlpha = 1;
}
function level(g, v, left, wide, Y, label, under) { // the label stands where no curve runs: under the line on the right, or over it on the left
  g.strokeStyle = color('bad'); g.lineWidth = 2; g.setLineDash([2, 5]);
  g.beginPath(); g.moveTo(left, Y(v)); g.lineTo(left + wide, Y(v)); g.stroke(); g.setLineDash([]);
  const [x, y] = under ? [left + wide, Y(v) + px(5)] : [left + px(4), Y(v) - px(5)];
  g.font = font(px(16), 600); g.textAlign = under ? 'right' : 'left'; g.textBaseline = under ? 'top' : 'bottom';
  g.lineWidth = 5; g.strokeStyle = color('panel'); g.strokeText(label, x, y); g.fillStyle = color('bad'); g.fillText(label, x, y);
}
function marks() { // [moment, label] of the axis: the first step, a hundred, whole epochs
  const wanted = [[0, '0'], [100, t('collapse.steps', { n: 100 })], ...[1, 2, 4, 5, 7, film.epochs].map((e) => [e * film.per_epoch, t('collapse.epoch', { n: e })])];
  return wanted.map(([step, label]) => [film.steps.indexOf(step), label]).filter(([m]) => m >= 0);
}

// ---- by beta ------------------------------------------------------------------------------------------------------------------------------------
const betaViews = ['beta_kl', 'beta_reconstruction'].map((name) => playground.canvas(root.querySelector(`[data-chart="${name}"]`), (g, w, h) => drawBeta(name, g, w, h)));
const rowsOf = () => [...film.betas.map((row) => ({ ...row, shipped: true })), ...film.short, { beta: film.beta, kl: film.runs.strong.kl[last()], reconstruction: film.runs.strong.reconstruction[last()] }];
function drawBeta(name, g, width, height) {
  if (!film) return;
  const rows = rowsOf(), kl = name === 'beta_kl', [low, high] = kl ? [0, 6] : [110, 220], left = px(52), right = px(22), top = px(38), bottom = px(58);
  const wide = width - left - right, [first, end] = [Math.log(rows[0].beta), Math.log(rows[rows.length - 1].beta)];
  const X = (beta) => left + wide * (0.03 + 0.94 * (Math.log(beta) - first) / (end - first)), Y = (v) => top + (height - top - bottom) * (1 - clamp((v - low) / (high - low), 0, 1));
  g.font = font(px(17), 700); g.fillStyle = color('ink'); g.textAlign = 'left'; g.textBaseline = 'top'; g.fillText(t(`collapse.${name}`), 0, 0, width);
  g.font = font(px(16)); g.fillStyle = color('muted'); g.strokeStyle = color('line'); g.lineWidth = 1;
  g.textAlign = 'right'; g.textBaseline = 'middle';
  for (let v = low; v <= high; v += kl ? 1 : 20) { g.beginPath(); g.moveTo(left, Y(v)); g.lineTo(left + wide, Y(v)); g.stroke(); g.fillText(String(v), left - px(8), Y(v)); }
  g.textAlign = 'center'; g.textBaseline = 'top';
  let free = -Infinity;
  for (const { beta } of rows) { const half = g.measureText(String(beta)).width / 2; if (X(beta) - half < free) continue; g.fillText(String(beta), X(beta), height - bottom + px(8)); free = X(beta) + half + px(6); }
  g.fillText('β', left + wide / 2, height - px(24));
  if (!kl) level(g, film.independent, left, wide, Y, t('collapse.independent', { value: film.independent.toFixed(0) }));
  const lines = kl ? [0, 1].map((d) => rows.map((row) => [...row.kl].sort((a, b) => b - a)[d])) : [rows.map((row) => row.reconstruction)];
  lines.forEach((values, d) => {
    g.beginPath(); values.forEach((v, k) => g[k ? 'lineTo' : 'moveTo'](X(rows[k].beta), Y(v)));
    g.strokeStyle = playground.classColor(kl ? (d ? 1 : 7) : 0); g.lineWidth = px(2.6); g.setLineDash(d ? [8, 5] : []); g.stroke(); g.setLineDash([]);
    values.forEach((v, k) => { g.beginPath(); g.arc(X(rows[k].beta), Y(v), px(5.5), 0, 7); g.fillStyle = rows[k].shipped ? g.strokeStyle : color('panel'); g.fill(); g.lineWidth = px(2.4); g.stroke(); });
  });
  if (kl) [t('collapse.larger'), t('collapse.smaller')].forEach((label, d) => { g.font = font(px(16), 600); g.textAlign = 'right'; g.textBaseline = 'top'; g.fillStyle = playground.classColor(d ? 1 : 7); g.fillText(`${d ? '╌' : '━'} ${label}`, left + wide, top + px(2) + d * px(24)); });
}
function betaTable() {
  const table = root.querySelector('.pg-collapse-scroll table'), rows = rowsOf();
  const cell = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const line = (head, value) => { const row = document.createElement('tr'); row.append(cell('th', head), ...rows.map((one) => cell('td', value(one)))); return row; };
  table.replaceChildren(
    line('β', (one) => `${one.beta}${one.shipped ? '' : ' ○'}`),
    line(t('collapse.larger'), (one) => Math.max(...one.kl).toFixed(2)),
    line(t('collapse.smaller'), (one) => Math.max(0, Math.min(...one.kl)).toFixed(2)),
    line(t('collapse.row_reconstruction'), (one) => one.reconstruction.toFixed(1)),
  );
  part('betas').textContent = t('collapse.betas_note', { short: film.short_epochs, long: film.epochs, beta: film.beta, value: film.independent.toFixed(1) });
}

// ---- the clock ------------------------------------------------------------------------------------------------------------------------------------
let seen = null;
function drawAll(all = true) { // the strips change at the moments only
  for (const panel of panels) { panel.plane.draw(); panel.bars.draw(); if (all || now() !== seen) panel.strip.draw(); }
  seen = now();
  for (const chart of Object.values(charts)) chart.view.draw();
}
function glide() {
  if (gliding) return;
  gliding = true;
  let before = performance.now();
  requestAnimationFrame(function tick(time) {
    if (!root.isConnected) { gliding = false; return; }
    const passed = Math.min(0.1, (time - before) / 1000), way = state.step - shown;
    before = time;
    const most = state.playing ? Number(part('speed').value) * passed * 1.02 : Infinity;
    shown = Math.abs(way) < 0.004 ? state.step : shown + clamp(way * (state.playing ? 1 : 1 - Math.exp(-GLIDE * passed)), -most, most);
    write(); drawAll(shown === state.step);
    if (shown === state.step && !state.playing) { gliding = false; return; }
    requestAnimationFrame(tick);
  });
}
function show() {
  if (!film) return;
  bar.paint();
  if (still.matches || Math.abs(state.step - shown) > 3) shown = state.step;
  if (shown !== state.step || state.playing) glide();
  write(); drawAll();
  for (const view of betaViews) view.draw();
  root.dataset.step = String(state.step); root.dataset.playing = String(state.playing); root.dataset.fourth = state.fourth;
  root.dataset.view = state.view; root.dataset.sample = state.sample; root.dataset.last = String(last()); root.dataset.seq = String(++seq);
}
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
function write() {
  const m = now(), step = film.steps[m], epoch = step / film.per_epoch;
  put(part('clock'), t('collapse.epoch', { n: epoch < 0.1 ? epoch.toFixed(2) : epoch.toFixed(1) }));
  put(part('steps'), t('collapse.clock_steps', { n: step.toLocaleString(playground.lang) }));
  const high = state.fourth === 'strong' || step > film.steps[last()] / 2;
  put(part('beta'), t(high ? 'collapse.beta_high' : 'collapse.beta_low', { beta: film.beta }));
  part('beta').classList.toggle('pg-collapse-high', high);
  for (const panel of panels) {
    const run = runOf(panel), kl = Math.max(0, run.kl[m][0] + run.kl[m][1]), name = t(`collapse.name_${panel.id === 'fourth' ? state.fourth : panel.id}`, { beta: film.beta });
    put(panel.root.querySelector('[data-part="name"]'), name);
    const said = t(run.sigma ? 'collapse.panel' : 'collapse.panel_point', { name, reconstruction: run.reconstruction[m].toFixed(1), kl: kl.toFixed(2) });
    if (panel.said !== said) { panel.said = said; panel.plane.canvas.setAttribute('aria-label', said); }
    put(panel.root.querySelector('[data-part="nats"]'), t('collapse.nats', { value: run.reconstruction[m].toFixed(run.reconstruction[m] < 1000 ? 1 : 0) }));
  }
}
function settle() {
  if (!film) return;
  playground.link.set('collapse', { step: state.step });
  const m = state.step, fourth = film.runs[state.fourth];
  part('said').textContent = t('collapse.said', { epoch: (film.steps[m] / film.per_epoch).toFixed(1), a: Math.max(0, fourth.kl[m][0]).toFixed(2), b: Math.max(0, fourth.kl[m][1]).toFixed(2), reconstruction: fourth.reconstruction[m].toFixed(1) });
}
function classes() {
  const box = part('classes');
  box.replaceChildren(...Array.from({ length: 10 }, (_, k) => { const chip = document.createElement('span'); chip.textContent = String(k); chip.style.setProperty('--pg-chip', `var(--pg-class-${k})`); return chip; }));
}
function turn() {
  const beta = state.view === 'beta';
  root.querySelector('.pg-collapse-film').hidden = beta;
  root.querySelector('.pg-collapse-betas').hidden = !beta;
  part('said').hidden = beta;
  if (beta && state.playing) bar.pause();
  if (film && beta) betaTable();
  show();
  drawAll(); for (const view of betaViews) view.draw();
}

// ---- start --------------------------------------------------------------------------------------------------------------------------------------------
for (const panel of panels) panel.root.style.setProperty('--pg-run', `var(--pg-class-${COLOURS[panel.id]})`);
playground.translate(root);
const bar = playground.player(root, { stage: 'collapse', state, first: () => 0, last, ready: () => Boolean(film), show, settle });
root.addEventListener('knobs', (event) => { Object.assign(state, event.detail); turn(); });
playground.onLang(() => { if (film) { write(); settle(); if (state.view === 'beta') betaTable(); } });
turn();
open().catch((error) => { failed = t('collapse.missing'); console.warn(error); drawAll(); });
