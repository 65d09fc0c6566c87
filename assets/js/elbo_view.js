// The ELBO of one image, taken apart. q = N(mu, sigma^2) is moved by hand; the KL follows here, what needs the decoder is asked
// for with every move, the newest first. log p(x), the true posterior and the encoder's answer come once per image.
const LIMITS = @LIMITS@, HOME = @HOME@; // {mu, low, high}; the example that opens the stage
const SIDE = 28, PIXELS = SIDE * SIDE, REST = 220, BEAT = 75;
const root = element.querySelector('.pg-elbo'), part = (name) => root.querySelector(`[data-part="${name}"]`), pic = (name) => root.querySelector(`[data-pic="${name}"]`);
const knobs = [...root.querySelectorAll('[data-knob]')].map((node) => ({ node, at: ['mu1', 'mu2', 's1', 's2'].indexOf(node.dataset.knob) }));
const climbButton = root.querySelector('[data-act="climb"]');
const { t, color, font, px, clamp } = playground;

let now = null;       // the image: what server.example() gave
let q = [0, 0, 1, 1]; // mu1, mu2, sigma1, sigma2
let own = false;      // q was moved away from the encoder's answer
let found = null;     // server.terms() of some q not long ago
let weighted = null;  // server.importance() of q, null while it moves
let sheet = null;     // the examples
let pixel = -1, view = 'near', drag = false, film = null, failed = '', rest = 0, seq = 0, settled = '';

// ---- numbers ----------------------------------------------------------------------------------------------------------------
const minus = (v, digits = 1) => (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−');
const two = (v) => minus(v, Math.abs(v) < 99.5 ? 2 : 1);
const kl = (d) => { const s2 = q[2 + d] ** 2; return 0.5 * (q[d] ** 2 + s2 - Math.log(s2) - 1); };
const ready = () => Boolean(now && found);
const numbers = () => { const bound = found.reconstruction - kl(0) - kl(1); return { reconstruction: found.reconstruction, elbo: bound, log_prob: now.log_prob, gap: now.log_prob - bound }; };
const key = () => q.map((v) => v.toFixed(4)).join();

// ---- pictures ----------------------------------------------------------------------------------------------------------------
function inks() {
  const rgb = (name) => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = color(name); c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; };
  const paper = rgb('panel'), ink = rgb('ink');
  return (v) => [0, 1, 2].map((c) => paper[c] + (ink[c] - paper[c]) * v);
}
let tone = inks();
function small(n, paint) { // an n x n picture of colours paint(row, column)
  const node = document.createElement('canvas'), image = new ImageData(n, n);
  node.width = node.height = n;
  for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) image.data.set([...paint(r, c), 255], 4 * (r * n + c));
  node.getContext('2d').putImageData(image, 0, 0);
  return node;
}
function frame(g, width) { // the pixel that is looked at
  if (shownPixel() < 0) return;
  const s = width / SIDE, x = (shownPixel() % SIDE) * s, y = Math.floor(shownPixel() / SIDE) * s;
  for (const [name, w] of [['panel', 6], ['accent-2', 3]]) { g.strokeStyle = color(name); g.lineWidth = px(w); g.strokeRect(x - px(2), y - px(2), s + px(4), s + px(4)); }
}
const worst = () => (found ? found.nats.indexOf(Math.max(...found.nats)) : -1);
function shownPixel() { return pixel >= 0 ? pixel : worst(); }
const views = {};
for (const name of ['x', 'p', 'nats']) views[name] = playground.canvas(pic(name), (g, width, height) => {
  if (name === 'x' ? !now : !found) return;
  const most = name === 'nats' ? Math.max(...found.nats) : 1, values = name === 'x' ? now.x : found[name];
  g.imageSmoothingEnabled = false;
  g.drawImage(small(SIDE, (r, c) => (name === 'nats' ? playground.ramp(values[r * SIDE + c] / most) : tone(values[r * SIDE + c]))), 0, 0, width, height);
  frame(g, width);
});

