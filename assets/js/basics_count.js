// What n pixels cost. All numbers are exact (BigInt); `inference.basics.count_parameters` counts the same in Python.
const PIXEL_CNN = @PIXEL_CNN@, TABLES = ['joint', 'chain', 'ar_table', 'markov', 'independent'], NETWORKS = ['ar_logistic', 'fvsbn', 'nade', 'pixel_cnn'];
const AXIS = 12; // powers of ten that fit on the axis
const stage = element.closest('#pg-basics'), root = element.querySelector('.pg-basics-count');
const { t, color } = playground;
const find = (selector) => root.querySelector(selector);
const state = () => playground.link.get('basics');
let written = '';

function counts({ pixels, kind, levels, reach, units }) {
  const n = BigInt(pixels), K = kind === 'rgb' ? 256n ** 3n : kind === 'levels' ? BigInt(levels) : 2n, k = BigInt(Math.min(reach, pixels - 1)), f = K - 1n;
  const joint = K ** n - 1n, tables = { joint, chain: joint, ar_table: K ** k - 1n + (n - k) * f * K ** k, markov: f + (n - 1n) * K * f, independent: n * f };
  const rgb = kind === 'rgb', N = rgb ? 3n * n : n, F = rgb ? 255n : f, r = BigInt(Math.min(reach, Number(N) - 1)), H = BigInt(units), h = BigInt(PIXEL_CNN.hidden);
  return {
    K, spent: {
      ...tables,
      ar_logistic: N * F + (r * N - r * (r + 1n) / 2n) * F * F,
      fvsbn: N * F + N * (N - 1n) / 2n * F * F,
      nade: 2n * N * F * H + N * F + H,
      pixel_cnn: rgb ? null : 50n * h + BigInt(PIXEL_CNN.blocks) * (9n * h * h + 4n * h) + (2n * h + 1n) * 2n * h + (2n * h + 1n) * f,
    },
  };
}

const raised = { 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };
const power = (k) => [...String(k)].map((digit) => raised[digit]).join('');
const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ',');
function readable(value) { // 1,567 or 1.02 × 10²³⁶
  const digits = value.toString();
  if (digits.length <= 15) return grouped(digits);
  const head = (Number(digits.slice(0, 6)) / 1e5).toFixed(2);
  return head === '10.00' ? `1.00 × 10${power(digits.length)}` : `${head} × 10${power(digits.length - 1)}`;
}
const log10 = (value) => { const digits = value.toString(); return digits.length - 1 + Math.log10(Number(digits.slice(0, 15)) / 10 ** (Math.min(digits.length, 15) - 1)); };

const FORMULAS = { // of n pixels with K values each
  binary: { joint: '2ⁿ − 1', chain: '1 + 2 + 4 + … + 2ⁿ⁻¹', ar_table: '2ᵏ − 1 + (n − k)·2ᵏ', markov: '2n − 1', independent: 'n', ar_logistic: 'n + kn − k(k+1)/2', fvsbn: 'n + n(n−1)/2', nade: '2nH + n + H' },
  levels: { joint: 'Kⁿ − 1', chain: '(K−1)(1 + K + … + Kⁿ⁻¹)', ar_table: 'Kᵏ − 1 + (n−k)(K−1)Kᵏ', markov: '(K−1) + (n−1)K(K−1)', independent: 'n(K−1)', ar_logistic: 'n(K−1) + (kn − k(k+1)/2)(K−1)²', fvsbn: 'n(K−1) + n(n−1)/2·(K−1)²', nade: '(2nH + n)(K−1) + H' },
};

function cell(tag, words, name = '') { return Object.assign(document.createElement(tag), { textContent: words, className: name }); }

function row(name, value, s) {
  const tr = document.createElement('tr'), bar = document.createElement('i'), length = value ? log10(value) : 0, formulas = FORMULAS[s.kind === 'binary' ? 'binary' : 'levels'];
  tr.dataset.row = name;
  tr.dataset.value = value === null ? '' : value.toString();
  const label = cell('th', t(`basics.count.row.${name}`, { k: Math.min(s.reach, s.pixels - 1), h: s.units }));
  label.scope = 'row';
  const graph = cell('td', '', 'pg-basics-graph');
  bar.style.width = `${100 * Math.min(1, length / AXIS)}%`;
  bar.className = `${TABLES.includes(name) ? 'pg-table' : 'pg-network'}${length > AXIS ? ' pg-off' : ''}`;
  if (value !== null) graph.append(bar);
  const words = value === null ? t('basics.count.see_colour') : readable(value);
  tr.append(label, cell('td', name === 'pixel_cnn' ? t('basics.count.any_n') : formulas[name], 'pg-formula'), graph, cell('td', words, value === null ? 'pg-number pg-none' : 'pg-number'));
  return tr;
}

