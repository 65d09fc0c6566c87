// ---- four losses side by side ------------------------------------------------------------------------------------------------------------
let table = null;      // {key, rows: [{loss, images, numbers, error}]}
const tableKey = () => String(state.seed);
const askTable = playground.gate(async () => {
  const key = tableKey();
  if (state.section !== 'losses' || (table && table.key === key)) return;
  const got = playground.check(await server.compare(state.seed));
  if (!got) return;
  table = { key, rows: got.rows.map((row) => ({ ...row, images: row.images && playground.unpack(row.images) })) };
  showTable();
});
const cards = LOSSES.map((loss, k) => {
  const card = find(`.pg-dcgan-card[data-loss="${loss}"]`);
  card.style.setProperty('--pg-loss', `var(--pg-class-${k})`);
  return {
    card,
    sheet: playground.canvas(card.querySelector('.pg-dcgan-sheet'), (g, width) => {
      const row = table && table.rows[k];
      if (row && row.images) pictures(g, row.images, row.images.length / SIZE, tiles(5, width));
    }),
    shares: playground.canvas(card.querySelector('.pg-dcgan-shares'), (g, width, height) => {
      const shares = table && table.rows[k].numbers && table.rows[k].numbers.shares;
      if (!shares) return;
      const box = { left: 0, right: width, top: px(4), bottom: height - px(20) }, most = Math.max(0.2, ...shares), Y = axis(0, most, box.bottom, box.top), cell = width / 10;
      shares.forEach((share, d) => {
        g.fillStyle = color(share >= 0.04 ? 'data' : 'bad'); g.fillRect(d * cell + 2, Y(share), cell - 4, Math.max(2, box.bottom - Y(share)));
        write(g, share >= 0.04 ? String(d) : `${d}✕`, (d + 0.5) * cell, box.bottom + px(3), { align: 'center', base: 'top', colour: share >= 0.04 ? 'ink' : 'bad', weight: 600 });
      });
      rule(g, 0, Y(0.04), width, Y(0.04), { colour: 'ink', width: 2, dash: [4, 4] });
    }),
  };
});
function lines(row) {
  if (!row.numbers) return [row.error ? row.error[playground.lang] : ''];
  const n = row.numbers;
  return [
    t('dcgan.digits_of', { digits: n.digits }),
    t('dcgan.frechet_of', { value: short(n.frechet), floor: short(n.floor), times: short(n.frechet / n.floor) }),
    t('dcgan.recognised_of', { value: n.recognised.toFixed(1), real: n.real.toFixed(1) }),
  ];
}
function showTable() {
  if (!table) return;
  table.rows.forEach((row, k) => {
    const { card, sheet, shares } = cards[k], list = card.querySelector('ul');
    list.replaceChildren(...lines(row).map((words) => Object.assign(document.createElement('li'), { textContent: words })));
    card.querySelector('.pg-dcgan-shares').hidden = !row.numbers;
    card.classList.toggle('pg-none', !row.images);
    sheet.canvas.setAttribute('aria-label', `${nameOf(row.loss)}: ${lines(row).join('; ')}`);
    sheet.later(); shares.later();
  });
  root.dataset.table = table.key;
}
