// The mask explorer. State is the URL's (order, degrees, kind, task, seeds, step); masks, paths, the training of a few milliseconds, likelihood
// and sampling are computed here. The server is asked for one thing: the gradient of the real network with these degrees and weights.
const STAGE = @STAGE@, DATA = @DATA@; // DATA: by number of inputs, the patterns that the network is trained on
const { t, color, px, font, clamp } = playground;
const box = element.querySelector('.pg-masks'), stage = box.querySelector('.pg-masks-stage');
const part = (name) => box.querySelector(`[data-part="${name}"]`);
const still = matchMedia('(prefers-reduced-motion: reduce)');
const UNITS = 12, INPUTS = 9, STEP_MS = 1100, FADE_MS = 350;
const sub = (i) => [...String(i)].map((c) => '₀₁₂₃₄₅₆₇₈₉'[c]).join('');
const x_ = (i) => `x${sub(i + 1)}`;
const set = (list) => (list.length ? list.map(x_).join(', ') : t('masks.nothing'));

// ---- the network: degrees, masks, paths ------------------------------------------------------------------------------------------
let net = null; // {n, order, turns, hidden, degrees, masks, paths, layers, ...}
let hover = null, pinned = null, picked = null, swap = null, playing = false, clock = 0, timer = 0, faded = null, seen = null, asked = 0, bits = null;
const now = () => playground.link.get(STAGE);
const isMade = () => now().kind === 'made';

function digits(name, words, low, high, most) {
  const values = [...words].map(Number), good = /^[0-9]+$/.test(words) && values.length <= most && values.every((v) => v >= low && v <= high);
  return good ? values : null;
}
function readState() { // bad text in a link: say so and take the lecture's example
  const { order, m1, m2 } = now(), n = order.length;
  const problem = (field, got, kind, limits) => {
    playground.toast(t('error.link_default', { message: t(`error.${kind}`, { field: t(`field.${field}`), got: `'${got}'`, ...limits }), default: field === 'order' ? '231' : field === 'm1' ? '2122' : '1221' }), 'warn', 15);
    playground.link.set(STAGE, { order: '231', m1: '2122', m2: '1221' });
    view.canvas.dataset.refused = field;
    return readState();
  };
  const places = digits('order', order, 1, n, INPUTS);
  if (!places || n < 2 || new Set(places).size < n) return problem('order', order, 'permutation', { n: clamp(n, 2, INPUTS) });
  const first = digits('m1', m1, 1, n - 1, UNITS), second = m2 === '' ? [] : digits('m2', m2, 1, n - 1, UNITS);
  if (!first) return problem('m1', m1, 'integer_range', { low: 1, high: n - 1 });
  if (!second) return problem('m2', m2, 'integer_range', { low: 1, high: n - 1 });
  return { n, order: places.map((v) => v - 1), hidden: second.length ? [first, second] : [first] };
}
function build() {
  const { n, order, hidden } = readState(), made = isMade();
  const turns = []; order.forEach((place, i) => { turns[place] = i + 1; });
  const degrees = [turns, ...hidden, turns];
  const rule = (l, to, from) => (l === degrees.length - 1 ? degrees[l][to] > degrees[l - 1][from] : degrees[l][to] >= degrees[l - 1][from]);
  const allowed = degrees.slice(1).map((m, l) => m.map((_, to) => degrees[l].map((_, from) => (rule(l + 1, to, from) ? 1 : 0))));
  const masks = made ? allowed : allowed.map((rows) => rows.map((row) => row.map(() => 1)));
  const product = (list) => list.reduce((all, m) => m.map((row) => all[0].map((_, j) => row.reduce((sum, v, k) => sum + v * all[k][j], 0))), turns.map((_, i) => turns.map((_, j) => (i === j ? 1 : 0))));
  return { n, order, turns, hidden, degrees, masks, allowed, paths: product(masks), sizes: degrees.map((m) => m.length) };
}

