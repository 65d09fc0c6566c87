// ---- the grid, and one picture opened -------------------------------------------------------------------------------------------------
let grid = null;       // {key, seeds, bytes}: what the grid shows
let labelled = '';     // what the cells' labels were written for
let look = null;       // {key, ...}: the newest answer about one picture
const psiNow = () => (state.section === 'grid' ? state.psi : 1);
const gridKey = () => [state.loss, state.seed, psiNow()].join();
const lookKey = () => [state.loss, state.picked, state.psi].join();
const seedAt = (k) => (state.seed + k) % (LARGEST_SEED + 1);
const placeOf = (seed) => { const k = seed - state.seed; return k >= 0 && k < MOST ? k : k + LARGEST_SEED + 1 < MOST ? k + LARGEST_SEED + 1 : -1; };
const narrow = () => root.clientWidth < 620;
const columns = () => (state.section === 'grid' || narrow() ? 10 : 25);

const askGrid = playground.gate(async () => {
  const key = gridKey();
  if (grid && grid.key === key) return;
  const got = taken(await server.grid(state.loss, state.seed, psiNow()));
  if (!got) return;
  missing = null; tell();
  grid = { key, bytes: playground.unpack(got.images) };
  root.dataset.answers = Number(root.dataset.answers || 0) + 1;
  root.dataset.psi = key.split(',')[2];
  showGrid(); showBig();
});
const askLook = playground.gate(async () => {
  const key = lookKey();
  if (state.section !== 'grid' || (look && look.key === key)) return;
  const got = taken(await server.look(state.loss, state.picked, state.psi));
  if (!got) return;
  look = { ...got, key, loss: state.loss, image: playground.unpack(got.image), z: playground.unpack(got.z), quantiles: playground.unpack(got.neighbour.quantiles), near: got.neighbour.image && playground.unpack(got.neighbour.image) };
  showLook();
});

function marks() { // letters on the chosen pictures, per section
  if (state.section === 'walk') return { A: [state.walk_a], B: [state.walk_b] };
  return state.section === 'sums' ? { A: terms().a, B: terms().b, C: terms().c } : {};
}
function showGrid() {
  if (!samples || !grid) return;
  const C = columns(), k = placeOf(state.picked), selected = state.section === 'grid' && k >= 0 ? [Math.floor(k / C), k % C] : null;
  const images = { shape: [MOST / C, C, SIDE, SIDE], data: grid.bytes }, letters = Object.entries(marks());
  const said = [state.seed, C, playground.lang, JSON.stringify([selected, letters])].join();
  if (said === labelled) samples.pictures(images); // a dragged slider changes the pictures only
  else { samples.show({ images, selected }); labelCells(C, letters); labelled = said; }
  samples.dataset.key = grid.key;
}
function labelCells(C, letters) {
  const lettersOf = (seed) => letters.filter(([, seeds]) => seeds.includes(seed)).map(([letter]) => letter).join('');
  for (const cell of samples.querySelectorAll('.pg-grid-cell')) {
    const seed = seedAt(+cell.dataset.row * C + +cell.dataset.col), mark = lettersOf(seed);
    if (mark) cell.dataset.mark = mark; else delete cell.dataset.mark;
    cell.setAttribute('aria-label', t(mark ? 'dcgan.cell_marked' : 'dcgan.cell', { seed, mark }));
    cell.title = t('dcgan.seed_is', { seed });
  }
}