// ---- the plane: the true posterior as a heat, q as ellipses -------------------------------------------------------------------
function region() { return view === 'near' ? { centre: now.centre, half: now.half } : { centre: [0, 0], half: now.extent }; }
function heat() {
  const values = now[view], n = Math.sqrt(values.length);
  if (now.heat?.view === view) return now.heat.node;
  const shade = view === 'near' ? (v) => Math.exp(v) : (v) => 1 + v / 250; // near: the density; whole: its logarithm
  now.heat = { view, node: small(n, (r, c) => playground.ramp(clamp(shade(values[(n - 1 - r) * n + c]), 0, 1))) };
  return now.heat.node;
}
views.plane = playground.canvas(pic('plane'), (g, width, height) => {
  if (!now) return;
  const { centre, half } = region(), scale = width / (2 * half), X = (v) => (v - centre[0] + half) * scale, Y = (v) => (centre[1] + half - v) * scale;
  g.imageSmoothingQuality = 'high';
  g.drawImage(heat(), 0, 0, width, height);
  const line = (draw, name, w, dash = []) => { for (const [c, extra] of [['panel', 3], [name, 0]]) { g.strokeStyle = color(c); g.lineWidth = px(w + extra); g.setLineDash(dash.map(px)); draw(); g.stroke(); } g.setLineDash([]); };
  if (view === 'whole') for (const r of [1, 2, 3]) line(() => { g.beginPath(); g.arc(X(0), Y(0), r * scale, 0, 7); }, 'muted', 1);
  const e = [0, 1].map((d) => q[d]), inside = e.every((v, d) => Math.abs(v - centre[d]) <= half);
  for (const k of [2, 1]) line(() => { g.beginPath(); g.ellipse(X(q[0]), Y(q[1]), Math.max(2, k * q[2] * scale), Math.max(2, k * q[3] * scale), 0, 0, 7); }, 'bad', k === 1 ? 3 : 2);
  if (own) line(() => { g.beginPath(); g.ellipse(X(now.mu[0]), Y(now.mu[1]), Math.max(2, now.sigma[0] * scale), Math.max(2, now.sigma[1] * scale), 0, 0, 7); }, 'ink', 1.5, [5, 4]);
  g.font = font(px(17), 700); g.lineJoin = 'round'; g.strokeStyle = color('panel'); g.lineWidth = px(5); g.textBaseline = 'alphabetic';
  const put = (words, x, y, name, align) => { g.textAlign = align; g.strokeText(words, x, y); g.fillStyle = color(name); g.fillText(words, x, y); };
  if (inside) put('q', clamp(X(q[0]) + q[2] * scale + px(8), px(8), width - px(24)), clamp(Y(q[1]) - q[3] * scale - px(4), px(20), height - px(30)), 'bad', 'left');
  else put(t('elbo.outside'), width / 2, height / 2, 'bad', 'center');
  g.font = font(px(16), 600);
  put(`z₁ ${minus(centre[0] - half, 2)}`, px(6), height - px(8), 'ink', 'left');
  put(minus(centre[0] + half, 2), width - px(6), height - px(8), 'ink', 'right');
  put(`z₂ ${minus(centre[1] + half, 2)}`, px(6), px(20), 'ink', 'left');
});

