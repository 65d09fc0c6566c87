// z = mu + sigma eps, drawn as two graphs: in one z is drawn at random and the gradient stops there, in the other the chance is an
// input and the gradient goes through. Below, how noisy each way to the gradient of E[f(z)] is, and what that does to a descent.
// f and f' come as one table per objective; the numbers of the histograms, of the table and of the descents come from Python.
const STEPS = @STEPS@;
const STAGE = 'reparam', HOLD = 5, END = 7, SECONDS = 1.1, BEAT = 70, EDGE = 8, WALL = 4;
const root = element.querySelector('.pg-reparam'), find = (name) => root.querySelector(name), part = (name) => find(`[data-part="${name}"]`);
const epsNode = find('.pg-reparam-eps input'), playButton = find('[data-act="play"]'), descendButton = find('[data-act="descend"]'), stepNode = part('step');
const { t, color, font, px, clamp } = playground;

let state = playground.link.get(STAGE);
let table = null;                       // {objective, f, df}: at equal steps on [-8, 8]
let found = null;                       // server.gradients()
let fall = null;                        // {path, rate, runs}
let eps = state.eps, phase = HOLD, playing = false, then = 0, at = 0, falling = 0, seq = 0, failed = '';

// ---- numbers -------------------------------------------------------------------------------------------------------------------
function f(z) { // value and slope, by the cubic between two points of the table
  const n = table.f.length - 1, h = 2 * EDGE / n, inside = clamp(z, -EDGE, EDGE), u = (inside + EDGE) / h, k = Math.min(n - 1, Math.floor(u)), s = u - k;
  const [f0, f1, d0, d1] = [table.f[k], table.f[k + 1], h * table.df[k], h * table.df[k + 1]], rise = f1 - f0, b = 3 * rise - 2 * d0 - d1, c = d0 + d1 - 2 * rise;
  const slope = (d0 + s * (2 * b + 3 * c * s)) / h;
  return [f0 + s * (d0 + s * (b + s * c)) + slope * (z - inside), slope];
}
const minus = (words) => String(words).replace('-', '−');
function short(v) { const a = Math.abs(v); return minus(a >= 1000 ? Math.round(v) : a >= 100 ? v.toFixed(1) : a >= 0.095 || v === 0 ? v.toFixed(2) : v.toFixed(3)); }
function times(v) { return v >= 100 ? Math.round(v).toLocaleString('en-US') : v >= 10 ? v.toFixed(0) : v.toFixed(v < 0.1 ? 3 : v < 1 ? 2 : 1); }
function expected(mu) { const u = clamp((mu + WALL) / (2 * WALL), 0, 1) * (found.expected.length - 1), k = Math.min(found.expected.length - 2, Math.floor(u)); return found.expected[k] + (u - k) * (found.expected[k + 1] - found.expected[k]); }
const ready = () => Boolean(table && table.objective === state.objective);
const fresh = () => ready() && found && found.objective === state.objective;

// ---- drawing helpers ---------------------------------------------------------------------------------------------------------------
let small = false; // a narrow screen
function write(g, words, x, y, name, { size = 18, weight = 600, align = 'center', room } = {}) {
  g.font = font(px(small ? Math.max(15, size - 3) : size), weight); g.textAlign = align; g.textBaseline = 'middle'; g.lineJoin = 'round';
  g.strokeStyle = color('panel'); g.lineWidth = px(5); g.strokeText(words, x, y, room); g.fillStyle = color(name); g.fillText(words, x, y, room);
}
function line(g, x, y, u, v, name, width, dash = []) { g.strokeStyle = color(name); g.lineWidth = px(width); g.setLineDash(dash.map(px)); g.beginPath(); g.moveTo(x, y); g.lineTo(u, v); g.stroke(); g.setLineDash([]); }

// ---- the two graphs ----------------------------------------------------------------------------------------------------------------
const PLAIN = { mu: [0.3, 0.2], sigma: [0.3, 0.8], z: [0.62, 0.5], f: [0.93, 0.5] };
const TRICK = { mu: [0.3, 0.14], sigma: [0.3, 0.5], eps: [0.3, 0.86], times: [0.49, 0.68], z: [0.67, 0.4], f: [0.93, 0.4] };
// an edge: from, to, when its value travels, when its gradient does
const PLAIN_EDGES = [['mu', 'z', 0, 3], ['sigma', 'z', 0, 3], ['z', 'f', 1, 2]];
const TRICK_EDGES = [['sigma', 'times', 0, 4], ['eps', 'times', 0, 9], ['times', 'z', 0.5, 3], ['mu', 'z', 0.3, 3], ['z', 'f', 1, 2]];

