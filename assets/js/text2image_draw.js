// ---- eight pictures, what the judge reads, and how often it is as told ------------------------------------------------------------------
let drawn = null;      // {key, seeds, images, given, asked, reading}
let facts = null;      // measured once, or {error}
const drawKey = () => [state.caption, state.seed, state.open].join('|');
const WRONG = '✗', RIGHT = '✓', FREE = '·';

const askDraw = playground.gate(async () => {
  const key = drawKey();
  if (state.section !== 'draw' || !state.caption || (drawn && drawn.key === key)) return;
  const got = taken(await server.draw(state.caption, state.seed, state.open), 'caption');
  if (!got) return;
  missing = null; tell();
  drawn = { ...got, key, bytes: playground.unpack(got.images), said: caption && caption.text === state.caption ? caption.said : {} };
  show();
});
const askNumbers = playground.gate(async () => {
  if (facts) return;
  const got = await server.numbers();
  facts = got && got.error ? { error: got.error.message } : got;
  show();
});

function showDraw() {
  if (!drawn) return;
  root.querySelectorAll('[data-section="draw"] figure').forEach((figure, i) => {
    const canvas = figure.querySelector('canvas');
    picture(canvas, drawn.bytes, i);
    canvas.setAttribute('aria-label', `${t('text2image.seed_is', { seed: drawn.seeds[i] })}: ${drawn.given[i]}`);
    const head = make('b', t('text2image.seed_is', { seed: drawn.seeds[i] }));
    figure.title = t('text2image.given', { caption: drawn.given[i] });
    figure.querySelector('figcaption').replaceChildren(head, verdict(i));
  });
  const filled = drawn.asked.some((row) => row.some((v, k) => v >= 0 && !(ATTRIBUTES[k] in drawn.said)));
  part('draw', '[data-says="draw"]').textContent = [drawn.reading ? t('text2image.legend') : t('text2image.no_judge'), filled ? t('text2image.legend_filled') : ''].join(' ');
  root.dataset.drawn = drawn.key;
}
function verdict(i) { // a list of six lines: as told, not as told, or left open
  const list = make('ul');
  if (!drawn.reading) return list;
  drawn.reading.values[i].forEach((read, k) => {
    const wanted = drawn.asked[i][k], right = wanted === read, free = wanted < 0, filled = !free && !(ATTRIBUTES[k] in drawn.said);
    const line = make('li', '', free ? 'pg-free' : right ? 'pg-right' : 'pg-wrong');
    line.append(make('i', free ? FREE : right ? RIGHT : WRONG), make('span', `${shown(k, read)}${filled ? '°' : ''}`));
    if (!free && !right) line.append(make('small', t('text2image.asked', { value: valueAt(k, wanted) })));
    line.title = t('text2image.read_as', { attribute: nameOf(ATTRIBUTES[k]), value: valueAt(k, read), percent: percent(drawn.reading.p[i][k]) });
    list.append(line);
  });
  return list;
}

function showTable() {
  const table = knobs.querySelector('.pg-t2i-table'), says = knobs.querySelector('[data-says="numbers"]');
  const heads = ['', t('text2image.of_eight'), t('text2image.in_en'), t('text2image.in_ko'), t('text2image.by_chance')];
  const row = (cells, tag) => { const tr = make('tr'); tr.append(...cells.map((cell, i) => { const node = make(i ? tag : 'th', cell); if (!i && tag === 'td') node.scope = 'row'; return node; })); return tr; };
  table.querySelector('thead').replaceChildren(row(heads, 'th'));
  const now = drawn && drawn.reading, known = facts && !facts.error;
  table.querySelector('tbody').replaceChildren(...ATTRIBUTES.map((name, k) => {
    const asked = now ? drawn.asked.map((one) => one[k]) : [], counted = asked.filter((v) => v >= 0).length;
    const right = now ? drawn.reading.values.filter((one, i) => asked[i] === one[k]).length : 0;
    return row([nameOf(name), counted ? `${right} / ${counted}` : '–', ...['en', 'ko'].map((lang) => (known ? facts.told[lang][name].toFixed(0) : '–')), known ? facts.chance[name].toFixed(0) : '–'], 'td');
  }));
  const judge = known && facts.judge ? ATTRIBUTES.map((name) => facts.judge[name]) : null;
  if (!known) { says.textContent = facts ? facts.error[playground.lang] : ''; return; }
  const told = [t('text2image.measured', { n: facts.n })];
  if (judge) told.push(t('text2image.judge_itself', { low: Math.min(...judge).toFixed(1), high: Math.max(...judge).toFixed(1) }));
  told.push(t('text2image.variety', { made: facts.variety.toFixed(3), real: facts.real_variety.toFixed(3) }));
  says.textContent = told.join(' ');
}
