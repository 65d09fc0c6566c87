// A die to load and throw (Bernoulli with two outcomes, categorical with more), and three pixels in a row that may be independent given one.
const stage = element.closest('#pg-basics'), root = element.querySelector('.pg-basics-dice');
const { t, color, font, px, clamp } = playground;
const find = (selector) => root.querySelector(selector);
const state = () => playground.link.get('basics');
function put(values) { playground.link.set('basics', values); stage.dispatchEvent(new CustomEvent('knobs')); }
const FREE = ['w1', 'w2', 'w3', 'w4', 'w5'], SHOWN = 240, MOST = 100000;
let thrown = { key: '', counts: [], last: [] }, seq = 0, grip = null;

// ---- Bernoulli and categorical ---------------------------------------------------------------------------------------------------
function chances({ outcomes, ...s }) { // M - 1 free probabilities; the last outcome has what is left
  const free = FREE.slice(0, outcomes - 1).map((name) => s[name]), sum = free.reduce((a, b) => a + b, 0), scale = sum > 1 ? 1 / sum : 1;
  return [...free.map((v) => v * scale), Math.max(0, 1 - sum * scale)];
}
function generator(seed) { // mulberry32
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let v = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    v = (v + Math.imul(v ^ (v >>> 7), 61 | v)) ^ v;
    return ((v ^ (v >>> 14)) >>> 0) / 4294967296;
  };
}
function throwAll(s) { // the same seed throws the same uniforms; the outcome is where u falls among the cumulated chances
  const p = chances(s), key = [s.seed, s.draws, ...p].join();
  if (thrown.key === key) return;
  const next = generator(s.seed), counts = p.map(() => 0), last = [];
  for (let d = 0; d < s.draws; d++) {
    let u = next(), m = 0;
    while (m < p.length - 1 && u >= p[m]) u -= p[m++];
    counts[m]++;
    if (d >= s.draws - SHOWN) last.push(m);
  }
  thrown = { key, counts, last };
}
const fixed = (v) => v.toFixed(2);

const bars = playground.canvas(find('.pg-basics-bars'), (g, width, height) => {
  const s = state(), p = chances(s), M = p.length, frame = frameOf(width, height);
  const bottom = frame.bottom, scale = frame.scale;
  g.font = font(px(17), 600); g.textBaseline = 'alphabetic';
  for (const v of [0, 0.25, 0.5, 0.75, 1]) {
    g.strokeStyle = color('line'); g.lineWidth = 1; g.beginPath(); g.moveTo(frame.left, bottom - v * scale); g.lineTo(width, bottom - v * scale); g.stroke();
    g.fillStyle = color('muted'); g.textAlign = 'right'; g.fillText(fixed(v), frame.left - px(8), bottom - v * scale + px(6));
  }
  for (let m = 0; m < M; m++) {
    const x = frame.left + (m + 0.5) * frame.pitch, w = Math.min(frame.pitch * 0.62, px(150)), rest = m === M - 1;
    const share = s.draws ? thrown.counts[m] / s.draws : 0;
    g.fillStyle = color('generated'); g.globalAlpha = 0.75; g.fillRect(x - w / 2, bottom - share * scale, w, share * scale); g.globalAlpha = 1;
    g.strokeStyle = color('data'); g.lineWidth = px(4); g.setLineDash(rest ? [px(8), px(6)] : []);
    g.strokeRect(x - w / 2, bottom - p[m] * scale, w, p[m] * scale); g.setLineDash([]);
    g.textAlign = 'center';
    const y = Math.min(bottom - Math.max(p[m], share) * scale, bottom) - px(10);
    const tight = frame.pitch < px(84); // a phone: the number alone
    g.fillStyle = color('data'); g.font = font(px(tight ? 16 : 20), 700); g.fillText(tight ? fixed(p[m]) : `p = ${fixed(p[m])}`, x, y - (s.draws ? px(24) : 0));
    if (s.draws) { g.fillStyle = color('generated'); g.fillText(fixed(share), x, y); }
    face(g, m, M, x - px(17), bottom + px(10), px(34));
    g.fillStyle = color('ink'); g.font = font(px(17), 600); g.fillText(`x = ${M === 2 ? 1 - m : m + 1}`, x, bottom + px(66));
    if (rest) { g.fillStyle = color('muted'); g.fillText(t('basics.dice.rest'), x, bottom + px(88)); }
  }
  trail(g, s, width, height);
  bars.canvas.dataset.seq = String(++seq);
});
function frameOf(width, height) {
  const left = px(56), bottom = height - px(150), s = state();
  return { left, bottom, scale: bottom - px(58), pitch: (width - left) / s.outcomes };
}
function face(g, m, M, x, y, size) { // outcome m as a pixel: white or dark, or one of M greys
  const grey = M === 2 ? (m === 0 ? 0 : 255) : Math.round(255 * (1 - m / (M - 1)));
  g.fillStyle = `rgb(${grey},${grey},${grey})`; g.fillRect(x, y, size, size);
  g.strokeStyle = color('muted'); g.lineWidth = 1; g.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
}
function trail(g, s, width, height) { // the newest throws
  const M = s.outcomes, size = px(18), n = Math.floor(width / (size + 2)), shown = thrown.last.slice(-n);
  shown.forEach((m, k) => face(g, m, M, k * (size + 2), height - size - px(4), size));
}
function pull(event) { // a bar's top follows the pointer
  const box = bars.canvas.getBoundingClientRect(), frame = frameOf(bars.width, bars.height), s = state();
  const m = grip ?? Math.floor((event.clientX - box.left - frame.left) / frame.pitch);
  if (m < 0 || m >= s.outcomes) return;
  grip = m;
  if (m === s.outcomes - 1 && s.outcomes > 2) { playground.toast(t('basics.dice.rest_hint'), 'accent', 5); grip = null; return; }
  const value = Math.round(100 * clamp((frame.bottom - (event.clientY - box.top)) / frame.scale, 0, 1)) / 100;
  set(m === s.outcomes - 1 ? 0 : m, m === s.outcomes - 1 ? 1 - value : value);
}
function set(m, value) {
  const s = state(), names = FREE.slice(0, s.outcomes - 1), others = names.filter((_, i) => i !== m), sum = others.reduce((a, name) => a + s[name], 0);
  const shrunk = sum + value > 1 ? Object.fromEntries(others.map((name) => [name, Math.floor(1e4 * s[name] * (1 - value) / sum) / 1e4])) : {};
  put({ [names[m]]: Math.round(100 * value) / 100, ...shrunk });
}
const area = find('.pg-basics-bars');
area.addEventListener('pointerdown', (event) => { grip = null; area.focus({ preventScroll: true }); if (event.offsetY < frameOf(bars.width, bars.height).bottom + px(8)) { area.setPointerCapture(event.pointerId); pull(event); } });
area.addEventListener('pointermove', (event) => { if (grip !== null) pull(event); });
for (const name of ['pointerup', 'pointercancel']) area.addEventListener(name, () => { grip = null; });
const more = (n) => put({ draws: n ? Math.min(MOST, state().draws + n) : 0 });
playground.keys(area, { space: () => more(1), enter: () => more(1000), r: () => more(0) });
root.addEventListener('click', (event) => { const button = event.target.closest('[data-draw]'); if (button) more(Number(button.dataset.draw)); });