function graph(g, area, nodes, edges, blocked, values, slopes) {
  const r = Math.max(0, Math.min(area.w * 0.07, area.h * 0.125)), across = (x) => (small ? 0.37 + (x - 0.3) * 0.87 : x); // a phone needs room for the words at the left
  const place = (name) => [area.x + across(nodes[name][0]) * area.w, area.y + nodes[name][1] * area.h];
  for (const [from, to, forward, back] of edges) {
    const [x, y] = place(from), [u, v] = place(to), length = Math.hypot(u - x, v - y), [dx, dy] = [(u - x) / length, (v - y) / length];
    const [a, b, c, d] = [x + dx * r, y + dy * r, u - dx * (r + px(4)), v - dy * (r + px(4))];
    const stops = blocked && to === 'z', none = from === 'eps';
    line(g, a, b, c, d, 'muted', 2);
    arrow(g, c, d, dx, dy, 'muted');
    const s = clamp(phase - forward, 0, 1), w = clamp((phase - back) / 0.9, 0, 1);
    if (phase < 2.01 && s > 0 && s < 1) pulse(g, a + (c - a) * s, b + (d - b) * s, 'accent');
    if (w > 0 && !none) { // the gradient runs back beside the edge
      const off = px(10), [nx, ny] = [-dy * off, dx * off], reach = stops ? 0 : w;
      if (!stops) { line(g, c + nx, d + ny, c + nx + (a - c) * reach, d + ny + (b - d) * reach, 'accent-2', 3.5, [9, 5]); if (w < 1) pulse(g, c + nx + (a - c) * reach, d + ny + (b - d) * reach, 'accent-2'); else arrow(g, a + nx, b + ny, -dx, -dy, 'accent-2'); }
    }
    if (w >= 1 && slopes[`${from}>${to}`]) write(g, slopes[`${from}>${to}`], (x + u) / 2, y - r - px(14), 'accent-2', { size: 19, weight: 700 });
  }
  for (const [name] of Object.entries(nodes)) {
    const [x, y] = place(name), random = name === 'eps' || (blocked && name === 'z'), shown = values[name] && phase >= values[name][1];
    g.beginPath(); g.arc(x, y, r, 0, 7); g.fillStyle = color(random ? 'soft' : 'panel'); g.fill();
    g.strokeStyle = color(random ? 'warn' : 'ink'); g.lineWidth = px(2.5); g.setLineDash(random ? [px(6), px(4)] : []); g.stroke(); g.setLineDash([]);
    const sign = { mu: 'μ', sigma: 'σ', eps: 'ε', times: '×', z: blocked ? 'z' : '+', f: 'f' }[name];
    write(g, sign, x, y, random ? 'warn' : 'ink', { size: 26, weight: 700 });
    if (random) dice(g, x, y + (blocked ? -r : r), px(small ? 11 : 14));
    const side = area.x + nodes[name][0] * area.w < area.x + area.w * 0.4, gradient = slopes[name];
    if (shown && side) write(g, values[name][0], x - r - px(8), y - (gradient ? px(13) : 0), 'accent', { size: 20, weight: 700, align: 'right' });
    else if (shown) write(g, values[name][0], x - (name === 'z' && !blocked ? r * 0.3 : 0), y + r + px(16), 'accent', { size: 20, weight: 700, align: name === 'z' && !blocked ? 'left' : 'center' });
    if (gradient && phase >= gradient[1]) write(g, gradient[0], x - r - px(8), y + px(13), gradient[2], { size: 19, weight: 700, align: 'right', room: x - r - px(8) - area.x });
  }
  if (blocked) {
    const [x, y] = place('z');
    if (phase >= 3) { // a wall before z
      const k = clamp((phase - 3) / 0.4, 0, 1);
      line(g, x - r * 1.35, y - r * 1.5 * k, x - r * 1.35, y + r * 1.5 * k, 'bad', 6);
      if (k === 1) write(g, '✕', x - r * 1.35, y - r * 1.5 - px(14), 'bad', { size: 26, weight: 700 });
    }
  }
}
function arrow(g, x, y, dx, dy, name) { const s = px(8); g.fillStyle = color(name); g.beginPath(); g.moveTo(x + dx * s * 0.6, y + dy * s * 0.6); g.lineTo(x - dx * s - dy * s * 0.7, y - dy * s + dx * s * 0.7); g.lineTo(x - dx * s + dy * s * 0.7, y - dy * s - dx * s * 0.7); g.fill(); }
function pulse(g, x, y, name) { g.fillStyle = color(name); g.beginPath(); g.arc(x, y, px(8), 0, 7); g.fill(); g.strokeStyle = color('panel'); g.lineWidth = px(2); g.stroke(); }
function dice(g, x, y, s) {
  g.fillStyle = color('panel'); g.strokeStyle = color('warn'); g.lineWidth = px(2); g.beginPath(); g.roundRect(x - s, y - s, 2 * s, 2 * s, s * 0.4); g.fill(); g.stroke();
  g.fillStyle = color('warn');
  for (const [u, v] of [[-0.45, -0.45], [0.45, 0.45], [0, 0], [-0.45, 0.45], [0.45, -0.45]]) { g.beginPath(); g.arc(x + u * s, y + v * s, s * 0.17, 0, 7); g.fill(); }
}
const graphs = playground.canvas(find('.pg-reparam-graphs'), (g, width, height) => {
  small = width < 560;
  if (!ready()) { write(g, failed || t('page.loading'), width / 2, height / 2, 'muted', { room: width }); return; }
  const { mu, sigma } = state, z = mu + sigma * eps, [value, slope] = f(z), gap = px(26), head = px(44), foot = px(small ? 60 : 56);
  const w = small ? width : (width - gap) / 2, h = small ? (height - gap) / 2 : height;
  const areas = [0, 1].map((k) => ({ x: small ? 0 : k * (w + gap), y: (small ? k * (h + gap) : 0) + head, w, h: h - head - foot }));
  if (small) line(g, 0, h + gap / 2, width, h + gap / 2, 'line', 1); else line(g, w + gap / 2, 0, w + gap / 2, height, 'line', 1);
  areas.forEach((area, k) => write(g, t(k ? 'reparam.with' : 'reparam.without'), area.x + px(4), area.y - head + px(18), 'ink', { size: 21, weight: 700, align: 'left', room: area.w }));
  const common = { mu: [short(mu), 0], sigma: [short(sigma), 0], z: [small ? short(z) : `z = ${short(z)}`, 1], f: [short(value), 2] };
  graph(g, areas[0], PLAIN, PLAIN_EDGES, true, common, { 'z>f': `f′(z) = ${short(slope)}`, mu: [t('reparam.none'), 3.4, 'bad'], sigma: [t('reparam.none'), 3.4, 'bad'] });
  graph(g, areas[1], TRICK, TRICK_EDGES, false, { ...common, eps: [short(eps), 0], times: [small ? short(sigma * eps) : `σε = ${short(sigma * eps)}`, 0.9] }, { 'z>f': `f′(z) = ${short(slope)}`, mu: [`∂f/∂μ = ${short(slope)}`, 3.9, 'accent-2'], sigma: [`∂f/∂σ = ${short(slope * eps)}`, 4.9, 'accent-2'] });
  const b = state.baseline && fresh() ? found.baseline : 0, weight = (value - b) / sigma, y = areas[0].y + areas[0].h + px(8);
  if (phase >= HOLD) {
    const lines = [t('reparam.score_instead'), t(state.baseline ? 'reparam.score_numbers_b' : 'reparam.score_numbers', { mu: short(weight * eps), sigma: short(weight * (eps * eps - 1)) })];
    if (small) lines.forEach((words, k) => write(g, words, 0, y + px(10 + 24 * k), k ? 'generated' : 'muted', { size: 18, align: 'left', room: w }));
    else { write(g, lines[0], areas[0].x + px(4), y + px(2), 'muted', { size: 17, weight: 500, align: 'left', room: w * 0.95 }); write(g, lines[1], areas[0].x + px(4), y + px(26), 'generated', { size: 18, align: 'left', room: w * 0.95 }); }
    write(g, t('reparam.chance'), areas[1].x + (small ? 0 : w * 0.37), areas[1].y + areas[1].h + px(small ? 26 : 20), 'muted', { size: 17, weight: 500, align: 'left', room: small ? w : w * 0.62 });
  }
  Object.assign(graphs.canvas.dataset, { z: z.toFixed(4), f: value.toFixed(4), slope: slope.toFixed(4), phase: phase.toFixed(2) });
});

