// One generator against one for every ordered pair: two graphs, and how both grow.
const slider = find('#stargan-k');
const TURN = 2 * Math.PI;
function nodes(k, width, height) { const r = Math.min(width, height) / 2 - px(20); return Array.from({ length: k }, (_, i) => [width / 2 + r * Math.sin(TURN * i / k), height / 2 - r * Math.cos(TURN * i / k)]); }
function dot(g, [x, y], size, colour, words = '') {
  g.fillStyle = color(colour); g.beginPath(); g.arc(x, y, size, 0, TURN); g.fill();
  g.fillStyle = color(colour === 'accent' ? 'on-accent' : 'bg'); g.font = font(size * 0.95, 700); g.textAlign = 'center'; g.textBaseline = 'middle'; g.fillText(words, x, y + 1);
}
function arrow(g, [x0, y0], [x1, y1], near, far, bend = 0) { // leaves and enters a little beside the middle, so that both directions show
  const length = Math.hypot(x1 - x0, y1 - y0), [u, v] = [(x1 - x0) / length, (y1 - y0) / length], [p, q] = [-v * bend, u * bend];
  const [a, b, c, d] = [x0 + u * near + p, y0 + v * near + q, x1 - u * far + p, y1 - v * far + q], tip = px(7);
  g.beginPath(); g.moveTo(a, b); g.lineTo(c, d); g.stroke();
  g.beginPath(); g.moveTo(c, d); g.lineTo(c - u * tip - v * tip * 0.5, d - v * tip + u * tip * 0.5); g.lineTo(c - u * tip + v * tip * 0.5, d - v * tip - u * tip * 0.5); g.fill();
}
const graphs = Object.fromEntries(['pairs', 'one'].map((name) => [name, playground.canvas(find(`[data-graph="${name}"]`), (g, width, height) => {
  const k = state.k, all = nodes(k, width, height), size = px(14);
  g.lineWidth = 1.5;
  if (name === 'pairs') {
    g.strokeStyle = g.fillStyle = color('accent-2');
    all.forEach((a, i) => all.forEach((b, j) => { if (i !== j) arrow(g, a, b, size + 2, size + 3, px(4)); }));
  } else {
    const middle = [width / 2, height / 2], half = px(24);
    g.strokeStyle = g.fillStyle = color('accent');
    for (const a of all) { arrow(g, a, middle, size + 2, half + 3, px(4)); arrow(g, middle, a, half + 2, size + 3, px(4)); }
    dot(g, middle, half, 'accent', 'G');
  }
  all.forEach((a, i) => dot(g, a, size, 'ink', String(i + 1)));
})]));
const growth = playground.canvas(find('.pg-star-growth'), (g, width, height) => {
  const found = got.count;
  if (!found) return;
  const rows = found.rows, box = { left: px(86), right: width - px(20), top: px(14), bottom: height - px(48) }, peak = Math.log10(rows[rows.length - 1].pairs) + 0.15, low = 7;
  const X = (k) => box.left + (box.right - box.left) * (k - rows[0].k) / (rows.length - 1), Y = (v) => box.bottom - (box.bottom - box.top) * (Math.log10(v) - low) / (peak - low);
  g.font = font(px(15)); g.textBaseline = 'middle'; g.lineWidth = 1;
  for (const v of [1e7, 1e8, 1e9]) { g.strokeStyle = color('line'); g.beginPath(); g.moveTo(box.left, Y(v)); g.lineTo(box.right, Y(v)); g.stroke(); g.fillStyle = color('muted'); g.textAlign = 'right'; g.fillText(v.toLocaleString(playground.lang, { notation: 'compact' }), box.left - px(8), Y(v)); }
  g.textAlign = 'center'; g.fillStyle = color('muted');
  for (const row of rows) g.fillText(row.k, X(row.k), box.bottom + px(14));
  g.fillText(t('stargan.axis_k'), (box.left + box.right) / 2, box.bottom + px(36));
  for (const [name, colour, dash] of [['pairs', 'accent-2', [7, 5]], ['one', 'accent', []]]) {
    g.strokeStyle = g.fillStyle = color(colour); g.lineWidth = 3; g.setLineDash(dash);
    g.beginPath(); rows.forEach((row) => g.lineTo(X(row.k), Y(row[name]))); g.stroke(); g.setLineDash([]);
    const at = rows.find((row) => row.k === state.k);
    g.beginPath(); g.arc(X(at.k), Y(at[name]), px(7), 0, TURN); g.fill();
    g.textAlign = 'right'; g.font = font(px(16), 650); g.fillText(t(`stargan.line_${name}`), box.right, Y(rows[rows.length - 1][name]) + px(name === 'one' ? 22 : 26)); g.font = font(px(15));
  }
});
function showCount(found) {
  const row = found.rows.find((one) => one.k === state.k), facts = { k: row.k, generators: row.generators, discriminators: row.discriminators, pairs: whole(row.pairs), one: whole(row.one), times: number(row.pairs / row.one, 1) };
  slider.value = state.k;
  root.querySelector('output[for="stargan-k"]').textContent = `k = ${row.k}`;
  find('[data-says="pairs"]').textContent = t('stargan.pairs_says', facts);
  find('[data-says="one"]').textContent = t('stargan.one_says', facts);
  find('[data-says="count"]').textContent = t('stargan.count_says', facts);
  for (const [name, view] of Object.entries(graphs)) { view.canvas.setAttribute('aria-label', find(`[data-says="${name}"]`).textContent); view.later(); }
  growth.canvas.setAttribute('aria-label', find('[data-says="count"]').textContent);
  growth.later();
  root.dataset.k = String(row.k);
}
slider.addEventListener('input', () => { state.k = Number(slider.value); playground.link.set(STAGE, { k: state.k }); if (got.count) showCount(got.count); });
