// ---- from one caption to another ----------------------------------------------------------------------------------------------------------
let way = null;        // {key, share, images, given, asked, p}
const wayKey = () => [state.caption, state.second, state.seed, state.open].join('|');
const askWay = playground.gate(async () => {
  const key = wayKey();
  if (state.section !== 'between' || !state.caption || !state.second || (way && way.key === key)) return;
  const got = taken(await server.between(state.caption, state.second, state.seed, state.open), 'caption');
  if (!got) return;
  missing = null; tell();
  way = { ...got, key, bytes: playground.unpack(got.images) };
  show();
});
const charts = {};     // by attribute: {p, view}

function showWay() {
  if (!way) return;
  root.querySelectorAll('[data-section="between"] .pg-t2i-strip figure').forEach((figure, i) => {
    picture(figure.querySelector('canvas'), way.bytes, i);
    figure.querySelector('canvas').setAttribute('aria-label', t('text2image.share_is', { share: way.share[i].toFixed(2) }));
    const last = way.share.length - 1, end = i === 0 ? 'A' : i === last ? 'B' : '';
    figure.querySelector('figcaption').replaceChildren(make('b', end || `β = ${way.share[i].toFixed(2)}`), make('small', end ? `β = ${i === 0 ? 0 : 1}` : ' '));
  });
  part('between', '[data-says="between"]').textContent = way.p === null ? t('text2image.no_judge') : Object.keys(way.p).length ? t('text2image.between_says') : t('text2image.between_same');
  showCurves(way.p || {});
  root.dataset.way = way.key;
}
function showCurves(p) {
  const place = find('[data-part="curves"]');
  for (const name of ATTRIBUTES) {
    if (!(name in p)) { if (charts[name]) charts[name].figure.hidden = true; continue; }
    if (!charts[name]) addCurve(place, name);
    const chart = charts[name], k = ATTRIBUTES.indexOf(name);
    Object.assign(chart, { p: p[name], ends: [valueAt(k, way.asked[0][k]), valueAt(k, way.asked[1][k])] });
    chart.figure.hidden = false;
    chart.figure.querySelector('figcaption').textContent = nameOf(name);
    chart.view.later();
  }
}
function addCurve(place, name) {
  const figure = make('figure'), chart = { figure };
  const panel = make('div', '', 'pg-t2i-curve');
  figure.append(make('figcaption'), panel);
  place.append(figure);
  charts[name] = chart;
  chart.view = playground.canvas(panel, (g, width, height) => drawCurve(g, width, height, chart));
}
function drawCurve(g, width, height, { p, ends }) {
  if (!p) return;
  const box = { left: px(30), right: width - px(10), top: px(24), bottom: height - px(8) }, last = p[0].length - 1;
  const X = (i) => box.left + (box.right - box.left) * i / last, Y = (v) => box.bottom - (box.bottom - box.top) * v;
  g.font = font(px(14)); g.textBaseline = 'middle'; g.textAlign = 'right'; g.fillStyle = color('muted'); g.strokeStyle = color('line');
  for (const v of [0, 1]) { g.fillText(String(v), box.left - 6, Y(v)); g.beginPath(); g.moveTo(box.left, Y(v)); g.lineTo(box.right, Y(v)); g.stroke(); }
  p.forEach((values, side) => {
    g.save(); g.strokeStyle = g.fillStyle = color(side ? 'generated' : 'data'); g.lineWidth = 3; g.setLineDash(side ? [8, 5] : []);
    g.beginPath(); values.forEach((v, i) => (i ? g.lineTo(X(i), Y(v)) : g.moveTo(X(i), Y(v)))); g.stroke();
    g.setLineDash([]); values.forEach((v, i) => { g.beginPath(); g.arc(X(i), Y(v), 4, 0, 7); g.fill(); });
    g.font = font(px(15), 700); g.textAlign = side ? 'right' : 'left'; g.textBaseline = 'bottom';
    g.fillText(`${side ? 'B' : 'A'}: ${ends[side]}`, side ? box.right : box.left, box.top - px(5), (box.right - box.left) / 2 - 4);
    g.restore();
  });
}