// ---- a training of some milliseconds: Adam on all patterns at once ----------------------------------------------------------------------
function random(seed) { // mulberry32: the same numbers in every browser
  let a = seed >>> 0;
  return () => { a = (a + 0x6d2b79f5) >>> 0; let v = Math.imul(a ^ (a >>> 15), a | 1); v ^= v + Math.imul(v ^ (v >>> 7), v | 61); return ((v ^ (v >>> 14)) >>> 0) / 4294967296; };
}
const sigmoid = (v) => 1 / (1 + Math.exp(-v));
function fresh() {
  const draw = random(1000 + now().seed), normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return net.masks.map((rows) => ({ W: rows.map((row) => row.map(() => normal() * 1.5)), c: rows.map(() => 0) }));
}
function forward(x) { // the values of every layer, the last one as probabilities
  const values = [x];
  net.layers.forEach(({ W, c }, l) => { const h = values[l]; values.push(W.map((row, k) => sigmoid(row.reduce((sum, w, j) => sum + w * net.masks[l][k][j] * h[j], c[k])))); });
  return values;
}
function train() {
  const patterns = DATA[net.n].map((p) => [...p].map(Number)), layers = fresh();
  net.layers = layers; net.patterns = patterns;
  const moments = layers.map(({ W, c }) => ({ W: W.map((r) => r.map(() => [0, 0])), c: c.map(() => [0, 0]) }));
  const STEPS = 400;
  for (let step = 1; step <= STEPS; step++) {
    const grads = layers.map(({ W, c }) => ({ W: W.map((r) => r.map(() => 0)), c: c.map(() => 0) }));
    for (const x of patterns) {
      const values = forward(x);
      let delta = values[values.length - 1].map((p, d) => (p - x[d]) / patterns.length); // d loss / d logit
      for (let l = layers.length - 1; l >= 0; l--) {
        const h = values[l], mask = net.masks[l], below = h.map(() => 0);
        delta.forEach((e, k) => { grads[l].c[k] += e; h.forEach((v, j) => { if (mask[k][j]) { grads[l].W[k][j] += e * v; below[j] += e * layers[l].W[k][j]; } }); });
        delta = below.map((e, j) => e * h[j] * (1 - h[j]));
      }
    }
    const rate = 0.15 * (0.1 + 0.9 * (1 - step / STEPS));
    const move = (holder, key, g, m) => { m[0] = 0.9 * m[0] + 0.1 * g; m[1] = 0.99 * m[1] + 0.01 * g * g; holder[key] -= (rate * (m[0] / (1 - 0.9 ** step))) / (Math.sqrt(m[1] / (1 - 0.99 ** step)) + 1e-8); };
    layers.forEach(({ W, c }, l) => { c.forEach((_, k) => move(c, k, grads[l].c[k], moments[l].c[k])); W.forEach((row, k) => row.forEach((w, j) => move(row, j, grads[l].W[k][j] + 1e-3 * w, moments[l].W[k][j]))); });
  }
  for (const layer of layers) { layer.W = layer.W.map((row) => row.map(Math.fround)); layer.c = layer.c.map(Math.fround); } // what the server gets
  const log_p = (x) => forward(x).at(-1).reduce((sum, p, d) => sum + Math.log(x[d] ? p : 1 - p), 0);
  net.nll = -patterns.reduce((sum, x) => sum + log_p(x), 0) / patterns.length;
  net.total = 0;
  for (let v = 0; v < 2 ** net.n; v++) net.total += Math.exp(log_p(Array.from({ length: net.n }, (_, i) => (v >> i) & 1)));
}

// ---- steps of the two tasks -----------------------------------------------------------------------------------------------------------
function film() {
  const { task, draw } = now(), { n, order, hidden } = net;
  if (task === 'likelihood') {
    const values = forward(bits);
    return { total: hidden.length + 2, passes: 1, values, x: bits, log_p: values.at(-1).reduce((sum, p, d) => sum + Math.log(bits[d] ? p : 1 - p), 0) };
  }
  if (task !== 'sample' || !isMade()) return { total: 0 };
  const u = random(77 + draw), x = Array(n).fill(0), frames = [];
  for (const place of order) { const values = forward(x), p = values.at(-1)[place], v = u(); frames.push({ x: [...x], values, p, u: v, place }); x[place] = v < p ? 1 : 0; }
  return { total: 2 * n, frames, x };
}

function load() {
  const before = net;
  net = build();
  if (!bits || bits.length !== net.n) bits = [...DATA[net.n][0]].map(Number);
  if (picked && (picked.l > net.hidden.length || picked.k >= net.sizes[picked.l])) picked = null;
  if (pinned && (pinned.l >= net.sizes.length || pinned.k >= net.sizes[pinned.l])) pinned = null;
  train();
  net.film = film();
  if (now().step > net.film.total) playground.link.set(STAGE, { step: net.film.total });
  const same = before && String(before.sizes) === String(net.sizes);
  faded = same && !still.matches ? { masks: before.masks, start: performance.now() } : null;
  seen = null; hover = null; swap = null;
  show();
  prove();
}
const prove = playground.gate(async () => {
  const mine = net, numbers = mine.layers.flatMap(({ W, c }) => [...W.flat(), ...c]);
  const bytes = new Uint8Array(new Float32Array(numbers).buffer);
  const packed = { shape: [numbers.length], dtype: 'float32', data: btoa(String.fromCharCode(...bytes)) };
  const got = playground.check(await server.evidence(mine.order.map((v) => v + 1), mine.hidden, packed, bits, isMade()));
  if (!got || mine !== net) return;
  const map = playground.unpack(got.seen);
  seen = { map: mine.paths.map((_, d) => Array.from(map.subarray(d * mine.n, (d + 1) * mine.n))), total: got.total, p: Array.from(playground.unpack(got.p)) };
  seen.agrees = mine.paths.every((row, d) => row.every((v, j) => (v > 0) === (seen.map[d][j] > 0)));
  show();
});