// ---- the objective, and two descents on it -------------------------------------------------------------------------------------------
const KINDS = [['pathwise', 'data'], ['score', 'generated']];
function mark(g, x, y, k, size) { // pathwise is a disc, score a square: told apart without colour
  g.fillStyle = color(KINDS[k][1]); g.strokeStyle = color('panel'); g.lineWidth = px(2); g.beginPath();
  if (k) g.rect(x - size * 0.88, y - size * 0.88, 1.76 * size, 1.76 * size); else g.arc(x, y, size, 0, 7);
  g.fill(); g.stroke();
}
const hill = playground.canvas(find('.pg-reparam-descent'), (g, width, height) => {
  if (!ready()) return;
  const left = px(52), right = width - px(8), top = px(40), rail = px(26), base = height - px(30) - 2 * rail, X = (z) => left + (z + WALL) / (2 * WALL) * (right - left);
  const zs = Array.from({ length: 321 }, (_, k) => -WALL + k * WALL / 160), ys = zs.map((z) => f(z)[0]);
  const low = Math.min(...ys), high = Math.max(...ys), span = high - low, Y = (v) => base - (base - top) * (0.04 + 0.92 * (v - low) / span);
  write(g, t('reparam.hill', { f: t(`reparam.f_${state.objective}`) }), left, px(16), 'ink', { size: 18, weight: 700, align: 'left', room: right - left });
  for (const v of [low, (low + high) / 2, high]) { line(g, left, Y(v), right, Y(v), 'line', 1); write(g, short(Number(v.toPrecision(2))).replace(/\.?0+$/, '') || '0', left - px(6), Y(v), 'muted', { size: 16, weight: 400, align: 'right' }); }
  const bell = zs.map((z) => Math.exp(-(((z - state.mu) / state.sigma) ** 2) / 2));
  g.save(); g.beginPath(); g.rect(left, top - px(6), right - left, base - top + px(6)); g.clip();
  g.fillStyle = color('bad'); g.globalAlpha = 0.16; g.beginPath(); g.moveTo(X(-WALL), base); zs.forEach((z, k) => g.lineTo(X(z), base - bell[k] * (base - top) * 0.28)); g.lineTo(X(WALL), base); g.fill(); g.globalAlpha = 1;
  g.strokeStyle = color('muted'); g.lineWidth = px(2); g.beginPath(); zs.forEach((z, k) => g.lineTo(X(z), Y(ys[k]))); g.stroke();
  if (fresh()) { g.strokeStyle = color('ink'); g.lineWidth = px(3); g.setLineDash([px(10), px(5)]); g.beginPath(); found.axis.forEach((m, k) => g.lineTo(X(m), Y(found.expected[k]))); g.stroke(); g.setLineDash([]); }
  const z = state.mu + state.sigma * eps, [value, slope] = f(z), d = 0.55;
  if (!at) { line(g, X(z - d), Y(value - d * slope), X(z + d), Y(value + d * slope), 'accent-2', 3); g.fillStyle = color('accent-2'); g.beginPath(); g.arc(X(z), Y(value), px(7), 0, 7); g.fill(); }
  g.restore();
  if (!at) write(g, 'z', clamp(X(z), left, right - px(20)), clamp(Y(value) - px(22), top, base), 'accent-2', { size: 18, weight: 700 });
  write(g, 'q', X(clamp(state.mu, -3.8, 3.8)), base - (base - top) * 0.1, 'bad', { size: 18, weight: 700 });
  KINDS.forEach(([name, colour], k) => {
    const y = base + rail * (k + 0.6);
    line(g, left, y, right, y, 'line', 2);
    write(g, t(`reparam.${name}`), left + px(4), y, colour, { size: 16, align: 'left' });
    if (!fall) return;
    for (let run = fall.runs - 1; run >= 0; run--) { g.globalAlpha = run ? 0.4 : 1; mark(g, X(mu(k, run)), y, k, px(run ? 6 : 9)); }
    if (fresh()) mark(g, X(mu(k, 0)), Y(expected(mu(k, 0))), k, px(11));
  });
  for (let z = -WALL; z < WALL; z += 2) write(g, minus(z), X(z), height - px(12), 'muted', { size: 16, weight: 400 });
  write(g, small ? 'z' : 'z, μ', right, height - px(12), 'muted', { size: 16, weight: 600, align: 'right' });
});
const mu = (k, run) => fall.path[(k * fall.runs + run) * (STEPS + 1) + at];

