// ---- a walk between two noises ----------------------------------------------------------------------------------------------------------
let way = null;        // {key, ways: [{images, lengths, digits, confidence}]}: straight, spherical
let end = 'walk_a';    // the end that the next click sets
const WAYS = ['straight', 'spherical'];
const wayKey = () => [state.loss, state.walk_a, state.walk_b].join();
const askWay = playground.gate(async () => {
  const key = wayKey();
  if (state.section !== 'walk' || (way && way.key === key)) return;
  const got = taken(await server.way(state.loss, state.walk_a, state.walk_b));
  if (!got) return;
  way = { key, ways: got.ways.map((one) => ({ images: playground.unpack(one.images), lengths: playground.unpack(one.lengths), digits: playground.unpack(one.digits), confidence: playground.unpack(one.confidence) })) };
  showWay();
});
const across = (width) => (width < 620 ? way.ways[0].lengths.length / 2 : way.ways[0].lengths.length);
const ROOM = 44; // for what the judge reads below a picture, in CSS pixels before scaling
const ways = playground.canvas(find('[data-view="ways"]'), (g, width) => {
  if (!way) return;
  const n = way.ways[0].lengths.length, C = across(width), cell = width / C, line = cell + px(ROOM), title = px(30), block = title + (n / C) * line;
  way.ways.forEach((one, w) => {
    const top = w * block, at = (i) => [(i % C) * cell + 2, top + title + Math.floor(i / C) * line, cell - 4];
    write(g, t(`dcgan.way_${WAYS[w]}`), 2, top + title / 2, { colour: 'ink', size: 17, weight: 700 });
    pictures(g, one.images, n, at);
    for (let i = 0; i < n; i += 1) {
      const [x, y, size] = at(i), sure = one.confidence[i] >= SURE;
      write(g, one.confidence[i] > 0 ? String(one.digits[i]) : '–', x + size / 2, y + size + px(10), { align: 'center', colour: sure ? 'ink' : 'muted', size: 16, weight: 700 });
      write(g, percent(one.confidence[i]), x + size / 2, y + size + px(28), { align: 'center', colour: sure ? 'ink' : 'muted', size: 14, width: size });
    }
  });
});
const lengths = playground.canvas(find('[data-view="lengths"]'), (g, width, height) => {
  if (!way) return;
  const n = way.ways[0].lengths.length, box = frameOf(width, height, { left: 40, right: 12 }), X = axis(0, n - 1, box.left, box.right), Y = axis(0, 12, box.bottom, box.top);
  g.fillStyle = color('good'); g.globalAlpha = 0.16; g.fillRect(box.left, Y(TYPICAL[1]), box.right - box.left, Y(TYPICAL[0]) - Y(TYPICAL[1])); g.globalAlpha = 1;
  for (const v of [0, 4, 8, 12]) { rule(g, box.left, Y(v), box.right, Y(v)); write(g, String(v), box.left - 6, Y(v), { align: 'right' }); }
  rule(g, box.left, Y(8), box.right, Y(8), { colour: 'good', width: 2, dash: [4, 4] });
  write(g, t('dcgan.typical'), box.right - 6, Y(11), { align: 'right', colour: 'good' });
  way.ways.forEach((one, w) => {
    const points = [...one.lengths].map((v, i) => [X(i), Y(v)]), middle = points[Math.floor(n / 2)];
    curve(g, points, { colour: color(w ? 'data' : 'generated'), dash: w ? [] : [8, 5] });
    write(g, t(`dcgan.way_${WAYS[w]}`), middle[0], middle[1] + px(w ? -14 : 16), { align: 'center', colour: w ? 'data' : 'generated', weight: 600 });
  });
  write(g, 'A', X(0), box.bottom + px(6), { align: 'center', base: 'top', colour: 'ink', weight: 700 });
  write(g, 'B', X(n - 1), box.bottom + px(6), { align: 'center', base: 'top', colour: 'ink', weight: 700 });
});
function showWay() {
  if (!way) return;
  const width = root.clientWidth || 800, n = way.ways[0].lengths.length, C = across(width);
  find('[data-view="ways"]').style.height = `${2 * (px(30) + (n / C) * (width / C + px(ROOM)))}px`;
  const shortest = Math.min(...way.ways[0].lengths), measured = facts[state.loss] && facts[state.loss].walk;
  says('walk').textContent = t('dcgan.walk_says', { a: state.walk_a, b: state.walk_b, shortest: shortest.toFixed(1), low: TYPICAL[0].toFixed(1), high: TYPICAL[1].toFixed(1) });
  says('walk_measured').textContent = measured ? t('dcgan.walk_measured', { n: measured.n, ends: measured.ends.toFixed(0), straight: measured.straight.toFixed(0), spherical: measured.spherical.toFixed(0) }) : '';
  ways.later(); lengths.later();
  root.dataset.way = way.key;
}
function pickEnd(seed) { const other = end === 'walk_a' ? 'walk_b' : 'walk_a', now = end; end = other; set({ [now]: seed }); }