// ---- what hangs together with a node, over connections that are there ----------------------------------------------------------------------
function closure({ l, k }) {
  const lit = net.sizes.map((size) => Array(size).fill(false));
  lit[l][k] = true;
  for (let a = l; a > 0; a--) lit[a].forEach((on, to) => on && net.masks[a - 1][to].forEach((m, from) => { if (m) lit[a - 1][from] = true; }));
  const up = net.sizes.map((size) => Array(size).fill(false));
  up[l][k] = true;
  for (let a = l; a < net.masks.length; a++) up[a].forEach((on, from) => on && net.masks[a].forEach((row, to) => { if (row[from]) up[a + 1][to] = true; }));
  return { down: lit, up, l };
}
// Of an edge into layer l + 1: whether it lies on a path through the node.
const onPath = (c, l, to, from) => (l + 1 <= c.l ? c.down[l + 1][to] && c.down[l][from] : c.up[l][from] && c.up[l + 1][to]);
const isLit = (c, l, k) => (l <= c.l ? c.down[l][k] : c.up[l][k]);
const focus = () => hover || pinned;

// ---- layout -----------------------------------------------------------------------------------------------------------------------------
let narrow = false, places = null;
const size = (v) => px(v) * (narrow ? 0.86 : 1);
function layout(width) {
  narrow = width < 720;
  const L = net.sizes.length, gutter = narrow ? 0 : size(130), nodes = { x: gutter, y: 0, w: (narrow ? width : width * 0.57) - gutter, h: narrow ? 110 * L + 50 : clamp(window.innerHeight - 470, 470, 780) };
  const side = narrow ? { x: 0, y: nodes.h + 10, w: width - 3 } : { x: width * 0.6, y: 0, w: width * 0.4 - 3 };
  const title = size(46), gap = size(22), count = net.masks.length;
  // matrices side by side, in cells of one size
  const columns = net.masks.reduce((sum, m) => sum + m[0].length, 0), rows = Math.max(...net.masks.map((m) => m.length));
  const head = size(24), cell = Math.min((side.w - gap * (count - 1) - head * count) / columns, size(narrow ? 20 : 34), narrow ? 99 : (nodes.h * 0.46 - title) / (rows + 1));
  let x = side.x;
  const matrices = net.masks.map((m) => { const at = { x: x + head, y: side.y + title + head, cell, w: cell * m[0].length, h: cell * m.length, head }; x += head + at.w + gap; return at; });
  const top = side.y + title + head + cell * rows + size(18);
  const tablesHead = size(narrow ? 44 : 50), room = narrow ? 9999 : nodes.h - top - tablesHead - size(26);
  const c = Math.min((side.w - gap - 2 * size(30)) / 2 / net.n, room / (net.n + 0.2), size(58));
  const tables = [0, 1].map((k) => ({ x: side.x + size(30) + k * (size(30) + gap + c * net.n), y: top + tablesHead + size(22), cell: c, w: c * net.n, h: c * net.n }));
  const bottom = tables[0].y + tables[0].h + 6;
  return { nodes, matrices, tables, tablesTop: top, height: Math.ceil(Math.max(nodes.h, bottom)) };
}
function nodeAt(l, k) {
  const { nodes } = places, L = net.sizes.length, top = size(now().task === 'paths' ? 56 : 76), foot = size(62);
  const y = nodes.y + nodes.h - foot - ((nodes.h - top - foot) * l) / (L - 1);
  const m = net.sizes[l], widest = Math.max(...net.sizes), step = (nodes.w - size(20)) / Math.max(widest, 4.2);
  const spread = m === widest ? step : Math.min(step * 1.35, ((nodes.w - size(20)) / m) * 0.94);
  return { x: nodes.x + nodes.w / 2 + (k - (m - 1) / 2) * spread, y, r: clamp(step * 0.34, 10, size(27)) };
}

// ---- drawing ------------------------------------------------------------------------------------------------------------------------------
function words(g, text, x, y, { s = 16, c = 'ink', align = 'center', weight = 400, room } = {}) {
  g.fillStyle = color(c); g.font = font(size(s), weight); g.textAlign = align; g.textBaseline = 'middle';
  if (room) g.fillText(text, x, y, room); else g.fillText(text, x, y);
}
function current() { // which nodes have been computed at this step, and which layer is in play
  const { task, step } = now(), f = net.film, L = net.sizes.length;
  if (task === 'likelihood') return { values: f.values, known: net.sizes.map((m, l) => Array(m).fill(l <= step)), layer: step, x: f.x };
  if (task === 'sample' && f.frames) {
    const turn = Math.min(net.n - 1, Math.floor((step - 1) / 2)), frame = f.frames[Math.max(0, turn)], place = frame.place;
    const drawn = Math.floor(step / 2), x = net.turns.map((m) => (m <= drawn ? f.x[net.turns.indexOf(m)] : null));
    const lit = step > 0 ? closure({ l: L - 1, k: place }) : null;
    const known = net.sizes.map((m, l) => Array.from({ length: m }, (_, k) => (l === 0 ? x[k] !== null : step > 0 && lit.down[l][k])));
    return { values: frame.values, known, x, lit: step % 2 ? lit : null, frame, read: step > 0 ? place : -1, half: step % 2 };
  }
  return null;
}