// ---- histograms: both estimators on one axis, each scaled to its own peak -----------------------------------------------------------------
const hists = playground.canvas(find('.pg-reparam-hists'), (g, width, height) => {
  if (!fresh()) return;
  const left = px(8), right = width - px(8), each = height / 2;
  ['mu', 'sigma'].forEach((name, i) => {
    const y0 = i * each, top = y0 + px(34), base = y0 + each - px(26), row = (base - top) / 2, low = found.low[i], high = found.high[i], X = (v) => left + (v - low) / (high - low) * (right - left);
    write(g, t(`reparam.hist_${name}`, { n: state.draws.toLocaleString('en-US') }), left, y0 + px(16), 'ink', { size: 18, weight: 700, align: 'left', room: right - left });
    [1, 0].forEach((k, place) => { // score above pathwise
      const counts = found.counts[i][k], most = Math.max(...counts, 1), bin = (right - left) / counts.length, y = top + row * (place + 1);
      g.fillStyle = color(KINDS[k][1]);
      counts.forEach((n, j) => { if (n) { const h = Math.max(2, n / most * (row - px(10))); g.fillRect(left + j * bin, y - h, Math.max(1.5, bin - 0.8), h); } });
      line(g, left, y, right, y, 'line', 1);
      write(g, `${t(`reparam.${KINDS[k][0]}`)}  ±${short(found.std[i][k])}`, X(found.exact[i]) > (left + right) / 2 ? left + px(2) : right - px(2), y - row + px(18), KINDS[k][1], { size: 17, weight: 700, align: X(found.exact[i]) > (left + right) / 2 ? 'left' : 'right' });
    });
    line(g, X(found.exact[i]), top - px(2), X(found.exact[i]), base, 'ink', 2, [6, 4]);
    write(g, short(found.exact[i]), clamp(X(found.exact[i]), left + px(30), right - px(30)), base + px(14), 'ink', { size: 17, weight: 700 });
    for (const [v, align, x] of [[low, 'left', left], [high, 'right', right]]) if (Math.abs(X(found.exact[i]) - x) > px(110)) write(g, short(v), x, base + px(14), 'muted', { size: 16, weight: 400, align });
  });
  hists.canvas.dataset.seq = String(seq);
});