// ---- sums of noises ---------------------------------------------------------------------------------------------------------------------
let total = null;      // {key, images, members, lengths, ink, digits, confidence}
let term = 'a';        // the term that the next click fills
const TERMS = ['a', 'b', 'c'], MOST_OF_A_TERM = 5;
const seedsOf = (part) => (part || '').split('.').filter((s) => /^[0-9]{1,10}$/.test(s)).map(Number).filter((s) => s <= LARGEST_SEED).slice(0, MOST_OF_A_TERM);
const terms = () => { const parts = state.sum.split('_'); return { a: seedsOf(parts[0]), b: seedsOf(parts[1]), c: seedsOf(parts[2]) }; };
const joined = (groups) => TERMS.map((name) => groups[name].join('.')).join('_');
const sumKey = () => [state.loss, state.sum].join();
const complete = () => TERMS.every((name) => terms()[name].length);

const askSum = playground.gate(async () => {
  const key = sumKey(), { a, b, c } = terms();
  if (state.section !== 'sums' || !complete() || (total && total.key === key)) return;
  const got = taken(await server.add(state.loss, a, b, c));
  if (!got) return;
  total = { key, ...got, images: playground.unpack(got.images), members: playground.unpack(got.members), digits: playground.unpack(got.digits), confidence: playground.unpack(got.confidence) };
  showSum();
});
const currentSum = () => (total && total.key === sumKey() ? total : null);
const means = ['a', 'b', 'c', 'sum'].map((name, k) => playground.canvas(find(`[data-term="${name}"] .pg-dcgan-mean`), (g, width, height) => {
  const known = currentSum();
  if (known) pictures(g, slice(known.images, k), 1, () => [0, 0, width]);
  else { g.fillStyle = color('bg'); g.fillRect(0, 0, width, height); write(g, '?', width / 2, height / 2, { align: 'center', size: 40 }); }
}));
const members = TERMS.map((name, k) => playground.canvas(find(`[data-term="${name}"] .pg-dcgan-members`), (g, width, height) => {
  const groups = terms(), seeds = groups[name], before = TERMS.slice(0, k).reduce((n, other) => n + groups[other].length, 0), known = currentSum();
  const size = Math.min(height, width / MOST_OF_A_TERM - 4);
  seeds.forEach((seed, i) => {
    const inGrid = placeOf(seed), bytes = known ? slice(known.members, before + i) : grid && inGrid >= 0 ? slice(grid.bytes, inGrid) : null;
    if (bytes) pictures(g, bytes, 1, () => [i * (size + 4), 0, size]);
    else write(g, String(seed), i * (size + 4) + size / 2, size / 2, { align: 'center', width: size });
  });
}));
function showSum() {
  const known = currentSum(), groups = terms(), measured = facts[state.loss] && facts[state.loss].arithmetic;
  ['a', 'b', 'c', 'sum'].forEach((name, k) => {
    const words = known ? [reads(known.digits[k], known.confidence[k]), t('dcgan.term_says', { length: known.lengths[k].toFixed(1), ink: known.ink[k].toFixed(0) })] : [name === 'sum' ? t('dcgan.sum_waits') : t('dcgan.term_of', { n: groups[name].length, most: MOST_OF_A_TERM }), ' '];
    find(`[data-term="${name}"] figcaption`).replaceChildren(...words.map((line) => Object.assign(document.createElement('span'), { textContent: line })));
  });
  says('sum_measured').textContent = measured && !measured.n ? t('dcgan.sum_unmeasured') : measured ? t('dcgan.sum_measured', { n: measured.n, kept: measured.kept.toFixed(0), bolder: measured.bolder.toFixed(0), both: measured.both.toFixed(0), control: measured.control.both.toFixed(0) }) : '';
  for (const view of [...means, ...members]) view.later();
  root.dataset.sum = known ? known.key : '';
}
function pickTerm(seed) {
  const groups = terms(), group = groups[term], at = group.indexOf(seed);
  if (at >= 0) group.splice(at, 1); else if (group.length < MOST_OF_A_TERM) group.push(seed); else { playground.toast(t('dcgan.term_full', { most: MOST_OF_A_TERM }), 'warn'); return; }
  set({ sum: joined(groups) });
}
function example(kind) {
  const known = facts[state.loss] && facts[state.loss].arithmetic.examples[kind];
  if (known) set({ sum: joined(known) });
  else playground.toast(t('dcgan.no_example'), 'warn');
}