function drawEdges(g, run) {
  const at = focus(), c = at ? closure(at) : run && run.lit ? run.lit : null, made = isMade();
  const share = faded ? clamp((performance.now() - faded.start) / FADE_MS, 0, 1) : 1;
  const edges = [];
  net.masks.forEach((rows, l) => rows.forEach((row, to) => row.forEach((m, from) => {
    const was = faded ? faded.masks[l][to][from] : m, alive = was + (m - was) * share, leak = !made && !net.allowed[l][to][from];
    const path = c && m && onPath(c, l, to, from), edge = hover && hover.edge && hover.edge.l === l && hover.edge.to === to && hover.edge.from === from;
    const pass = run && now().task === 'likelihood' && l + 1 === run.layer && m;
    edges.push({ l, to, from, m, alive, leak, rank: edge ? 3 : path ? 2 : pass ? 1.5 : m ? 1 : 0, path, edge, pass });
  })));
  edges.sort((a, b) => a.rank - b.rank);
  const many = edges.length > 150;
  for (const e of edges) {
    const a = nodeAt(e.l, e.from), b = nodeAt(e.l + 1, e.to);
    g.beginPath(); g.moveTo(a.x, a.y - a.r); g.lineTo(b.x, b.y + b.r);
    const on = e.path || e.edge || e.pass;
    g.setLineDash(e.m ? [] : [3, 6]);
    g.strokeStyle = color(e.edge || e.path ? 'accent-2' : e.leak ? 'bad' : e.m ? 'accent' : 'muted');
    g.globalAlpha = on ? 1 : c ? (e.m ? 0.14 : many ? 0 : 0.1) : e.m ? 0.3 + 0.45 * e.alive * (many ? 0.5 : 1) : (many ? 0.12 : 0.3) + 0.4 * e.alive;
    g.lineWidth = on ? size(3.2) : e.m ? size(many ? 1.3 : 2) : size(1.1);
    g.stroke();
  }
  g.setLineDash([]); g.globalAlpha = 1;
}

function drawNodes(g, run) {
  const at = focus(), c = at ? closure(at) : null, last = net.sizes.length - 1, task = now().task;
  net.sizes.forEach((count, l) => {
    for (let k = 0; k < count; k++) {
      const { x, y, r } = nodeAt(l, k), lit = c && isLit(c, l, k), dim = (c && !lit) || (run && !c && !run.known[l][k] && !(l === last && run.read === k));
      const mine = at && !at.edge && at.l === l && at.k === k, unit = l > 0 && l < last, chosen = (picked && picked.l === l && picked.k === k) || (swap === k && l === 0);
      g.globalAlpha = dim ? 0.4 : 1;
      g.beginPath(); g.arc(x, y, r, 0, 7);
      const value = run && run.known[l][k] ? run.values[l][k] : null;
      g.fillStyle = color('panel'); g.fill();
      if (run && value !== null && l > 0) { g.globalAlpha = (dim ? 0.4 : 1) * value * 0.55; g.fillStyle = color('accent'); g.fill(); g.globalAlpha = dim ? 0.4 : 1; }
      if (l === 0 && run && run.x[k] === 1) { g.fillStyle = color('ink'); g.fill(); }
      g.lineWidth = size(mine || chosen ? 4.5 : lit ? 3.5 : 2.2);
      g.strokeStyle = color(mine || chosen || lit ? 'accent-2' : unit ? 'accent' : 'ink');
      g.stroke();
      const s = clamp((r / size(1)) * 1.0, 9, 24);
      if (unit) words(g, String(net.degrees[l][k]), x, y + 1, { s, weight: 700 });
      else if (l === 0) {
        const inside = run ? (run.x[k] === null ? '?' : String(run.x[k])) : String(net.turns[k]);
        words(g, inside, x, y + 1, { s, weight: 700, c: run && run.x[k] === 1 ? 'panel' : 'ink' });
        words(g, x_(k), x, y + r + size(15), { s: narrow && net.n > 6 ? 14 : 18, weight: 600, c: lit ? 'accent-2' : 'ink' });
      } else {
        words(g, String(net.turns[k]), x, y + 1, { s, weight: 700 });
        drawOutputLabel(g, k, x, y - r, run, lit);
      }
    }
  });
  g.globalAlpha = 1;
  const names = [t('masks.row_inputs'), ...net.hidden.map((_, l) => t('masks.row_hidden', { l: l + 1 })), t('masks.row_outputs')];
  names.forEach((name, l) => {
    if (narrow) return;
    const { y } = nodeAt(l, 0);
    words(g, name, 0, y - size(11), { s: 16, weight: 600, align: 'left', room: size(126) });
    words(g, t(l === 0 || l === last ? 'masks.row_turn' : 'masks.row_degree'), 0, y + size(11), { s: 15, c: 'muted', align: 'left', room: size(126) });
  });
  if (!narrow && [6, 9].includes(net.n)) drawImage(g, run);
}
function drawOutputLabel(g, k, x, y, run, lit) {
  const past = net.turns.map((m, i) => [m, i]).filter(([m]) => m < net.turns[k]).sort((a, b) => a[0] - b[0]).map(([, i]) => i);
  const value = run && (now().task === 'likelihood' ? run.known[net.sizes.length - 1][k] : run.read === k) ? run.values.at(-1)[k] : null;
  const short = net.n > 4 || narrow, given = isMade() ? past : net.turns.map((_, i) => i);
  const label = short ? `p${sub(k + 1)}` : `p(${x_(k)}${given.length ? ` | ${given.map(x_).join(', ')}` : ''})`;
  const leaks = !isMade();
  words(g, label, x, y - size(14), { s: short ? 16 : 17, weight: 600, c: lit ? 'accent-2' : leaks ? 'bad' : 'ink' });
  if (value !== null) words(g, value.toFixed(2), x, y - size(34), { s: 16, weight: 700, c: 'accent' });
}
function drawImage(g, run) { // the inputs as the picture they are: their turns, or their values
  const s = size(19), rows = net.n / 3, x = size(4), y = (nodeAt(0, 0).y + nodeAt(1, 0).y - rows * s) / 2 + size(2);
  for (let k = 0; k < net.n; k++) {
    const left = x + (k % 3) * s, top = y + Math.floor(k / 3) * s, value = run ? run.x[k] : null;
    if (value === 1) { g.fillStyle = color('ink'); g.fillRect(left, top, s, s); }
    g.strokeStyle = color('muted'); g.lineWidth = 1; g.strokeRect(left + 0.5, top + 0.5, s, s);
    if (value === null) words(g, run ? '?' : String(net.turns[k]), left + s / 2, top + s * 0.55, { s: 14, weight: 600, c: run ? 'muted' : 'ink' });
  }
}