// ---- one dimension: q's curve against the prior's -----------------------------------------------------------------------------
const bell = (x, m, s) => Math.exp(-(((x - m) / s) ** 2) / 2) / (s * Math.sqrt(2 * Math.PI));
const curves = [0, 1].map((d) => playground.canvas(root.querySelector(`[data-dim="${d}"] .pg-elbo-curve`), (g, width, height) => {
  if (!now) return;
  const base = height - px(24), top = px(24), most = 1.05, X = (z) => (z + 4) / 8 * width, Y = (v) => base - (base - top) * v / most;
  g.strokeStyle = color('line'); g.lineWidth = 1; g.beginPath(); g.moveTo(0, base); g.lineTo(width, base); g.stroke();
  g.font = font(px(16)); g.fillStyle = color('muted'); g.textAlign = 'center'; g.textBaseline = 'top';
  for (const z of [-3, 0, 3]) g.fillText(minus(z, 0), X(z), base + px(5));
  g.save(); g.beginPath(); g.rect(0, top - px(2), width, base - top + px(2)); g.clip();
  for (const [m, s, name] of [[0, 1, 'muted'], [q[d], q[2 + d], 'bad']]) {
    const zs = [-4, 4];
    for (let k = 0; k <= 240; k++) zs.push(-4 + k / 30, m + (k - 120) / 30 * s);
    g.beginPath(); g.moveTo(X(-4), base);
    for (const z of zs.filter((v) => Math.abs(v) <= 4).sort((a, b) => a - b)) g.lineTo(X(z), Y(bell(z, m, s)));
    g.lineTo(X(4), base);
    g.fillStyle = g.strokeStyle = color(name); g.globalAlpha = 0.22; g.fill(); g.globalAlpha = 1; g.lineWidth = px(2); g.stroke();
  }
  g.restore();
  g.font = font(px(16), 700); g.textBaseline = 'alphabetic';
  const peak = bell(0, 0, q[2 + d]), left = q[d] < 0.6;
  g.fillStyle = color('bad'); g.textAlign = left ? 'left' : 'right';
  g.fillText(peak > most ? `q ↑ ${peak.toFixed(1)}` : 'q', clamp(X(q[d]), px(4), width - px(4)) + (left ? px(6) : -px(6)), px(17));
  g.fillStyle = color('muted'); g.textAlign = q[d] < 0.6 ? 'right' : 'left';
  g.fillText(`p(z${'₁₂'[d]})`, left ? width - px(6) : px(6), Y(0.42));
}));