const big = playground.canvas(find('[data-view="big"]'), (g, width) => {
  const k = placeOf(state.picked), current = look && look.key === lookKey();
  const bytes = current ? look.image : grid && grid.key === gridKey() && k >= 0 ? slice(grid.bytes, k) : look && look.image;
  if (bytes) pictures(g, bytes, 1, () => [0, 0, width]);
});
const near = playground.canvas(find('[data-view="near"]'), (g, width, height) => {
  if (!look) return;
  if (look.near) pictures(g, look.near, 1, () => [0, 0, width]);
  else { g.fillStyle = color('bg'); g.fillRect(0, 0, width, height); write(g, String(look.neighbour.digit), width / 2, height / 2, { align: 'center', colour: 'ink', size: 80, weight: 700 }); }
});
const bars = playground.canvas(find('[data-view="z"]'), (g, width, height) => {
  if (!look) return;
  const n = look.z.length, most = 3.2, middle = height / 2, step = width / n;
  rule(g, 0, middle, width, middle);
  look.z.forEach((v, i) => { g.fillStyle = color(v > 0 ? 'data' : 'generated'); const h = clamp(v / most, -1, 1) * middle; g.fillRect(i * step + 1, Math.min(middle, middle - h), step - 2, Math.max(1, Math.abs(h))); });
});
const opinion = playground.canvas(find('[data-view="opinion"]'), (g, width, height) => {
  if (!look || !facts[look.loss]) return;
  const { real, fake } = facts[look.loss].scores, all = [...real, ...fake].sort((a, b) => a - b), at = (q) => all[Math.round(q * (all.length - 1))];
  const low = Math.min(at(0.003), look.logit, ...targets(look.loss).map(([v]) => v)), high = Math.max(at(0.997), look.logit, ...targets(look.loss).map(([v]) => v)), pad = (high - low) * 0.03 || 1;
  const edges = [low - pad, high + pad], box = frameOf(width, height, { left: 8, right: 8, top: 26 }), X = axis(...edges, box.left, box.right), Y = (v) => box.bottom - v * (box.bottom - box.top), n = 40, x = X(look.logit);
  const sideOf = (at) => (Math.abs(at - x) < px(34) ? (at < x ? 'right' : 'left') : at > width * 0.8 ? 'right' : 'center'); // beside the marker
  const count = (values) => { const out = new Array(n).fill(0); for (const v of values) out[clamp(Math.floor((v - edges[0]) / (edges[1] - edges[0]) * n), 0, n - 1)] += 1; return out; };
  const [a, b] = [count(real), count(fake)], most = Math.max(...a, ...b);
  histogram(g, a, most, X, Y, edges, 'real'); histogram(g, b, most, X, Y, edges, 'fake');
  rule(g, box.left, box.bottom, box.right, box.bottom, { colour: 'muted' });
  for (const v of nice(...edges, narrow() ? 4 : 7)) write(g, short(v), clamp(X(v), px(18), width - px(18)), box.bottom + px(6), { align: 'center', base: 'top' });
  for (const [v, words] of targets(look.loss)) { rule(g, X(v), box.top, X(v), box.bottom, { colour: 'muted', width: 2, dash: [4, 4] }); write(g, words, X(v), box.top - px(4), { align: sideOf(X(v)), base: 'bottom', size: 14 }); }
  rule(g, x, box.top - px(2), x, box.bottom, { colour: 'ink', width: 4 });
  g.fillStyle = color('ink'); g.beginPath(); g.moveTo(x - 8, box.top - 10); g.lineTo(x + 8, box.top - 10); g.lineTo(x, box.top + 4); g.fill();
});
const far = playground.canvas(find('[data-view="distance"]'), (g, width, height) => { // a box plot of the test digits, and this picture
  if (!look) return;
  const q = (p) => look.quantiles[p], box = frameOf(width, height, { left: 8, right: 8, top: 8 }), X = axis(0, Math.max(q(99), look.neighbour.distance) * 1.04, box.left, box.right), middle = (box.top + box.bottom) / 2, h = (box.bottom - box.top) / 2;
  rule(g, X(q(5)), middle, X(q(95)), middle, { colour: 'data', width: 3 });
  g.fillStyle = color('data'); g.globalAlpha = 0.35; g.fillRect(X(q(25)), middle - h * 0.7, X(q(75)) - X(q(25)), 1.4 * h); g.globalAlpha = 1;
  for (const p of [5, 50, 95]) rule(g, X(q(p)), middle - h * 0.7, X(q(p)), middle + h * 0.7, { colour: 'data', width: p === 50 ? 5 : 3 });
  const x = X(look.neighbour.distance);
  rule(g, x, box.top - 4, x, box.bottom, { colour: 'ink', width: 4 });
  for (const v of nice(0, Math.max(q(99), look.neighbour.distance), narrow() ? 4 : 7)) write(g, short(v), X(v), box.bottom + px(5), { align: 'center', base: 'top' });
});
const drawPsi = (g, width, height) => {
  const rows = facts[state.loss] && facts[state.loss].truncation;
  if (!rows) return;
  const box = frameOf(width, height, { left: 52, right: 46, top: 12 }), X = axis(0, 1.5, box.left, box.right), Y = axis(0, 100, box.bottom, box.top), D = axis(0, 10, box.bottom, box.top);
  for (const v of [0, 50, 100]) { rule(g, box.left, Y(v), box.right, Y(v)); write(g, `${v} %`, box.left - 6, Y(v), { align: 'right', colour: 'data' }); write(g, v / 10, box.right + 8, Y(v), { colour: 'generated' }); }
  for (const v of [0, 0.5, 1, 1.5]) write(g, String(v), X(v), box.bottom + px(6), { align: 'center', base: 'top' });
  curve(g, rows.map((row) => [X(row.psi), Y(row.recognised)]), { colour: color('data') });
  curve(g, rows.map((row) => [X(row.psi), D(row.digits)]), { colour: color('generated'), dash: [7, 4] });
  rule(g, X(state.psi), box.top - 4, X(state.psi), box.bottom, { colour: 'ink', width: 3 });
};
let psi = null;        // its chart stands below the grid, in a component of its own

function showBig() { big.later(); }
function showLook() {
  if (!look) return;
  says('big').textContent = `${t('dcgan.seed_is', { seed: state.picked })} · ${reads(look.digit, look.confidence)}`;
  const length = Math.hypot(...look.z);
  says('z').textContent = t('dcgan.z_says', { length: number(length, 1), low: TYPICAL[0].toFixed(1), high: TYPICAL[1].toFixed(1) });
  const kind = look.loss === 'lsgan' || look.loss === 'wgan_gp' ? look.loss : 'logit', [real, fake] = look.above;
  says('opinion').textContent = t(`dcgan.opinion_${kind}`, { logit: number(look.logit), d: look.probability === null ? '' : number(look.probability, 3), real: real.toFixed(0), fake: fake.toFixed(0) });
  const { neighbour } = look, q = (p) => look.quantiles[p].toFixed(1);
  says('near').textContent = t(look.near ? 'dcgan.near' : 'dcgan.near_no_data', { digit: neighbour.digit, index: whole(neighbour.index) });
  says('distance').textContent = t('dcgan.distance', { distance: neighbour.distance.toFixed(1), median: q(50), low: q(5), high: q(95), beyond: neighbour.beyond.toFixed(0) });
  for (const view of [big, near, bars, opinion, far]) view.later();
  root.dataset.look = look.key;
}
function showPsi() {
  const rows = facts[state.loss] && facts[state.loss].truncation;
  if (!rows || !psi) return;
  const at = rows.reduce((best, row) => (Math.abs(row.psi - state.psi) < Math.abs(best.psi - state.psi) ? row : best)), one = rows.find((row) => row.psi === 1);
  document.querySelector('#dcgan-psi-view [data-says="psi"]').textContent = t(at === one ? 'dcgan.psi_one_says' : 'dcgan.psi_says', { psi: at.psi, recognised: at.recognised.toFixed(0), digits: at.digits, one: one.recognised.toFixed(0), one_digits: one.digits });
  psi.later();
}