// ---- one word swapped -----------------------------------------------------------------------------------------------------------------------
let swapped = null;    // {key, text, attribute, before, after, difference, given, read}
const swappable = (k) => caption && caption.words[k] && caption.words[k].others.length > 0;
function wordNow() { // the chosen word; without a choice the colour, or the first that can be swapped
  if (!caption) return -1;
  if (swappable(state.word)) return state.word;
  const all = caption.words.map((_, k) => k).filter(swappable);
  return all.find((k) => caption.words[k].attribute === 'colour') ?? all[0] ?? -1;
}
function toNow() { const k = wordNow(), others = k < 0 ? [] : caption.words[k].others; return others.includes(state.swap_to) ? state.swap_to : others[0]; }
const swapKey = () => [state.caption, wordNow(), toNow(), state.seed, state.open].join('|');
const askSwap = playground.gate(async () => {
  if (state.section !== 'swap' || !caption || caption.text !== state.caption || wordNow() < 0) return;
  const key = swapKey();
  if (swapped && swapped.key === key) return;
  const got = taken(await server.swap(state.caption, wordNow(), toNow(), state.seed, state.open), 'caption');
  if (!got) return;
  missing = null; tell();
  swapped = { ...got, key, pictures: Object.fromEntries(['before', 'after', 'difference'].map((name) => [name, playground.unpack(got[name])])) };
  show();
});

function showSwap() {
  const k = wordNow(), place = find('.pg-t2i-others');
  if (k < 0) { renew(place, [make('p', t('text2image.nothing_to_swap'))]); return; }
  renew(place, [make('b', t('text2image.swap_for', { word: caption.words[k].word })), ...caption.words[k].others.map((other) => {
    const button = make('button', other, 'pg-button');
    button.type = 'button'; button.dataset.to = other; button.setAttribute('aria-pressed', String(other === toNow()));
    return button;
  })]);
  if (!swapped) return;
  const most = Math.max(8, ...swapped.pictures.difference);
  for (const row of ['before', 'after', 'difference']) {
    root.querySelectorAll(`[data-row="${row}"] figure`).forEach((figure, i) => {
      const canvas = figure.querySelector('canvas');
      if (row === 'difference') heat(canvas, swapped.pictures[row], i, most); else picture(canvas, swapped.pictures[row], i);
      canvas.setAttribute('aria-label', `${t(`text2image.row.${row}`)}, ${t('text2image.seed_is', { seed: swapped.seeds[i] })}`);
      const mean = swapped.pictures.difference.subarray(i * SIZE, (i + 1) * SIZE).reduce((sum, v) => sum + v, 0) / SIZE / 255;
      figure.querySelector('figcaption').textContent = row === 'difference' ? mean.toFixed(3) : '';
    });
  }
  showChanges();
  root.dataset.swapped = swapped.key;
}
function showChanges() {
  const body = find('.pg-t2i-changes tbody'), n = swapped.seeds.length, says = part('swap', '[data-says="swap"]');
  body.replaceChildren();
  if (!swapped.read) { says.textContent = t('text2image.no_judge'); return; }
  const [before, after] = swapped.read.map((one) => one.values);
  let hit = 0, spill = 0;
  ATTRIBUTES.forEach((name, k) => {
    const changed = before.filter((row, i) => row[k] !== after[i][k]).length, wanted = name === swapped.attribute;
    if (wanted) hit = after.filter((row, i) => row[k] === swapped.asked[1][i][k]).length; else spill += changed;
    const tr = make('tr', '', wanted ? 'pg-wanted' : changed ? 'pg-spill' : '');
    tr.append(make('th', nameOf(name)), make('td', t('text2image.changed_in', { k: changed, n })), make('td', wanted ? t('text2image.should_change') : t('text2image.should_stay')));
    body.append(tr);
  });
  says.textContent = t('text2image.swap_says', { caption: swapped.text, attribute: nameOf(swapped.attribute), hit, n, spill, all: n * (ATTRIBUTES.length - 1), most: (Math.max(...swapped.pictures.difference) / 255).toFixed(2) });
}
root.addEventListener('click', (event) => {
  const word = event.target.closest('[data-swap]'), to = event.target.closest('[data-to]');
  if (word) set({ word: Number(word.dataset.swap), swap_to: '' });
  if (to) set({ word: wordNow(), swap_to: to.dataset.to });
});
