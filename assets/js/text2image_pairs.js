// ---- what D gives three kinds of pairs ------------------------------------------------------------------------------------------------------
let judged = null;     // {key, given, captions, real, made, right, wrong, fake}
const pairsKey = () => [state.caption, state.seed].join('|');
const askPairs = playground.gate(async () => {
  const key = pairsKey();
  if (state.section !== 'pairs' || !state.caption || (judged && judged.key === key)) return;
  const got = taken(await server.pairs(state.caption, state.seed), 'caption');
  if (!got) return;
  missing = null; tell();
  judged = { ...got, key, pictures: { real: playground.unpack(got.real), made: playground.unpack(got.made) } };
  show();
});
const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
// Of a right pair whether D says real rather than not; of the others whether D tells them from it.
const verdictOf = (kind, value) => t(`text2image.d.${kind}_${value > (kind === 'right' ? 0.5 : mean(judged.right) / 2) ? 'high' : 'low'}`);

function showPairs() {
  if (!judged) return;
  for (const name of ['real', 'made']) root.querySelectorAll(`[data-sheet="${name}"] canvas`).forEach((canvas, i) => { picture(canvas, judged.pictures[name], i); canvas.setAttribute('aria-label', `${t(`text2image.${name}`)} ${i + 1}`); });
  const rows = [bar('right', t('text2image.pair_right'), judged.given, judged.right)];
  ATTRIBUTES.forEach((name, k) => rows.push(bar('wrong', t('text2image.pair_wrong', { attribute: nameOf(name) }), judged.captions[k], judged.wrong[k])));
  rows.push(bar('fake', t('text2image.pair_fake'), judged.given, judged.fake));
  find('.pg-t2i-bars').replaceChildren(...rows);
  root.dataset.judged = judged.key;
}
function bar(kind, title, text, values) { // mean as a bar, each of the eight as a tick
  const row = make('li', '', `pg-t2i-bar-row pg-${kind}`), head = make('div'), track = make('div', '', 'pg-t2i-track'), value = mean(values);
  head.append(make('b', title), make('small', text));
  const fill = make('i');
  fill.style.width = `${100 * value}%`;
  track.append(fill, ...values.map((v) => { const tick = make('s'); tick.style.left = `${100 * v}%`; return tick; }));
  track.setAttribute('role', 'img'); track.setAttribute('aria-label', t('text2image.d_is', { value: value.toFixed(2) }));
  const said = make('div', '', 'pg-t2i-said');
  said.append(make('b', value.toFixed(2)), make('small', verdictOf(kind, value)));
  row.append(head, track, said);
  return row;
}
