// ---- what does not change: the order of the patches, and where they were taken ---------------------------------------------------------
let same = null;       // {key, orders, ordered, order_change, shifts, sources, shifted, shift_change, cut}
const sameKey = () => ['order', madeKey()].join();
const askOrder = playground.gate(async () => {
  const key = sameKey();
  if (state.section !== 'order' || !taken || (same && same.key === key)) return;
  const got = answer(await server.unmoved(taken.packed, places(), state.z));
  if (!got) return;
  missing = null; tell();
  same = { ...got, key, places: places(), ordered: playground.unpack(got.ordered), sources: playground.unpack(got.sources), shifted: playground.unpack(got.shifted) };
  show();
});
const STEPS = { up: [-3, 0], down: [3, 0], left: [0, -3], right: [0, 3] };
const ordered = gallery(figures('[data-row="orders"]'));
const moved = [...root.querySelectorAll('[data-shift]')].map((node) => ({ node, pictures: gallery([...node.querySelectorAll('figure')]) }));

function showOrder() {
  if (!same) return;
  ordered.show((g, size, k) => { if (k < same.orders.length) picture(g, same.ordered, k, 0, 0, size); });
  ordered.figures.forEach((figure, k) => {
    figure.hidden = k >= same.orders.length;
    if (k < same.orders.length) figure.querySelector('figcaption').textContent = `Σ: ${same.orders[k].map((i) => i + 1).join(' + ')}`;
  });
  says('orders').textContent = t(same.orders.length > 1 ? 'puzzle_gan.orders_say' : 'puzzle_gan.orders_one', { n: same.orders.length, change: small(same.order_change) });
  moved.forEach(({ node, pictures }, s) => {
    const [dy, dx] = STEPS[same.shifts[s]];
    pictures.show((g, size, k) => {
      picture(g, k ? same.shifted : same.sources, s, 0, 0, size);
      if (!k) same.places.forEach(([y, x], i) => boxAt(g, size, y + dy, x + dx, i));
    });
    node.querySelectorAll('figcaption')[1].textContent = same.cut[s] ? t('puzzle_gan.cut', { change: small(same.shift_change[s]) }) : t('puzzle_gan.change', { change: small(same.shift_change[s]) });
  });
  says('moved').textContent = t('puzzle_gan.moved_say');
  root.dataset.same = same.key;
}
function boxAt(g, size, y, x, i, colour = 'accent-2') {
  const cell = size / SIDE;
  g.save(); g.strokeStyle = color(colour); g.lineWidth = 2.5; g.setLineDash(OUTLINES[i]);
  g.strokeRect((x - HALF) * cell, (y - HALF) * cell, PATCH * cell, PATCH * cell);
  g.restore();
}