// ---- words ------------------------------------------------------------------------------------------------------------------------------
function words() {
  epsNode.value = eps; epsNode.nextElementSibling.textContent = minus(eps.toFixed(2));
  playButton.textContent = t(playing ? 'reparam.pause' : 'reparam.play'); playButton.setAttribute('aria-pressed', String(playing));
  descendButton.textContent = t(falling ? 'reparam.pause' : 'reparam.descend'); descendButton.setAttribute('aria-pressed', String(Boolean(falling)));
  stepNode.value = at; part('at').textContent = t('reparam.at', { step: at });
  if (!fresh()) return;
  const row = (tag, cells) => { const tr = document.createElement('tr'); tr.append(...cells.map((cell) => Object.assign(document.createElement(tag), { textContent: cell }))); return tr; };
  find('thead').replaceChildren(row('th', ['', ...['exact', 'mean', 'error', 'std', 'ratio'].map((name) => t(`reparam.col_${name}`))]));
  find('tbody').replaceChildren(...['mu', 'sigma'].flatMap((name, i) => KINDS.map(([kind], k) => {
    const tr = row('td', [`∂/∂${'μσ'[i]}  ${t(`reparam.${kind}`)}`, short(found.exact[i]), short(found.mean[i][k]), `± ${short(found.stderr[i][k])}`, short(found.std[i][k]), k ? `× ${times(found.ratio[i])}` : '× 1']);
    tr.dataset.kind = kind;
    return tr;
  })));
  const [a, b] = found.ratio, key = Math.min(a, b) > 1.5 ? 'reparam.noisier' : Math.max(a, b) < 0.67 ? 'reparam.calmer' : 'reparam.alike';
  part('said').textContent = t(key, { mu: times(a), sigma: times(b) });
  Object.assign(root.dataset, { ratio: `${a},${b}`, objective: found.objective, seq });
}
function paint() { graphs.later(); hill.later(); hists.later(); words(); }

