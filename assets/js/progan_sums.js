// ---- what was measured on the network: its weights, what its critic compares, its numbers ------------------------------------------------
let batches = null, numbers = null;   // {seed, real, generated, copies}; see inference.progan.Numbers
const askVariation = playground.gate(async () => {
  const { seed } = state;
  if (batches && batches.seed === seed) return;
  const got = taken(await server.variation(seed));
  if (!got) return;
  batches = { seed, ...got };
  for (const name of KINDS) batches[name].bytes = playground.unpack(got[name].images);
  showBatches();
});
const askNumbers = playground.gate(async () => {
  if (numbers) return;
  numbers = taken(await server.numbers());
  showNumbers();
});

// ---- equalized learning rate: the weights as stored and as used, layer by layer ------------------------------------------------------------
const stds = playground.canvas(find('.pg-progan-stds'), (g, width) => {
  if (!layers) return;
  const wide = width > 820, columns = wide ? ['G', 'D'] : ['G+D'], across = width / columns.length;
  columns.forEach((names, k) => drawStds(g, layers.filter((row) => names.includes(row.net)), k * across, across - (wide ? 28 : 0)));
});
const LOW = 0.01, HIGH = 3, LINE = 25;
function drawStds(g, rows, left, width) {
  const line = px(LINE), label = px(168), X = (v) => left + label + (width - label - px(12)) * Math.log(v / LOW) / Math.log(HIGH / LOW), tall = rows.length * line;
  g.textBaseline = 'middle'; g.lineWidth = 1; g.font = font(px(14));
  for (const v of [0.01, 0.1, 1]) {
    g.strokeStyle = color(v === 1 ? 'muted' : 'line'); g.lineWidth = v === 1 ? 2 : 1;
    g.beginPath(); g.moveTo(X(v), 0); g.lineTo(X(v), tall); g.stroke();
    g.fillStyle = color('muted'); g.textAlign = 'center'; g.fillText(String(v), X(v), tall + px(13));
  }
  rows.forEach((row, k) => {
    const y = (k + 0.5) * line, [a, b] = [X(clamp(row.stored, LOW, HIGH)), X(clamp(row.used, LOW, HIGH))], r = px(6);
    g.fillStyle = color('ink'); g.textAlign = 'right'; g.font = font(px(14), 500);
    g.fillText(stdName(row), left + label - px(12), y, label - px(14));
    g.strokeStyle = color('muted'); g.lineWidth = 2; g.beginPath(); g.moveTo(a, y); g.lineTo(b, y); g.stroke();
    g.fillStyle = color('data'); g.beginPath(); g.arc(a, y, r, 0, 7); g.fill();
    g.fillStyle = color('generated'); g.fillRect(b - r, y - r, 2 * r, 2 * r);
  });
}
function stdName(row) {
  const name = row.kind === 'to_rgb' || row.kind === 'from_rgb' ? `${row.kind === 'to_rgb' ? 'toRGB' : 'fromRGB'}${SUB[row.level]}` : `${t(`progan.short.${parts.get(`${row.net}:${row.name}`).kind}`)} ${row.inputs}→${row.outputs}`;
  return `${row.net}  ${name}`;
}
function showStds() {
  if (!layers) return;
  const wide = stds.canvas.parentElement.clientWidth > 820, most = wide ? Math.max(...['G', 'D'].map((name) => layers.filter((row) => row.net === name).length)) : layers.length;
  stds.canvas.parentElement.style.height = `${most * px(LINE) + px(28)}px`;
  const ends = (name) => { const all = layers.map((row) => row[name]); return [Math.min(...all), Math.max(...all)]; }, [a, b] = ends('stored'), [c, d] = ends('used');
  says('stds').textContent = t('progan.stds_say', { low: number(a), high: number(b), used_low: c.toPrecision(2), used_high: d.toPrecision(2), ratio: (d / c).toFixed(0), stored_ratio: (b / a).toFixed(1) });
  stds.canvas.setAttribute('aria-label', says('stds').textContent);
  stds.later();
}

// ---- minibatch standard deviation: three batches of eight ----------------------------------------------------------------------------------
const KINDS = ['real', 'generated', 'copies'];
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
function showBatches() {
  if (!batches) return;
  const most = Math.max(...KINDS.map((name) => mean(batches[name].spread)));
  for (const name of KINDS) {
    const node = find(`[data-batch="${name}"]`), { bytes, spread, logit } = batches[name], value = mean(spread), side = SIDES[TOP];
    node.querySelectorAll('canvas').forEach((canvas, k) => paint(canvas, bytes, side, k * side * side));
    node.querySelector('.pg-progan-spread i').style.width = `${100 * value / most}%`;
    node.querySelector('output').textContent = t('progan.batch_says', { spread: number(value, value < 0.0005 ? 4 : 3), logit: number(logit, 1) });
  }
  says('batches').textContent = t('progan.batches_say', { ratio: number(mean(batches.generated.spread) / mean(batches.real.spread)), seed: batches.seed });
  root.dataset.batches = String(batches.seed);
}

// ---- the numbers of the weights ------------------------------------------------------------------------------------------------------------
function showNumbers() {
  if (!knobs || !numbers) return;
  const list = knobs.querySelector('dl'), rows = [
    ['recognised', `${number(numbers.recognised, 1)} %`, { wanted: numbers.wanted, real: number(numbers.real, 1), n: whole(1000) }, numbers.recognised >= numbers.wanted],
    ['digits', `${numbers.digits} / 10`, {}, numbers.digits === 10],
    ['frechet', number(numbers.frechet), { floor: number(numbers.floor), ratio: (numbers.frechet / numbers.floor).toFixed(1), n: whole(numbers.n) }, null],
  ];
  list.replaceChildren(...rows.flatMap(([name, value, facts, met]) => {
    const term = make('dt', '', t(`progan.number.${name}`)), big = make('dd', 'pg-value', value), said = make('dd', 'pg-means', t(`progan.means.${name}`, facts));
    if (met !== null) big.dataset.met = String(met);
    return [term, big, said];
  }));
}