// ---- the sum: a staircase of nats, and the importance-weighted bound beside it, on one axis --------------------------------------
const sum = playground.canvas(root.querySelector('.pg-elbo-sum'), (g, width, height) => {
  if (!ready()) {
    g.fillStyle = color('muted'); g.font = font(px(18)); g.textAlign = 'center'; g.textBaseline = 'middle';
    g.fillText(failed || t('page.loading'), width / 2, height / 2, width);
    return;
  }
  const n = numbers(), narrow = width < 520, iw = weighted;
  const lows = [n.elbo, ...(iw ? iw.low : [])], highs = [n.reconstruction, n.log_prob, ...(iw ? iw.high : [])];
  let [low, high] = [Math.min(...lows), Math.max(...highs)];
  const pad = Math.max(0.6, 0.14 * (high - low)); low -= pad; high += pad;
  const left = px(narrow ? 46 : 60), split = narrow ? width : left + (width - left) * 0.54, middle = height * 0.56;
  const stairs = { top: px(54), base: (narrow ? middle : height) - px(narrow ? 30 : 54) }, side = narrow ? { top: middle + px(34), base: height - px(54) } : stairs;
  const scale = ({ top, base }) => (v) => base - (base - top) * (v - low) / (high - low), Y = scale(stairs), { top, base } = stairs;
  const wide = (split - left - px(14)) / 4, bar = wide * 0.62, X = (k) => left + (k + 0.5) * wide;
  const write = (words, x, y, name, size = 17, weight = 600, align = 'center', room) => {
    g.font = font(px(narrow ? Math.max(15, size - 3) : size), weight); g.textAlign = align; g.lineJoin = 'round'; g.strokeStyle = color('panel'); g.lineWidth = px(4);
    g.strokeText(words, x, y, room); g.fillStyle = color(name); g.fillText(words, x, y, room);
  };
  g.textBaseline = 'middle';
  const grid = (area, from, to) => { for (const v of ticks(low, high)) { g.strokeStyle = color('line'); g.lineWidth = 1; stroke(g, from, scale(area)(v), to, scale(area)(v)); write(minus(v, high - low < 4 ? 1 : 0), left - px(7), scale(area)(v), 'muted', 16, 400, 'right'); } };
  grid(stairs, left, width);
  if (narrow) grid(side, left, width);
  write(t('elbo.nats'), left - px(7), px(36), 'muted', 16, 400, 'right');
  write(t('elbo.stairs'), (left + split) / 2, px(16), 'ink', 18, 700, 'center', split - left);
  write(t('elbo.weighted'), narrow ? (left + width) / 2 : (split + width) / 2 + px(6), narrow ? middle + px(16) : px(16), 'ink', 18, 700, 'center', narrow ? width - left : width - split - px(10));
  const steps = [['reconstruction', high, n.reconstruction, 'data'], ['kl1', n.reconstruction, n.reconstruction - kl(0), 'accent-2'], ['kl2', n.reconstruction - kl(0), n.elbo, 'accent-2'], ['gap', n.elbo, n.log_prob, 'bad']];
  g.textBaseline = 'middle';
  level(g, left, width, Y(n.log_prob), 'good', 3);
  if (narrow) level(g, left, width, scale(side)(n.log_prob), 'good', 3);
  level(g, X(2) - bar / 2, X(3) + bar / 2, Y(n.elbo), 'ink', 3);
  steps.forEach(([name, from, to, colour], k) => {
    const [a, b] = [Y(Math.max(from, to)), Y(Math.min(from, to))];
    g.fillStyle = color(colour); g.globalAlpha = name === 'reconstruction' ? 0.3 : 0.85; g.fillRect(X(k) - bar / 2, a, bar, Math.max(2, b - a)); g.globalAlpha = 1;
    if (name === 'gap') hatch(g, X(k) - bar / 2, a, bar, Math.max(2, b - a));
    if (k < 2) { g.strokeStyle = color('ink'); g.lineWidth = px(1.5); g.setLineDash([px(4), px(4)]); stroke(g, X(k) - bar / 2, Y(to), X(k + 1) + bar / 2, Y(to)); g.setLineDash([]); }
    write(t(`elbo.short_${name}`), X(k), base + px(18), colour, 17, 650, 'center', wide * 0.98);
  });
  write('↑ 0', X(0), top - px(12), 'muted', 16, 500);
  write(two(n.reconstruction), X(0), Y(n.reconstruction) + px(16), 'data', 19, 700);
  for (const d of [0, 1]) write(two(-kl(d)), X(1 + d), Y(steps[1 + d][1]) - px(14), 'accent-2', 19, 700);
  const tall = Y(n.elbo) - Y(n.log_prob) > px(44);
  write(`${n.gap >= 0 ? '+' : ''}${two(n.gap)}`, X(3), tall ? (Y(n.elbo) + Y(n.log_prob)) / 2 : Math.min(Y(n.log_prob), Y(n.elbo)) - px(15), 'bad', 19, 700);
  write(`log p(x) = ${two(n.log_prob)}`, width - px(4), Y(n.log_prob) - px(14), 'good', 18, 700, 'right');
  write(`ELBO = ${two(n.elbo)}`, X(3) + bar / 2, Y(n.elbo) + px(17), 'ink', 18, 700, 'right');
  drawWeighted(g, { left: narrow ? left + px(10) : split + px(22), right: width - px(26), base: side.base, Y: scale(side), write, narrow });
});
function stroke(g, x, y, u, v) { g.beginPath(); g.moveTo(x, y); g.lineTo(u, v); g.stroke(); }
function level(g, x, u, y, name, w) { g.strokeStyle = color(name); g.lineWidth = px(w); stroke(g, x, y, u, y); }
function hatch(g, x, y, w, h) { // a gap is told from a term without its colour
  g.save(); g.beginPath(); g.rect(x, y, w, h); g.clip(); g.strokeStyle = color('panel'); g.lineWidth = px(2);
  for (let k = -h; k < w; k += px(9)) stroke(g, x + k, y + h, x + k + h, y);
  g.restore();
}
function ticks(low, high) {
  const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw), out = [];
  for (let v = Math.ceil(low / step) * step; v <= high; v += step) out.push(v);
  return out;
}
function drawWeighted(g, { left, right, base, Y, write, narrow }) {
  const X = (k) => left + (right - left) * Math.log10(k) / 3;
  for (const k of [1, 10, 100, 1000]) write(narrow && k === 1000 ? '1k' : String(k), X(k), base + px(18), 'muted', 16, 500);
  write('K', (left + right) / 2, base + px(40), 'muted', 16, 600);
  if (!weighted) { write(t('elbo.waiting'), (left + right) / 2, base - px(16), 'muted', 17, 500, 'center', right - left); return; }
  const { draws, mean, low, high } = weighted;
  g.fillStyle = color('accent'); g.globalAlpha = 0.2; g.beginPath();
  draws.forEach((k, i) => g.lineTo(X(k), Y(high[i])));
  [...draws].reverse().forEach((k, i) => g.lineTo(X(k), Y(low[draws.length - 1 - i])));
  g.fill(); g.globalAlpha = 1;
  g.strokeStyle = g.fillStyle = color('accent'); g.lineWidth = px(3); g.beginPath(); draws.forEach((k, i) => g.lineTo(X(k), Y(mean[i]))); g.stroke();
  draws.forEach((k, i) => { g.beginPath(); g.arc(X(k), Y(mean[i]), px(4.5), 0, 7); g.fill(); });
  g.canvas.dataset.weighted = mean.map((v) => v.toFixed(3)).join();
}