function drawMatrices(g) {
  const at = focus(), c = at ? closure(at) : null;
  net.masks.forEach((rows, l) => {
    const { x, y, cell, w, head } = places.matrices[l], out = l === net.masks.length - 1;
    const name = out ? 'Mᵒᵘᵗ' : `M${'¹²'[l]}`, mid = net.hidden.length;
    words(g, name, x, y - head - size(26), { s: 20, weight: 700, align: 'left' });
    const rule = isMade() ? (out ? `m⁰ > m${'¹²'[mid - 1]}` : `m${'¹²'[l]} ≥ m${'⁰¹'[l]}`) : t('masks.all_ones');
    words(g, rule, x, y - head - size(5), { s: 14, c: 'muted', align: 'left', room: w + size(20) });
    const s = clamp((cell / size(1)) * 0.62, 8, 17);
    net.degrees[l].forEach((m, j) => words(g, String(m), x + (j + 0.5) * cell, y - head * 0.4, { s, c: c && isLit(c, l, j) ? 'accent-2' : 'muted', weight: 600 }));
    rows.forEach((row, k) => {
      words(g, String(net.degrees[l + 1][k]), x - head * 0.45, y + (k + 0.5) * cell, { s, c: c && isLit(c, l + 1, k) ? 'accent-2' : 'muted', weight: 600 });
      row.forEach((m, j) => {
        const path = c && m && onPath(c, l, k, j), leak = !isMade() && !net.allowed[l][k][j];
        g.globalAlpha = c && !path ? 0.3 : 1;
        g.fillStyle = color(path ? 'accent-2' : leak ? 'bad' : 'accent');
        if (m) g.fillRect(x + j * cell + 1, y + k * cell + 1, cell - 2, cell - 2);
        g.globalAlpha = 1; g.strokeStyle = color('line'); g.lineWidth = 1;
        g.strokeRect(x + j * cell + 0.5, y + k * cell + 0.5, cell - 1, cell - 1);
        if (hover && hover.edge && hover.edge.l === l && hover.edge.to === k && hover.edge.from === j) { g.strokeStyle = color('accent-2'); g.lineWidth = 3; g.strokeRect(x + j * cell, y + k * cell, cell, cell); }
      });
    });
  });
}

