// The chart: one number of all panels over the steps, or the losses over the logit with D's outputs under them.
const DASH = [[], [10, 5], [3, 4], [14, 4, 3, 4], [12, 3, 2, 3, 2, 3]];

const percent = (v) => `${Math.round(100 * v)} %`;
const SCALES = {
  modes: (K) => ({ low: 0, high: K, ticks: K > 20 ? [0, 10, 20] : K % 2 ? [0, K] : [0, K / 2, K], write: (v) => String(Math.round(v)) }),
  hq: () => ({ low: 0, high: 1, ticks: [0, 0.5, 1], write: percent }),
  near: () => ({ low: 0, high: 1, ticks: [0, 0.5, 1], write: percent }),
  js: () => ({ low: 0, high: Math.LN2, ticks: [0, 0.2, 0.4, 0.6], write: (v) => v.toFixed(1) }),
  kl: () => powers(-3, 1),
  swd: () => powers(-2, 1),
  gradient: () => powers(-6, 1),
};
const powers = (low, high) => ({ low, high, ticks: Array.from({ length: high - low + 1 }, (_, k) => low + k).filter((v) => high - low < 5 || v % 2 === 0), write: power, map: (v) => Math.log10(Math.max(v, 1e-9)) });

// Losses, work and seconds have no range of their own: the chart takes that of all but the wildest twentieth of what the film has.
let fittedTo = null;
function fitted(name) {
  const key = `${name} ${lastStep(film)}`;
  if (fittedTo && fittedTo.key === key && fittedTo.film === film) return fittedTo.scale;
  const all = film.frames.flatMap((frame) => Array.from({ length: frame.L }, (_, l) => number(frame, l, name))).filter(Number.isFinite).sort((a, b) => a - b);
  const zero = name === 'work' || name === 'seconds', at = (q) => all[Math.round(q * (all.length - 1))] ?? 0;
  const [bottom, top] = zero ? [0, at(1)] : [Math.min(0, at(0.025)), Math.max(0, at(0.975))], step = niceStep(Math.max(top - bottom, 1e-6) / 4);
  const [low, high] = [Math.floor(bottom / step), Math.max(Math.ceil(top / step), Math.floor(bottom / step) + 1)];
  const write = (v) => (Math.abs(v) >= 10000 ? `${v / 1000}k` : String(Number(v.toPrecision(3))));
  const scale = { low: low * step, high: high * step, ticks: Array.from({ length: high - low + 1 }, (_, k) => (low + k) * step), write };
  fittedTo = { key, film, scale };
  return scale;
}
function niceStep(rough) {
  const size = 10 ** Math.floor(Math.log10(rough));
  return size * ([1, 2, 5, 10].find((m) => m * size >= rough) || 10);
}
const SUPER = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };
const power = (v) => (v === 0 ? '1' : `10${[...String(v)].map((c) => SUPER[c]).join('')}`);

// ---- the losses over the logit, and where D's outputs are on it --------------------------------------------------------------------------------

const curveCache = new Map();
function curvesOf(loss, a, b, c, reach) {
  const key = [loss, a, b, c, reach].join();
  if (!curveCache.has(key)) {
    if (curveCache.size > 60) curveCache.clear();
    curveCache.set(key, null);
    server.curves([loss, a, b, c, reach]).then(playground.check).then((got) => {
      if (got) curveCache.set(key, Object.fromEntries(Object.entries(got).map(([name, packed]) => [name, playground.unpack(packed)])));
      chart.later();
    }).catch(() => curveCache.delete(key));
  }
  return curveCache.get(key);
}

const BINS = 40, MIDDLE = 0.58; // share of the height above the histogram
function drawCurves(g, width, height, { a: frame }) {
  const columns = width < 600 ? Math.min(2, frame.L) : frame.L, lines = Math.ceil(frame.L / columns);
  const gap = px(14), across = (width - gap * (columns - 1)) / columns, small = px(14), foot = px(20), whole = height;
  height = (height - gap * (lines - 1)) / lines;
  for (let l = 0; l < frame.L; l++) {
    g.save();
    g.translate(0, Math.floor(l / columns) * ((whole + gap) / lines));
    drawShape(l);
    g.restore();
  }
  function drawShape(l) {
    const left = (l % columns) * (across + gap), split = (height - foot) * MIDDLE, reach = Math.min(1e6, Math.max(4, frame.ranges ? frame.ranges[l] : 8));
    const X = (v) => left + ((v / reach + 1) / 2) * across, Y = (v) => split * (1 - (v / reach + 0.5) / 1.5);
    g.strokeStyle = color('line'); g.lineWidth = 1;
    for (const y of [Y(0), height - foot]) { g.beginPath(); g.moveTo(left, y); g.lineTo(left + across, y); g.stroke(); }
    g.beginPath(); g.moveTo(X(0), 0); g.lineTo(X(0), height - foot); g.stroke();
    g.font = font(small); g.fillStyle = color('muted'); g.textBaseline = 'bottom';
    for (const [v, align] of [[-reach, 'left'], [0, 'center'], [reach, 'right']]) { g.textAlign = align; g.fillText(String(v), X(v), height); }
    const found = curvesOf(...['loss', 'a', 'b', 'c'].map((knob) => trainedWith(l, knob, frame.step)), reach);
    g.save();
    g.beginPath(); g.rect(left, 0, across, split); g.clip(); // what is too high or too low leaves the picture, it is not flat
    if (found) for (const [name, style, wide] of [['real', color('data'), 1.6], ['fake', color('generated'), 1.6], ['generator', playground.classColor(lookOf(l)), 4]]) {
      g.beginPath();
      found.logits.forEach((v, i) => (i ? g.lineTo(X(v), Y(found[name][i])) : g.moveTo(X(v), Y(found[name][i]))));
      g.strokeStyle = style; g.lineWidth = px(wide); g.setLineDash(name === 'generator' ? [] : [6, 4]); g.stroke(); g.setLineDash([]);
    }
    g.restore();
    if (!frame.histogram) { g.textAlign = 'center'; g.fillStyle = color('muted'); g.fillText(t('lab.none.short'), left + across / 2, height - foot - px(10), across); return; }
    for (const [k, style] of [[0, color('data')], [1, color('generated')]]) {
      const bins = frame.histogram.subarray((2 * l + k) * BINS, (2 * l + k + 1) * BINS), most = Math.max(1, ...bins), range = frame.ranges[l];
      g.fillStyle = style; g.globalAlpha = 0.6;
      bins.forEach((n, i) => { const x = X(-range + (2 * range * i) / BINS), w = X(-range + (2 * range * (i + 1)) / BINS) - x, tall = (n / most) * (height - foot - split - px(6)); g.fillRect(x, height - foot - tall, w, tall); });
      g.globalAlpha = 1;
    }
  }
}