// ---- words ------------------------------------------------------------------------------------------------------------------------
function words() {
  climbButton.textContent = t(film ? 'elbo.stop' : 'elbo.climb');
  climbButton.setAttribute('aria-pressed', String(Boolean(film)));
  for (const button of root.querySelectorAll('[data-view]')) button.setAttribute('aria-pressed', String(button.dataset.view === view));
  if (!now) return;
  part('plane').textContent = t(view === 'near' ? 'elbo.plane_near' : 'elbo.plane_whole');
  for (const { node, at } of knobs) {
    const d = at % 2, { centre, half } = region();
    if (at < 2) { node.min = Math.max(-LIMITS.mu, Math.min(centre[d] - half, q[at])); node.max = Math.min(LIMITS.mu, Math.max(centre[d] + half, q[at])); node.step = half > 1.5 ? 0.01 : 0.001; } else { node.min = Math.log(LIMITS.low); node.max = Math.log(LIMITS.high); }
    if (document.activeElement !== node || !drag) node.value = at < 2 ? q[at] : Math.log(q[at]);
    node.setAttribute('aria-valuetext', q[at].toFixed(3));
    node.nextElementSibling.textContent = minus(q[at], at < 2 ? 2 : 3);
  }
  for (const d of [0, 1]) {
    const off = 0.5 * q[d] ** 2, node = part(`kl${d}`), b = document.createElement('b');
    b.textContent = `KL${'₁₂'[d]} = ${two(kl(d))} ${t('elbo.nats')}`;
    node.replaceChildren(b, t('elbo.kl_parts', { off: two(off), narrow: two(kl(d) - off) }));
  }
  const log = now.sigma.map((s) => 2 * Math.log(s));
  part('slip').textContent = t('elbo.slip', { a: two(log[0]), b: two(log[1]), s: now.sigma[0].toFixed(3), u: now.sigma[1].toFixed(3) });
  if (!found) return;
  const i = shownPixel(), x = now.x[i], n = numbers();
  part('pixel').textContent = t(pixel >= 0 ? 'elbo.pixel' : 'elbo.worst', { row: Math.floor(i / SIDE) + 1, column: (i % SIDE) + 1, x, p: found.p[i].toFixed(3), nats: found.nats[i].toFixed(2) });
  part('scale').textContent = t('elbo.scale', { most: Math.max(...found.nats).toFixed(1), total: minus(-n.reconstruction) });
  part('said').textContent = t(n.gap < 0.5 ? 'elbo.close' : n.gap > 20 ? 'elbo.far' : 'elbo.gap', { gap: two(Math.max(0, n.gap)), log_prob: minus(n.log_prob), elbo: minus(n.elbo) });
}
function paint() {
  words();
  for (const one of [...Object.values(views), ...curves, sum]) one.later();
  if (!ready()) return;
  const n = numbers();
  Object.assign(sum.canvas.dataset, { elbo: n.elbo.toFixed(3), reconstruction: n.reconstruction.toFixed(3), gap: n.gap.toFixed(3), q: q.map((v) => v.toFixed(3)).join(), own: own ? '1' : '0', settled: settled === key() ? '1' : '0' });
}