// What each output sees: rows outputs, columns inputs. Left as drawn (number of paths), right as the gradient of the real network has it.
function drawTables(g) {
  const at = focus(), row = at && !at.edge && at.l === net.sizes.length - 1 ? at.k : -1;
  places.tables.forEach(({ x, y, cell, w: wide }, which) => {
    const w = which ? Math.min(wide, view.width - x - size(36)) : wide; // what stands above has no more room than that
    words(g, t(which ? 'masks.measured' : 'masks.drawn'), x - size(30), y - size(44), { s: 16, weight: 600, align: 'left', room: w + size(34) });
    words(g, t(which ? 'masks.measured_what' : 'masks.drawn_what'), x - size(30), y - size(25), { s: 14, c: 'muted', align: 'left', room: w + size(34) });
    for (let j = 0; j < net.n; j++) words(g, x_(j), x + (j + 0.5) * cell, y - size(8), { s: 14, c: 'muted', weight: 600 });
    for (let d = 0; d < net.n; d++) {
      words(g, `p${sub(d + 1)}`, x - size(14), y + (d + 0.5) * cell, { s: 14, c: d === row ? 'accent-2' : 'muted', weight: 600 });
      for (let j = 0; j < net.n; j++) {
        const value = which ? (seen ? seen.map[d][j] : null) : net.paths[d][j], may = net.turns[j] < net.turns[d];
        const left = x + j * cell + 1, top = y + d * cell + 1, s = cell - 2;
        g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(left, top, s, s);
        if (value > 0) {
          g.globalAlpha = row >= 0 && row !== d ? 0.3 : 1;
          g.fillStyle = color(may ? (d === row ? 'accent-2' : 'accent') : 'bad'); g.fillRect(left, top, s, s); g.globalAlpha = 1;
        } else if (may && value !== null && isMade()) { g.setLineDash([4, 3]); g.strokeStyle = color('warn'); g.lineWidth = 2; g.strokeRect(left + 2, top + 2, s - 4, s - 4); g.setLineDash([]); }
        const label = value === null ? '…' : which ? (value === 0 ? '0' : value < 0.01 ? value.toExponential(0).replace('e-', 'e−') : value.toFixed(value < 9.95 ? 2 : 0)) : String(value);
        if (cell >= size(which && value > 0 ? 29 : 15)) words(g, label, left + s / 2, top + s / 2 + 1, { s: clamp((cell / size(1)) * (which ? 0.34 : 0.42), 9, 18), c: value > 0 ? 'on-accent' : 'muted', weight: 600, room: s - 2 });
      }
    }
  });
}

function draw(g, width, height) {
  if (!net) return;
  places = layout(width);
  if (Math.abs(places.height - height) > 1) { stage.style.height = `${places.height}px`; return; }
  const run = current();
  drawEdges(g, run); drawNodes(g, run); drawMatrices(g); drawTables(g);
  if (faded) { if (performance.now() - faded.start < FADE_MS) view.later(); else faded = null; }
  const data = view.canvas.dataset, at = focus(), last = net.sizes.length - 1;
  Object.assign(data, { order: now().order, m1: now().m1, m2: now().m2, kind: now().kind, task: now().task, step: now().step, total: net.film.total,
    masks: JSON.stringify(net.masks), paths: JSON.stringify(net.paths), seen: seen ? JSON.stringify(seen.map.map((r) => r.map((v) => (v > 0 ? 1 : 0)))) : '',
    agrees: seen ? String(seen.agrees) : '', sum: net.total.toFixed(6), torch: seen ? seen.total.toFixed(6) : '', nll: net.nll.toFixed(4),
    p: JSON.stringify(forward(bits).at(-1)), proven: seen ? JSON.stringify(seen.p) : '', focus: at && !at.edge ? `${at.l}:${at.k}` : '', x: net.film.x ? net.film.x.join('') : '',
    nodes: JSON.stringify(net.sizes.map((m, l) => Array.from({ length: m }, (_, k) => { const p = nodeAt(l, k); return [Math.round(p.x), Math.round(p.y)]; }))),
    lit: at ? JSON.stringify(closure(at).down[0].flatMap((on, j) => (on && at.l === last ? [j + 1] : []))) : '' });
  data.seq = String(Number(data.seq || 0) + 1);
}
const view = playground.canvas(stage, draw);