function head() {
  const tr = document.createElement('tr'), axis = cell('th', '', 'pg-basics-graph');
  for (let power10 = 0; power10 <= AXIS; power10 += 3) {
    const tick = cell('span', power10 ? `10${power(power10)}` : '1');
    tick.style.left = `${100 * power10 / AXIS}%`;
    axis.append(tick);
  }
  tr.append(cell('th', t('basics.count.model')), cell('th', t('basics.count.formula')), axis, cell('th', t('basics.count.parameters'), 'pg-number'));
  return tr;
}

function between(words) { const tr = document.createElement('tr'), td = cell('td', words); td.colSpan = 4; tr.className = 'pg-between'; tr.append(td); return tr; }

const BASE = { binary: () => '2', levels: (s) => String(s.levels), rgb: () => '(256³)' };
function paint() {
  const s = state();
  if (s.section !== 'count') return;
  const key = [s.pixels, s.kind, s.levels, s.reach, s.units, playground.lang].join();
  if (key === written) return;
  written = key;
  const { K, spent } = counts(s), states = spent.joint + 1n, digits = spent.joint.toString();
  find('.pg-basics-headline p').textContent = t(`basics.count.head_${s.kind}`, { n: grouped(String(s.pixels)), k: grouped(K.toString()) });
  find('.pg-basics-headline strong').textContent = `${BASE[s.kind](s)}${power(s.pixels)} − 1 ${digits.length > 15 ? '≈' : '='} ${readable(spent.joint)}`;
  find('.pg-basics-headline em').textContent = t(digits.length > 81 ? 'basics.count.atoms' : digits.length > 8 ? 'basics.count.mnist' : 'basics.count.few', { digits: grouped(String(digits.length)), states: readable(states) });
  find('summary').textContent = t('basics.count.digits', { digits: grouped(String(digits.length)) });
  find('code').textContent = grouped(digits);
  find('thead').replaceChildren(head());
  find('tbody').replaceChildren(between(t('basics.count.tables')), ...TABLES.map((name) => row(name, spent[name], s)), between(t(s.kind === 'rgb' ? 'basics.count.networks_rgb' : 'basics.count.networks')), ...NETWORKS.map((name) => row(name, spent[name], s)));
  find('.pg-basics-slips').replaceChildren(...['pixel', 'states'].map((slip) => {
    const box = document.createElement('div');
    box.append(cell('b', t(`basics.slip.${slip}`)), cell('span', t(`basics.slip.${slip}_right`), 'pg-right'), cell('span', t(`basics.slip.${slip}_wrong`)));
    return box;
  }));
  picture.draw();
  root.dataset.seq = key;
}

const noise = (k) => { let v = Math.imul(k ^ 0x9e3779b9, 0x85ebca6b); v ^= v >>> 13; v = Math.imul(v, 0xc2b2ae35); return ((v ^ (v >>> 16)) >>> 0) / 4294967296; };
const picture = playground.canvas(find('.pg-basics-picture'), (g, width, height) => { // one picture of n pixels, thrown at random
  const s = state(), columns = Math.ceil(Math.sqrt(s.pixels)), rows = Math.ceil(s.pixels / columns), size = Math.min(width / columns, height / rows), gap = size > 8 ? 1 : 0;
  const left = (width - size * columns) / 2, top = (height - size * rows) / 2;
  for (let i = 0; i < s.pixels; i++) {
    const level = Math.floor(noise(i) * (s.kind === 'binary' ? 2 : s.levels)) / ((s.kind === 'binary' ? 2 : s.levels) - 1);
    g.fillStyle = s.kind === 'rgb' ? `rgb(${[1, 2, 3].map((c) => Math.floor(256 * noise(1000 * c + i))).join()})` : `rgb(${Array(3).fill(Math.round(255 * (1 - level))).join()})`;
    g.fillRect(left + (i % columns) * size, top + Math.floor(i / columns) * size, size - gap, size - gap);
  }
  g.strokeStyle = color('line');
  g.strokeRect(left + 0.5, top + 0.5, size * columns - 1, size * rows - 1);
});

stage.addEventListener('knobs', paint);
playground.onLang(paint);
playground.translate(root);
paint();