// ---- asking -----------------------------------------------------------------------------------------------------------------------
const askTerms = playground.gate(async (bits, asked) => {
  const got = playground.check(await server.terms(bits, asked));
  if (!got || bits !== now.bits) return;
  found = { ...got, nats: playground.unpack(got.nats), p: playground.unpack(got.p) };
  settled = asked.map((v) => v.toFixed(4)).join();
  paint();
});
const askWeighted = playground.gate(async (bits, asked) => {
  const got = playground.check(await server.importance(bits, asked));
  if (!got || bits !== now.bits || String(asked) !== String(q)) return;
  weighted = got;
  sum.draw();
  sum.canvas.dataset.seq = String(++seq);
});
const askExample = playground.gate(async (k) => { const got = playground.check(await server.example(k)); if (got) take(got, k); });

function move(next, mine = true) { // q somewhere else
  q = next.map((v, at) => (at < 2 ? clamp(v, -LIMITS.mu, LIMITS.mu) : clamp(v, LIMITS.low, LIMITS.high)));
  own = mine; weighted = null;
  delete sum.canvas.dataset.weighted;
  askTerms(now.bits, q);
  clearTimeout(rest);
  rest = setTimeout(settle, REST);
  paint();
}
function settle() {
  if (film || drag) { rest = setTimeout(settle, REST); return; }
  const [mu1, mu2, s1, s2] = q;
  playground.link.set('elbo', own ? { own, mu1, mu2, s1, s2 } : { own });
  askWeighted(now.bits, q);
}
function take(got, example, restored = null) {
  stop();
  now = { ...got, example };
  for (const name of ['x', 'mu', 'sigma', 'mean', 'std', 'centre', 'near', 'whole']) now[name] = playground.unpack(got[name]);
  found = null; pixel = -1;
  playground.link.set('elbo', { example, drawing: example < 0 ? got.bits : '' });
  for (const button of root.querySelectorAll('.pg-elbo-examples button')) button.setAttribute('aria-pressed', String(Number(button.dataset.example) === example));
  move(restored || [...now.mu, ...now.sigma], Boolean(restored));
}

// ---- climbing: q follows the gradient of its ELBO --------------------------------------------------------------------------------------
async function climb() {
  if (film || !ready()) { stop(); return; }
  const bits = now.bits, got = playground.check(await server.climb(bits, q).catch(() => null));
  if (!got || bits !== now.bits || film) return;
  const path = playground.unpack(got.path), steps = path.length / 4;
  film = { k: 0, timer: 0 };
  const beat = () => {
    if (!film || !sum.canvas.isConnected) return;
    const k = film.k++;
    if (k >= steps) { stop(); return; }
    move([...path.slice(4 * k, 4 * k + 4)]);
    sum.canvas.dataset.frame = String(k);
    film.timer = setTimeout(beat, BEAT);
  };
  beat();
}
function stop() { if (film) { clearTimeout(film.timer); film = null; words(); } }

