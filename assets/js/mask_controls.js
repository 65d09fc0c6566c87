// The controls of the mask explorer. State is the URL's; the view is told by a `configure` event on its own element, and tells us by `changed`.
const STAGE = @STAGE@, VIEW = @VIEW@, EXAMPLES = @EXAMPLES@, DATA = @DATA@;
const { t } = playground;
const box = element.querySelector('.pg-mask-controls'), part = (name) => box.querySelector(`[data-part="${name}"]`);
const now = () => playground.link.get(STAGE);
const any = (n) => Math.floor((crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32) * n);

function change(values) {
  playground.link.set(STAGE, { step: 0, ...values });
  paint();
  const view = document.querySelector(`#${VIEW} .pg-masks`);
  if (view) view.dispatchEvent(new CustomEvent('configure'));
}
const shuffled = (list) => { const a = [...list]; for (let i = a.length - 1; i > 0; i--) { const j = any(i + 1); [a[i], a[j]] = [a[j], a[i]]; } return a; };
// MADE's own rule: uniform from the smallest degree below to n - 1, so that no unit is without an input.
const sampled = (units, low, n) => Array.from({ length: units }, () => low + any(n - low));

function orderOf(id) {
  const { order } = now(), written = [...order].map(Number).sort().join('');
  if (id === 'written') return written;
  if (id === 'reversed') return [...written].reverse().join('');
  let next; do next = shuffled([...written]).join(''); while (next === order && written.length > 1);
  return next;
}
const acts = {
  kind: (id) => change({ kind: id }),
  task: (id) => change({ task: id }),
  example: (id) => change({ ...EXAMPLES[id], m2: now().m2 ? EXAMPLES[id].m2 : '' }),
  layers: (id) => change({ m2: id === '1' ? '' : now().m2 || sampled(now().m1.length, Math.min(...now().m1), now().order.length).join('') }),
  order: (id) => change({ order: orderOf(id) }),
  degrees: () => {
    const { order, m1, m2 } = now(), n = order.length, first = sampled(m1.length, 1, n);
    change({ m1: first.join(''), m2: m2 && sampled(m2.length, Math.min(...first), n).join('') });
  },
};
const KINDS = Object.keys(acts);
box.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.act === 'retrain') change({ seed: (now().seed + 1) % 2 ** 31 });
  for (const kind of KINDS) if (button.dataset[kind]) acts[kind](button.dataset[kind]);
});

function paint() {
  const { kind, task, order, m2 } = now(), n = order.length;
  const example = Object.keys(EXAMPLES).find((id) => EXAMPLES[id].order.length === n) || '';
  const written = [...order].sort().join(''), reversed = [...written].reverse().join('');
  const on = { kind, task, example, layers: m2 ? '2' : '1', order: order === written ? 'written' : order === reversed ? 'reversed' : '' };
  for (const [name, value] of Object.entries(on)) for (const button of box.querySelectorAll(`[data-${name}]`)) button.setAttribute('aria-pressed', String(button.dataset[name] === value));
  const patterns = DATA[n] || [], across = n === 9 ? 3 : n === 6 ? 3 : n;
  part('data').replaceChildren(...patterns.map((pattern) => {
    const node = document.createElement('span');
    node.style.gridTemplateColumns = `repeat(${across}, 1fr)`;
    node.append(...[...pattern].map((v) => { const cell = document.createElement('i'); if (v === '1') cell.className = 'pg-on'; return cell; }));
    return node;
  }));
  part('about').textContent = t('masks.about_data', { n: patterns.length });
}
box.addEventListener('changed', paint);
playground.translate(box);
playground.onLang(paint);
paint();