let chartBox = null;
function drawChart(g, width, height) {
  const pair = between();
  if (!pair || !film.scene) return;
  if (overlay.series === 'curves') { chartBox = null; drawCurves(g, width, height, pair); return; }
  const { series } = overlay, scale = SCALES[series] ? SCALES[series](pair.a.modes) : fitted(series), small = px(14), left = px(50), right = px(14), top = px(8), bottom = px(24);
  const X = (step) => left + ((width - left - right) * step) / film.total;
  const Y = (v) => top + (height - top - bottom) * (1 - playground.clamp((v - scale.low) / (scale.high - scale.low), 0, 1));
  chartBox = { left, width: width - left - right };
  g.font = font(small); g.fillStyle = color('muted'); g.strokeStyle = color('line'); g.lineWidth = 1;
  g.textAlign = 'right'; g.textBaseline = 'middle';
  for (const tick of scale.ticks) { g.fillText(scale.write(tick), left - px(8), Y(tick)); g.beginPath(); g.moveTo(left, Y(tick)); g.lineTo(width - right, Y(tick)); g.stroke(); }
  g.textBaseline = 'bottom';
  for (let q = 0; q <= 4; q++) { g.textAlign = q === 4 ? 'right' : q ? 'center' : 'left'; g.fillText(String(Math.round((film.total * q) / 4)), X((film.total * q) / 4), height); }
  if (film.left) for (let l = 0; l < pair.a.L; l++) if (touched(l)) line(g, l, scale, X, Y, Infinity, 0.45, film.left.film.frames, true);
  for (let l = 0; l < pair.a.L; l++) { line(g, l, scale, X, Y, Infinity, 0.28); line(g, l, scale, X, Y, clock, 1); }
  g.beginPath(); g.moveTo(X(clock), top); g.lineTo(X(clock), height - bottom);
  g.strokeStyle = color('ink'); g.lineWidth = 2; g.stroke();
  if (!film.frames.some((frame) => Number.isFinite(number(frame, 0, series)))) { words(g, t(`lab.none.${series === 'seconds' ? 'seconds' : 'tape'}`), width, height, 'muted'); return; }
  const floor = floorOf(series), level = Number.isFinite(floor) ? Y(scale.map ? scale.map(floor) : floor) : null;
  if (level === null) return;
  g.setLineDash([2, 5]); g.strokeStyle = g.fillStyle = color('good'); g.lineWidth = px(2);
  g.beginPath(); g.moveTo(left, level); g.lineTo(width - right, level); g.stroke(); g.setLineDash([]);
  g.textAlign = 'right'; g.textBaseline = level < height / 2 ? 'top' : 'bottom';
  g.fillText(t('lab.floor_line'), width - right, level + (level < height / 2 ? 3 : -3));
}

function line(g, l, scale, X, Y, end, alpha, frames = film.frames, thin = false) {
  g.beginPath();
  let down = false;
  for (const frame of frames) {
    if (frame.step > end) break;
    const raw = number(frame, l, overlay.series), v = scale.map ? scale.map(raw) : raw;
    if (!Number.isFinite(v) || number(frame, l, 'diverged')) { down = false; continue; }
    const offset = (l - 1.5) * 1.6; // equal values lie side by side
    if (down) g.lineTo(X(frame.step), Y(v) + offset); else g.moveTo(X(frame.step), Y(v) + offset);
    down = true;
  }
  g.globalAlpha = alpha; g.strokeStyle = playground.classColor(lookOf(l)); g.lineWidth = px(thin ? 1.2 : 2.4); g.setLineDash(thin ? [2, 3] : DASH[lookOf(l)]); g.lineJoin = 'round';
  g.stroke();
  g.setLineDash([]); g.globalAlpha = 1;
}