// ---- hands -------------------------------------------------------------------------------------------------------------------------
for (const { node, at } of knobs) {
  node.addEventListener('pointerdown', () => { drag = true; });
  for (const end of ['pointerup', 'pointercancel', 'change', 'blur']) node.addEventListener(end, () => { drag = false; });
  node.addEventListener('input', () => { if (!now) return; stop(); const next = [...q]; next[at] = at < 2 ? Number(node.value) : Math.exp(Number(node.value)); move(next); });
}
const acts = { encoder: () => { stop(); move([...now.mu, ...now.sigma], false); }, truth: () => { stop(); move([...now.mean, ...now.std]); }, climb };
root.querySelector('.pg-elbo-bar').addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (!button || !now) return;
  if (button.dataset.act) acts[button.dataset.act]();
  else { view = button.dataset.view; playground.link.set('elbo', { view }); paint(); }
});
const plane = pic('plane');
function place(event) {
  const area = views.plane.canvas.getBoundingClientRect(), { centre, half } = region();
  const u = clamp((event.clientX - area.left) / area.width, 0, 1), v = clamp((event.clientY - area.top) / area.height, 0, 1);
  return [centre[0] + (2 * u - 1) * half, centre[1] + (1 - 2 * v) * half, q[2], q[3]];
}
plane.addEventListener('pointerdown', (event) => {
  if (!now || event.button > 0) return;
  event.preventDefault(); stop(); drag = true;
  plane.focus({ preventScroll: true }); plane.setPointerCapture(event.pointerId);
  move(place(event));
});
plane.addEventListener('pointermove', (event) => { if (drag && plane.hasPointerCapture(event.pointerId)) move(place(event)); });
for (const end of ['pointerup', 'pointercancel']) plane.addEventListener(end, () => { drag = false; });
const nudge = (d, sign) => () => { if (now) { stop(); const next = [...q]; next[d] += sign * region().half / 40; move(next); } };
const widen = (d, factor) => () => { if (now) { stop(); const next = [...q]; next[2 + d] *= factor; move(next); } };
playground.keys(plane, { left: nudge(0, -1), right: nudge(0, 1), up: nudge(1, 1), down: nudge(1, -1), 'shift+left': widen(0, 1 / 1.1), 'shift+right': widen(0, 1.1), 'shift+up': widen(1, 1.1), 'shift+down': widen(1, 1 / 1.1) });
playground.keys(root, { space: () => now && climb(), r: () => now && acts.encoder() });

const map = pic('nats');
function point(event) {
  const area = map.getBoundingClientRect(), c = Math.floor((event.clientX - area.left) / area.width * SIDE), r = Math.floor((event.clientY - area.top) / area.height * SIDE);
  look(clamp(r, 0, SIDE - 1) * SIDE + clamp(c, 0, SIDE - 1));
}
function look(i) { if (i !== pixel && found) { pixel = i; paint(); } }
map.addEventListener('pointermove', point); map.addEventListener('pointerdown', point);
map.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') look(-1); });
const step = (by) => () => { const i = shownPixel() + by; if (i >= 0 && i < PIXELS) look(i); };
playground.keys(map, { left: step(-1), right: step(1), up: step(-SIDE), down: step(SIDE) });

function fillExamples() {
  if (!sheet) return;
  root.querySelector('.pg-elbo-examples').replaceChildren(...sheet.labels.map((digit, k) => {
    const button = document.createElement('button');
    button.type = 'button'; button.dataset.example = String(k);
    button.title = t('elbo.test_digit', { digit });
    button.setAttribute('aria-label', button.title);
    button.setAttribute('aria-pressed', String(now?.example === k));
    button.appendChild(small(SIDE, (r, c) => tone(sheet.x[k * PIXELS + r * SIDE + c] / 255)));
    button.addEventListener('click', () => askExample(k));
    return button;
  }));
}
function refresh() { tone = inks(); fillExamples(); paint(); }
playground.onTheme(refresh); playground.onLang(refresh);

function load() { if (props.value?.drawing) take(props.value.drawing, -1); }

async function begin() {
  const from = playground.link.get('elbo'), restored = from.own ? [from.mu1, from.mu2, from.s1, from.s2] : null;
  view = from.view;
  let got = null;
  try {
    got = await server.examples();
    if (got.error) { failed = got.error.message[playground.lang]; got = null; }
  } catch { failed = t('page.offline'); }
  if (!got) { sum.draw(); return; }
  sheet = { x: playground.unpack(got.x), labels: got.labels };
  fillExamples();
  const asked = from.example < 0 && from.drawing ? playground.check(await server.linked(from.drawing)) : null;
  if (asked) { take(asked, -1, restored); return; }
  const k = from.example < 0 ? HOME : Math.min(from.example, sheet.labels.length - 1), first = playground.check(await server.example(k));
  if (first && !now) take(first, k, from.example < 0 ? null : restored);
}

playground.translate(root);
words();
watch('value', load); load();
begin();
