// ---- six pictures from the same patches, and the same from one, two and three ----------------------------------------------------------
let made = null;       // {key, images, mask, covered, places, off, kept, home, elsewhere, overlap, digits, confidence}
let counted = null;    // {key, rows}: the same for the first patch, for two, for three
let facts = null;      // measured once, or {error}
const read = (got) => ({ ...got, images: playground.unpack(got.images), mask: playground.unpack(got.mask), covered: playground.unpack(got.covered) });
const madeKey = () => [taken && taken.key, JSON.stringify(places()), state.z].join('|');
const countKey = () => [taken && taken.key, JSON.stringify(places(3)), state.z].join('|');

const askSix = playground.gate(async () => {
  const key = madeKey();
  if (state.section !== 'six' || !taken || (made && made.key === key)) return;
  const asked = places(), got = answer(await server.complete(taken.packed, asked, state.z));
  if (!got) return;
  missing = null; tell();
  made = { ...read(got), key, n: state.patches, taken: asked };
  show();
});
const askCount = playground.gate(async () => {
  const key = countKey();
  if (state.section !== 'count' || !taken || (counted && counted.key === key)) return;
  const got = answer(await server.counts(taken.packed, places(3), state.z));
  if (!got) return;
  missing = null; tell();
  counted = { key, rows: got.rows.map(read) };
  show();
});
const askNumbers = playground.gate(async () => {
  if (facts) return;
  const got = await server.numbers();
  facts = got && got.error ? { error: got.error.message } : got;
  show();
});
const known = () => (facts && !facts.error ? facts : null);
const right = (one) => one.digits.filter((digit, k) => digit === truth() && one.confidence[k] > 0).length;

const images = gallery(figures('[data-row="images"]')), masks = gallery(figures('[data-row="masks"]'));
function showSix() {
  if (!made) return;
  images.show((g, size, k) => picture(g, made.images, k, 0, 0, size));
  masks.show((g, size, k) => {
    picture(g, made.mask, 0, 0, 0, size, { colour: playground.ramp });
    outline(g, made.covered, size);
    made.places[k].forEach(([y, x], i) => boxAt(g, size, y, x, i, 'ink'));
  });
  images.figures.forEach((figure, k) => reading(figure, made.digits[k], made.confidence[k], made.off[k]));
  masks.figures.forEach((figure, k) => { figure.querySelector('figcaption').textContent = t('puzzle_gan.overlap', { percent: percent(made.overlap[k]) }); });
  says('six').textContent = t('puzzle_gan.six_says', { right: right(made), n: SHOWN, digit: truth() });
  showTable();
  root.dataset.made = made.key;
}
function showTable() {
  const table = find('.pg-puzzle-table'), all = known(), of = String(made.n);
  const row = (cells, tag) => { const tr = make('tr'); tr.append(...cells.map((cell, i) => make(i ? tag : 'th', cell))); return tr; };
  table.querySelector('thead').replaceChildren(row(['', t('puzzle_gan.these'), t('puzzle_gan.measured', { n: all ? all.n.toLocaleString('en') : '…' }), t('puzzle_gan.aim'), t('puzzle_gan.beside')], 'th'));
  const cell = (v, digits = 3) => (v === undefined ? '–' : v.toFixed(digits));
  table.querySelector('tbody').replaceChildren(
    row([t('puzzle_gan.row_digit'), `${right(made)} / ${SHOWN}`, all ? `${all.recovered[of].toFixed(0)} %` : '–', '≥ 80 %', all ? t('puzzle_gan.beside_digit', { chance: all.chance.toFixed(0), real: all.real.toFixed(0) }) : ''], 'td'),
    row([t('puzzle_gan.row_kept'), cell(mean(made.kept)), all ? cell(all.kept) : '–', '≤ 0.05', all ? t('puzzle_gan.beside_kept', { luck: all.luck.toFixed(2) }) : ''], 'td'),
    row([t('puzzle_gan.row_home'), cell(mean(made.home)), all ? cell(all.home) : '–', '', all ? t('puzzle_gan.beside_home', { another: all.another.toFixed(2) }) : ''], 'td'),
    row([t('puzzle_gan.row_elsewhere'), cell(mean(made.elsewhere)), all ? cell(all.elsewhere) : '–', '', t('puzzle_gan.beside_elsewhere')], 'td'),
    row([t('puzzle_gan.row_mask'), percent(mean(made.overlap)), all ? percent(all.overlap) : '–', '', t('puzzle_gan.beside_mask')], 'td'),
    row([t('puzzle_gan.row_near'), percent(mean(made.places.flatMap((one) => one.map(([y, x], i) => Number(Math.max(Math.abs(y - made.taken[i][0]), Math.abs(x - made.taken[i][1])) <= 1))))), all ? `${all.near.toFixed(0)} %` : '–', '', t('puzzle_gan.beside_near', { percent: percent(9 / SIZE, 1) })], 'td'),
  );
  if (facts && facts.error) says('six').append(` ${facts.error[playground.lang]}`);
}

const rows = [...root.querySelectorAll('[data-count]')].map((row) => ({ row, pictures: gallery([...row.querySelectorAll('figure')]) }));
function showCount() {
  if (!counted) return;
  rows.forEach(({ row, pictures }, n) => {
    const one = counted.rows[n], all = known();
    pictures.show((g, size, k) => { picture(g, one.images, k, 0, 0, size); one.places[k].forEach(([y, x], i) => boxAt(g, size, y, x, i)); });
    pictures.figures.forEach((figure, k) => reading(figure, one.digits[k], one.confidence[k], one.off[k]));
    row.querySelector('h3').textContent = t(`puzzle_gan.patches_${n + 1}`);
    row.querySelector('header p').textContent = `${t('puzzle_gan.count_row', { right: right(one), n: SHOWN })}${all ? ` ${t('puzzle_gan.count_measured', { value: all.recovered[n + 1].toFixed(0) })}` : ''}`;
  });
  const all = known();
  says('count').textContent = `${t('puzzle_gan.count_says')}${all ? ` ${t('puzzle_gan.chance', { chance: all.chance.toFixed(0) })}` : facts && facts.error ? ` ${facts.error[playground.lang]}` : ''}`;
  root.dataset.counted = counted.key;
}