// ---- words --------------------------------------------------------------------------------------------------------------------------------
function story() {
  const { task, step } = now(), at = focus(), last = net.sizes.length - 1, run = current(), f = net.film;
  if (at && at.edge) {
    const { l, to, from } = at.edge, m = [net.degrees[l + 1][to], net.degrees[l][from]], kept = net.allowed[l][to][from];
    return [t('masks.edge_title'), t(!isMade() ? 'masks.edge_plain' : kept ? 'masks.edge_kept' : 'masks.edge_cut', { to: m[0], from: m[1], sign: l === last - 1 ? '>' : '≥', not: l === last - 1 ? '≤' : '<' })];
  }
  if (at) {
    const c = closure(at), down = c.down[0].flatMap((on, j) => (on ? [j] : [])), up = c.up[last].flatMap((on, d) => (on ? [d] : []));
    const name = { i: sub(at.k + 1), turn: net.turns[at.k], degree: net.degrees[at.l][at.k], l: at.l };
    const past = net.turns.flatMap((m, j) => (m < net.turns[at.k] ? [j] : []));
    if (at.l === last) return [t('masks.output_title', name), t(isMade() ? 'masks.output_says' : 'masks.output_leaks', { ...name, seen: set(down), may: set(past) })];
    if (at.l === 0) return [t('masks.input_title', name), t('masks.input_says', { ...name, outputs: up.length ? up.map((d) => `p${sub(d + 1)}`).join(', ') : t('masks.none') })];
    return [t('masks.unit_title', name), t(isMade() ? 'masks.unit_says' : 'masks.unit_plain', { ...name, seen: set(down), outputs: up.length ? up.map((d) => `p${sub(d + 1)}`).join(', ') : t('masks.none') })];
  }
  if (task === 'likelihood') {
    const title = t('masks.likelihood_title'), layers = net.hidden.length;
    if (step === 0) return [title, t('masks.likelihood_start')];
    if (step <= layers) return [title, t('masks.likelihood_hidden', { l: step })];
    if (step === layers + 1) return [title, t('masks.likelihood_outputs', { n: net.n })];
    return [title, t(isMade() ? 'masks.likelihood_end' : 'masks.likelihood_leak', { log_p: f.log_p.toFixed(2).replace('-', '−'), p: Math.exp(f.log_p).toPrecision(2), total: net.total.toFixed(2) })];
  }
  if (task === 'sample') {
    const title = t('masks.sample_title', { n: net.n });
    if (!f.frames) return [title, t('masks.sample_leak', { i: sub(net.order[0] + 1) })];
    if (step === 0) return [title, t('masks.sample_start', { i: sub(net.order[0] + 1) })];
    const { place, p, u } = run.frame, values = { pass: Math.ceil(step / 2), n: net.n, i: sub(place + 1), p: p.toFixed(2), u: u.toFixed(2), x: f.x[place], sign: u < p ? '<' : '≥' };
    return [title, t(step === f.total ? 'masks.sample_end' : step % 2 ? 'masks.sample_pass' : 'masks.sample_draw', values)];
  }
  return [t(isMade() ? 'masks.made_title' : 'masks.plain_title'), t(isMade() ? 'masks.made_says' : 'masks.plain_says')];
}
function facts() {
  const best = Math.log(net.patterns.length), lines = [];
  const leaks = net.turns.reduce((sum, m, d) => sum + net.turns.filter((v, j) => v >= m && net.paths[d][j] > 0).length, 0);
  const places_ = net.n * net.n;
  lines.push([seen ? (seen.agrees ? 'good' : 'bad') : '', seen ? t(seen.agrees ? 'masks.agrees' : 'masks.disagrees', { n: places_ }) : t('masks.asking')]);
  lines.push([leaks ? 'bad' : 'good', leaks ? t('masks.leaks', { n: leaks }) : t('masks.no_leaks')]);
  const total = seen ? seen.total : net.total;
  lines.push([Math.abs(total - 1) < 1e-6 ? 'good' : 'bad', t(Math.abs(total - 1) < 1e-6 ? 'masks.sum_one' : 'masks.sum_not', { count: 2 ** net.n, total: Math.abs(total - 1) < 1e-6 ? total.toFixed(6) : total.toFixed(3) })]);
  lines.push(['', t(isMade() ? 'masks.nll' : 'masks.nll_leak', { nll: net.nll.toFixed(2), count: net.patterns.length, best: best.toFixed(2) })]);
  const waste = net.paths.reduce((sum, row, d) => sum + row.filter((v, j) => v === 0 && net.turns[j] < net.turns[d]).length, 0);
  if (waste && isMade()) lines.push(['warn', t('masks.waste', { n: waste })]);
  return lines;
}
function show() {
  const { task, step } = now(), [title, says] = story();
  part('title').textContent = title; part('story').textContent = says;
  part('facts').replaceChildren(...facts().map(([kind, words]) => { const node = document.createElement('span'); node.textContent = words; if (kind) node.dataset.kind = kind; return node; }));
  part('steps').hidden = task === 'paths' || (task === 'sample' && !isMade());
  part('steps').querySelector('[data-act=another]').textContent = t(task === 'sample' ? 'masks.another_sample' : 'masks.another_x');
  part('unit').hidden = task !== 'paths' || !picked;
  if (picked) part('unit-name').textContent = t('masks.unit_name', { l: picked.l, i: picked.k + 1, degree: net.degrees[picked.l][picked.k] });
  const play = box.querySelector('[data-act=play]');
  play.setAttribute('aria-pressed', String(playing)); play.dataset.icon = playing ? 'pause' : 'play';
  box.dataset.kind = now().kind; box.dataset.task = task; box.dataset.playing = String(playing);
  view.later();
}