// ---- conditional independence --------------------------------------------------------------------------------------------------------
// y, z, x: three pixels in a row, z between. p(x=1 | z) is the knob's; `broken` moves p(x=1 | y, z) apart for y = 0 and 1 without moving it.
function three(s) {
  const pz = [1 - s.pz, s.pz], a = [s.x0, s.x1], b = [s.y0, s.y1], joint = {};
  const given = [0, 1].map((z) => {
    const d = s.broken, most = d >= 0 ? Math.min(b[z] < 1 ? (1 - a[z]) / (1 - b[z]) : Infinity, b[z] > 0 ? a[z] / b[z] : Infinity) : Math.min(b[z] < 1 ? a[z] / (1 - b[z]) : Infinity, b[z] > 0 ? (1 - a[z]) / b[z] : Infinity);
    const delta = Number.isFinite(most) ? d * most : 0;
    return [a[z] - delta * b[z], a[z] + delta * (1 - b[z])].map((v) => clamp(v, 0, 1)); // for y = 0 and y = 1
  });
  for (const z of [0, 1]) for (const y of [0, 1]) for (const x of [0, 1]) joint[`${y}${z}${x}`] = pz[z] * (y ? b[z] : 1 - b[z]) * (x ? given[z][y] : 1 - given[z][y]);
  return { given, a, joint, alone: information(joint, false), knowing: information(joint, true) };
}
function information(joint, knowing) { // I(x; y) or I(x; y | z) in nats
  const sum = (test) => Object.entries(joint).reduce((total, [k, v]) => total + (test(k) ? v : 0), 0);
  let total = 0;
  for (const z of knowing ? ['0', '1'] : ['']) for (const y of ['0', '1']) for (const x of ['0', '1']) {
    const inZ = (k) => !z || k[1] === z, pxy = sum((k) => inZ(k) && k[0] === y && k[2] === x), px1 = sum((k) => inZ(k) && k[2] === x), py1 = sum((k) => inZ(k) && k[0] === y), pz1 = sum(inZ);
    if (pxy > 0) total += pxy * Math.log(pxy * pz1 / (px1 * py1));
  }
  return Math.abs(total) < 1e-9 ? 0 : total;
}
const row3 = playground.canvas(find('.pg-basics-three'), (g, width, height) => { // the three pixels, and their eight pictures with probabilities
  const s = state(), { joint } = three(s), stacked = width < 560; // on a phone the eight pictures stand below
  const unit = stacked ? px(54) : Math.min(px(92), width / 11, (height - px(70)) / 1.4), top = stacked ? px(44) : (height - unit) / 2 - px(8);
  const place = (k) => (stacked ? (width - unit * 4.4) / 2 : px(12)) + k * unit * 1.7;
  ['y', 'z', 'x'].forEach((name, k) => {
    g.fillStyle = color('soft'); g.fillRect(place(k), top, unit, unit); g.strokeStyle = color('ink'); g.lineWidth = 2; g.strokeRect(place(k), top, unit, unit);
    g.fillStyle = color('ink'); g.font = `italic ${font(px(34), 700)}`; g.textAlign = 'center'; g.textBaseline = 'middle'; g.fillText(name, place(k) + unit / 2, top + unit / 2);
  });
  const arrow = (from, to, bend, name) => {
    g.strokeStyle = g.fillStyle = color(name); g.lineWidth = px(4);
    const y = bend ? top - px(6) : top + unit / 2;
    g.beginPath(); g.moveTo(from, y); if (bend) g.quadraticCurveTo((from + to) / 2, y - px(46), to, y); else g.lineTo(to, y); g.stroke();
    g.beginPath();
    if (bend) { g.moveTo(to, y + 1); g.lineTo(to - px(15), y - px(8)); g.lineTo(to - px(4), y - px(16)); } else { g.moveTo(to + (to > from ? 1 : -1), y); g.lineTo(to - Math.sign(to - from) * px(13), y - px(8)); g.lineTo(to - Math.sign(to - from) * px(13), y + px(8)); }
    g.fill();
  };
  arrow(place(1) - px(4), place(0) + unit + px(6), false, 'data');
  arrow(place(1) + unit + px(4), place(2) - px(6), false, 'data');
  if (s.broken) arrow(place(0) + unit / 2, place(2) + unit / 2, true, 'bad');
  const left = stacked ? 0 : place(2) + unit + px(48), above = stacked ? top + unit + px(28) : px(34), pitch = (width - left) / 8, side = Math.min(pitch / 4, px(26)), base = height - px(50), most = Math.max(...Object.values(joint));
  Object.keys(joint).sort().forEach((k, i) => {
    const x = left + (i + 0.5) * pitch, h = (base - above) * joint[k] / most;
    g.fillStyle = color('data'); g.fillRect(x - pitch * 0.3, base - h, pitch * 0.6, h);
    g.fillStyle = color('ink'); g.font = font(px(stacked ? 15 : 16), 600); g.textAlign = 'center'; g.textBaseline = 'bottom'; g.fillText(joint[k].toFixed(2), x, base - h - px(3));
    [...k].forEach((bit, c) => { g.fillStyle = bit === '1' ? color('ink') : color('panel'); g.fillRect(x + (c - 1.5) * side, base + px(10), side, side); g.strokeStyle = color('muted'); g.lineWidth = 1; g.strokeRect(x + (c - 1.5) * side + 0.5, base + px(10) + 0.5, side, side); });
  });
});
function fill(row, cells, tag = 'td') { const tr = document.createElement('tr'); cells.forEach((words) => tr.append(Object.assign(document.createElement(tag), { textContent: words }))); row.append(tr); return tr; }
function showThree(s) {
  const { given, a, alone, knowing } = three(s), head = document.createDocumentFragment(), body = document.createDocumentFragment();
  fill(head, ['y', 'z', 'p(x=1 | y, z)', 'p(x=1 | z)', t('basics.three.difference')], 'th');
  for (const z of [0, 1]) for (const y of [0, 1]) {
    const difference = given[z][y] - a[z], same = Math.abs(difference) < 5e-4;
    const tr = fill(body, [String(y), String(z), given[z][y].toFixed(3), a[z].toFixed(3), same ? `0 ✓` : `${difference > 0 ? '+' : '−'}${Math.abs(difference).toFixed(3)}`]);
    tr.className = same ? 'pg-same' : 'pg-other';
  }
  find('[data-part="three"] thead').replaceChildren(head);
  find('[data-part="three"] tbody').replaceChildren(body);
  const kind = knowing > 5e-5 ? 'basics.three.dependent' : alone > 5e-5 ? 'basics.three.independent' : 'basics.three.all_independent';
  find('[data-part="three"] .pg-basics-verdict').textContent = t(kind, { knowing: knowing.toFixed(4), alone: alone.toFixed(4) });
  Object.assign(root.dataset, { knowing: String(knowing), alone: String(alone) });
}

function paint() {
  const s = state();
  if (s.section !== 'dice') return;
  for (const part of root.children) part.hidden = part.dataset.part !== s.part;
  if (s.part === 'three') { showThree(s); row3.draw(); return; }
  throwAll(s);
  find('.pg-basics-headline2').textContent = t(s.outcomes === 2 ? 'basics.dice.bernoulli' : 'basics.dice.categorical', { m: s.outcomes, free: s.outcomes - 1 });
  find('[data-part="categorical"] output').textContent = s.draws ? t('basics.dice.thrown', { n: s.draws.toLocaleString('en') }) : t('basics.dice.none');
  root.dataset.counts = thrown.counts.join();
  bars.draw();
}
stage.addEventListener('knobs', paint);
playground.onLang(paint);
playground.translate(root);
paint();