// ---- asking -----------------------------------------------------------------------------------------------------------------------------
const args = () => [state.objective, state.mu, state.sigma, state.draws, state.seed, state.baseline];
const askCurve = playground.gate(async (objective) => {
  const got = playground.check(await server.curve(objective));
  if (!got) { failed = t('reparam.failed'); graphs.later(); return; }
  table = { objective, f: playground.unpack(got.f), df: playground.unpack(got.df) };
  paint();
});
const askGradients = playground.gate(async (...asked) => {
  const got = playground.check(await server.gradients(...asked));
  if (!got) return;
  found = { ...got, objective: asked[0] };
  seq += 1;
  paint();
});
const askDescent = playground.gate(async (...asked) => {
  const got = playground.check(await server.descent(...asked));
  if (!got) return;
  fall = { path: playground.unpack(got.path), rate: got.rate, runs: got.path.shape[1] };
  hill.later();
  hill.canvas.dataset.seq = String(Number(hill.canvas.dataset.seq || 0) + 1);
});
function ask() {
  if (table?.objective !== state.objective) askCurve(state.objective);
  askGradients(...args());
  askDescent(...args(), state.rate);
}
root.addEventListener('configure', () => { state = playground.link.get(STAGE); halt(); at = 0; paint(); ask(); });

// ---- what moves --------------------------------------------------------------------------------------------------------------------------
let draw = state.seed + 1;
function normal() { // mulberry32 and Box-Muller: the same presses give the same eps
  const next = () => { draw = (draw + 0x6d2b79f5) | 0; let v = Math.imul(draw ^ (draw >>> 15), 1 | draw); v = (v + Math.imul(v ^ (v >>> 7), 61 | v)) ^ v; return ((v ^ (v >>> 14)) >>> 0) / 4294967296; };
  return clamp(Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next()), -3, 3);
}
function setEps(value) { eps = Math.round(clamp(value, -3, 3) * 100) / 100; playground.link.set(STAGE, { eps }); paint(); }
function play() {
  if (!ready()) return;
  if (playing) { playing = false; phase = HOLD; paint(); return; }
  playing = true; phase = 0; then = 0; words();
  requestAnimationFrame(tick);
}
function tick(time) {
  if (!playing || !graphs.canvas.isConnected) { playing = false; return; }
  phase += then ? Math.min(0.1, (time - then) / 1000) / SECONDS : 0;
  then = time;
  if (phase >= END) { phase = 0; setEps(normal()); }
  graphs.draw();
  graphs.canvas.dataset.frame = String(Number(graphs.canvas.dataset.frame || 0) + 1);
  requestAnimationFrame(tick);
}
function halt() { clearTimeout(falling); falling = 0; words(); }
function descend() {
  if (falling) { halt(); return; }
  if (!fall) return;
  if (at >= STEPS) at = 0;
  const beat = () => {
    if (!hill.canvas.isConnected || at >= STEPS) { halt(); return; }
    at += 1; hill.later(); falling = setTimeout(beat, BEAT); words();
    hill.canvas.dataset.step = String(at);
  };
  falling = setTimeout(beat, BEAT); words();
}
epsNode.addEventListener('input', () => { playing = false; phase = HOLD; setEps(Number(epsNode.value)); });
stepNode.addEventListener('input', () => { halt(); at = Number(stepNode.value); hill.canvas.dataset.step = String(at); paint(); });
root.addEventListener('click', ({ target }) => ({ play, draw: () => { phase = playing ? 0 : HOLD; setEps(normal()); }, descend })[target.closest('[data-act]')?.dataset.act]?.());
const nudge = (by) => () => setEps(eps + by);
playground.keys(root, { space: play, r: () => { halt(); at = 0; paint(); }, n: () => setEps(normal()), d: descend, left: nudge(-0.1), right: nudge(0.1) });

playground.translate(root);
playground.onLang(() => paint()); playground.onTheme(() => paint());
words();
ask();