// ---- hands --------------------------------------------------------------------------------------------------------------------------------
function change(values) { playground.link.set(STAGE, values); load(); tellControls(); }
function tellControls() { const other = document.querySelector('.pg-mask-controls'); if (other) other.dispatchEvent(new CustomEvent('changed')); }
function degree(at, by) {
  const m = [...net.hidden[at.l - 1]], high = net.n - 1;
  m[at.k] = ((m[at.k] - 1 + by + high) % high) + 1;
  picked = at; pinned = null;
  change({ [`m${at.l}`]: m.join('') });
}
function exchange(a, b) {
  const order = [...net.order], [i, j] = [order.indexOf(a), order.indexOf(b)];
  [order[i], order[j]] = [order[j], order[i]];
  change({ order: order.map((v) => v + 1).join('') });
}
function under(event) {
  const area = view.canvas.getBoundingClientRect(), x = event.clientX - area.left, y = event.clientY - area.top;
  if (!net || !places) return null;
  for (let l = 0; l < net.sizes.length; l++) for (let k = 0; k < net.sizes[l]; k++) {
    const p = nodeAt(l, k), tall = l === 0 ? size(24) : l === net.sizes.length - 1 ? -size(40) : 0;
    if (Math.hypot(x - p.x, y - p.y) <= p.r + 5 || (tall && Math.abs(x - p.x) < p.r + 8 && (y - p.y) * Math.sign(tall) > 0 && Math.abs(y - p.y) < p.r + Math.abs(tall))) return { l, k };
  }
  for (let l = 0; l < net.masks.length; l++) {
    const m = places.matrices[l], k = Math.floor((y - m.y) / m.cell), j = Math.floor((x - m.x) / m.cell);
    if (k >= 0 && k < net.masks[l].length && j >= 0 && j < net.masks[l][0].length) return { l: l + 1, k, edge: { l, to: k, from: j } };
  }
  for (const table of places.tables) {
    const d = Math.floor((y - table.y) / table.cell);
    if (x >= table.x - size(30) && x <= table.x + table.w && d >= 0 && d < net.n) return { l: net.sizes.length - 1, k: d };
  }
  return null;
}
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
view.canvas.addEventListener('pointermove', (event) => {
  if (event.pointerType === 'touch') return;
  const found = under(event);
  view.canvas.style.cursor = found ? 'pointer' : '';
  if (!same(found, hover)) { hover = found; show(); }
});
view.canvas.addEventListener('pointerleave', () => { if (hover) { hover = null; show(); } });
view.canvas.addEventListener('contextmenu', (event) => { const at = under(event); if (at && !at.edge && at.l > 0 && at.l < net.sizes.length - 1) event.preventDefault(); });
view.canvas.addEventListener('pointerdown', (event) => {
  const at = under(event), last = net.sizes.length - 1, touch = event.pointerType === 'touch', back = event.button === 2 || event.shiftKey;
  if (event.button === 1) return;
  box.focus({ preventScroll: true });
  if (!at || at.edge) { pinned = null; picked = null; swap = null; hover = at; show(); return; }
  const task = now().task;
  if (at.l === 0 && task === 'likelihood') { bits[at.k] = 1 - bits[at.k]; net.film = film(); prove(); show(); return; }
  if (at.l === 0 && task === 'paths') {
    if (swap === null) { swap = at.k; if (touch) hover = at; show(); } else if (swap === at.k) { swap = null; show(); } else exchange(swap, at.k);
    return;
  }
  if (at.l === last || task !== 'paths') { pinned = same(pinned, at) ? null : at; hover = touch ? null : at; show(); return; }
  if (touch && !same(picked, at)) { picked = at; pinned = at; show(); return; } // first tap asks, second changes
  const keep = hover;
  degree(at, back ? -1 : 1);
  hover = touch ? null : keep; show();
});

function go(step) { playground.link.set(STAGE, { step: clamp(step, 0, net.film.total) }); hover = null; pinned = null; show(); }
function stop() { playing = false; clearTimeout(timer); show(); }
function tick() {
  if (!playing || !view.canvas.isConnected) return;
  if (now().step >= net.film.total) { stop(); return; }
  go(now().step + 1);
  timer = setTimeout(tick, STEP_MS);
}
function play() {
  if (!net.film.total) return;
  if (playing) { stop(); return; }
  if (now().step >= net.film.total) go(0);
  playing = true; show();
  timer = setTimeout(tick, STEP_MS / 2);
}
function select(by) {
  const units = net.hidden.flatMap((m, l) => m.map((_, k) => ({ l: l + 1, k }))), i = picked ? units.findIndex((u) => same(u, picked)) : by > 0 ? -1 : 0;
  picked = units[(i + by + units.length) % units.length]; pinned = picked; hover = null; show();
}
const acts = {
  restart: () => { playing = false; clearTimeout(timer); go(0); if (net.film.total) play(); }, back: () => { stop(); go(now().step - 1); }, play, step: () => { stop(); go(now().step + 1); },
  another: () => {
    if (now().task === 'sample') { playground.link.set(STAGE, { draw: (now().draw + 1) % 2 ** 31, step: 0 }); net.film = film(); acts.restart(); return; }
    const i = DATA[net.n].indexOf(bits.join(''));
    bits = [...DATA[net.n][(i + 1) % DATA[net.n].length]].map(Number); net.film = film(); prove(); go(0); play();
  },
  less: () => picked && degree(picked, -1), more: () => picked && degree(picked, 1),
};
for (const button of box.querySelectorAll('button[data-act]')) button.addEventListener('click', acts[button.dataset.act]);
const stepping = () => now().task !== 'paths';
playground.keys(box, {
  space: play, r: acts.restart,
  left: () => (stepping() ? acts.back() : select(-1)), right: () => (stepping() ? acts.step() : select(1)),
  up: () => { if (!stepping() && picked) { const at = picked; degree(at, 1); pinned = at; show(); } }, down: () => { if (!stepping() && picked) { const at = picked; degree(at, -1); pinned = at; show(); } },
  escape: () => { pinned = picked = swap = hover = null; show(); },
});
box.addEventListener('configure', () => { playing = false; clearTimeout(timer); pinned = null; load(); if (stepping() && now().step === 0 && net.film.total && !still.matches) play(); });
playground.translate(box);
playground.onLang(() => show());
load();
