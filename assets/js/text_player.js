// The film of a text. Everything about it was sent at once; playing, stepping, scrubbing and hovering happen here.
const root = element.querySelector('.pg-text-player');
const MARKS = @MARKS@, UNITS = @UNITS@;
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const t = playground.t;
const linked = playground.link.get('text');
const page = part('page'), unitBox = part('unit');
const reduced = matchMedia('(prefers-reduced-motion: reduce)');
const state = { film: null, step: 0, playing: false, hover: null, paint: linked.paint, order: linked.order, unit: linked.unit };
const MAX_BITS = 8;
let spans = [];
let refused = null;

// ---- what a character looks like ---------------------------------------------------------------------------------------
const glyph = (k) => { const c = state.film.alphabet[k]; return c === '\n' ? '↵' : c === ' ' ? '␣' : c; };
const number = (v, digits) => (Number(v.toFixed(digits)) || 0).toFixed(digits).replace('-', '−'); // no minus before a zero
const sign = (v) => (v >= 0 ? '+' : '') + number(v, 2);
const total = () => state.film.x.length;
const steps = () => (state.film.kind === 'surprise' ? total() : total() - state.film.given);
const cursor = () => (state.film.kind === 'surprise' ? state.step : state.film.given + state.step); // the character that comes next
const shown = () => (state.film.kind === 'surprise' ? total() : cursor());
const looked = () => (state.hover !== null ? state.hover : cursor());
const K = () => state.film.alphabet.length;
const activation = (i, unit) => state.film.hidden[i * state.film.units + unit] / 127; // of the state before character i

// ---- a new film ----------------------------------------------------------------------------------------------------------
let first = true;
function load() {
  const value = props.value;
  if (!value) return;
  refuse(value.refused || null);
  if (!value.x) { root.dataset.seq = value.seq; return; }
  const before = state.film;
  const film = { ...value };
  for (const name of ['x', 'p', 'u', 'bits', 'hidden', 'others']) film[name] = playground.unpack(value[name]);
  film.units = value.hidden.shape[1];
  state.film = film;
  state.hover = null;
  fill();
  if (first && linked.row !== film.row && film.kind === 'write') setTimeout(() => focus(linked.row), 0);
  const still = first && linked.step >= 0;
  const turned = !before || before.kind !== film.kind;
  if (turned && film.kind === 'surprise' && state.paint === 'plain') choose({ paint: 'surprise' });
  const wanted = still ? linked.step : film.kind === 'surprise' ? (turned ? startling() : steps()) : value.play || turned ? (reduced.matches ? steps() : 0) : state.step;
  first = false;
  state.playing = false;
  state.step = Math.min(wanted, steps());
  paintAll();
  show();
  if (film.kind === 'write' && value.play && !still && !reduced.matches) bar.play();
  root.dataset.seq = value.seq;
}

const startling = () => state.film.bits.reduce((best, v, i, all) => (v > all[best] ? i : best), 0);

function refuse(message) {
  refused = message;
  part('refused').hidden = !message;
  part('refused').textContent = message ? message[playground.lang] : '';
  root.dataset.refused = String(Boolean(message));
}

function fill() { // one span per character, shown or not
  page.textContent = '';
  spans = Array.from(state.film.x, (k, i) => {
    const span = document.createElement('span'), line = state.film.alphabet[k] === '\n';
    span.textContent = line ? '↵\n' : state.film.alphabet[k];
    span.className = `${i < state.film.given && state.film.kind === 'write' ? 'pg-given' : ''}${line ? ' pg-return' : ''}`;
    span.dataset.i = i;
    page.appendChild(span);
    return span;
  });
  page.scrollTop = 0;
}

const focus = playground.gate(async (row) => {
  if (!state.film || state.film.kind !== 'write') return;
  const { prefix, seed, temperature } = state.film;
  const got = playground.check(await server.focus(prefix, seed, temperature, row));
  if (!got || !state.film || state.film.seed !== seed || state.film.prefix !== prefix) return;
  const film = { ...state.film, row };
  for (const name of ['x', 'p', 'u', 'bits', 'hidden']) film[name] = playground.unpack(got[name]);
  Object.assign(state, { film, hover: null });
  fill(); paintAll(); show();
  playground.link.set('text', { row });
});

// ---- showing ---------------------------------------------------------------------------------------------------------------
let revealed = -1;
function show() {
  if (!state.film) return;
  const end = shown(), now = state.film.kind === 'write' ? end - 1 : cursor();
  spans.forEach((span, i) => { span.hidden = i >= end; span.classList.toggle('pg-now', i === now && state.step < steps() + (state.film.kind === 'write' ? 1 : 0) && state.step > 0); });
  const last = spans[Math.min(now, spans.length - 1)];
  if (last && end !== revealed && state.film.kind === 'write') { // keep the newest line in sight, without moving the page
    const below = last.offsetTop + last.offsetHeight - page.clientHeight + 8;
    if (below > page.scrollTop || end < revealed) page.scrollTop = Math.max(0, below);
  }
  revealed = end;
  bar.paint();
  root.dataset.step = state.step;
  root.dataset.row = state.film.row;
  root.dataset.kind = state.film.kind;
  rows(); words(); bars.later(); cells.later();
}

function rows() {
  for (const button of root.querySelectorAll('.pg-text-row')) {
    const k = Number(button.dataset.row), box = button.querySelector('.pg-text-words'), film = state.film;
    button.hidden = k === film.row || film.kind !== 'write';
    if (button.hidden) continue;
    button.querySelector('.pg-text-name').textContent = rowName(k);
    const numbers = film.others.subarray(k * total(), k * total() + shown());
    box.textContent = Array.from(numbers, (c) => film.alphabet[c]).join('');
    box.scrollTop = box.scrollHeight;
  }
}
function rowName(k) {
  const film = state.film;
  if (k > 0) return t('text.row_sample', { k, bits: number(film.row_bits[k], 2) });
  return t(film.loop && state.step === steps() ? 'text.row_greedy_loop' : 'text.row_greedy', { bits: number(film.row_bits[0], 2), period: film.loop });
}

function words() {
  const film = state.film, surprise = film.kind === 'surprise';
  part('title').textContent = surprise ? t('text.title_surprise', { n: total() }) : t('text.title_write', { name: film.row === 0 ? t('text.greedy') : t('text.sample', { k: film.row }), n: state.step, all: steps() });
  part('reading').innerHTML = '';
  part('reading').append(...reading());
  page.setAttribute('aria-label', spans.slice(0, shown()).map((span) => span.textContent).join(''));
  if (!surprise) return;
  const yours = film.bits_per_char;
  part('bits').textContent = yours === null ? t('text.empty') : t('text.bits_value', { bits: number(yours, 2), nats: number(yours * Math.LN2, 2) });
  const values = { yours, network: MARKS.network, ngram: MARKS.ngram, uniform: MARKS.uniform };
  const most = Math.max(...Object.values(values).filter((v) => v !== null), 8);
  for (const [name, value] of Object.entries(values)) {
    const mark = root.querySelector(`[data-mark="${name}"]`);
    mark.hidden = value === null || value === undefined;
    if (mark.hidden) continue;
    mark.querySelector('[data-part="name"]').textContent = t(`text.mark_${name}`, { n: MARKS.order });
    mark.querySelector('i').style.width = `${(100 * value) / most}%`;
    mark.querySelector('b').textContent = number(value, 2);
  }
}

// The line above the bars: which character, how likely, which uniform, and how open the choice was.
function reading() {
  const film = state.film, i = looked(), p = film.p.subarray(i * K(), (i + 1) * K());
  const bit = (key, params, kind = '') => { const node = document.createElement('span'); node.className = kind; node.textContent = t(key, params); return node; };
  const entropy = -p.reduce((sum, v) => sum + (v > 0 ? v * Math.log2(v) : 0), 0);
  const out = [];
  if (i < total()) {
    const k = film.x[i], drawn = i >= film.given;
    out.push(bit(state.hover !== null ? 'text.read_here' : 'text.read_next', { c: glyph(k), p: number(p[k], 3) }, 'pg-strong'));
    if (drawn && film.row > 0) out.push(bit('text.read_u', { u: number(film.u[i], 3) }));
    else if (drawn) out.push(bit('text.read_greedy', {}));
    else out.push(bit('text.read_given', {}));
    out.push(bit('text.read_bits', { bits: number(film.bits[i], 2) }));
  } else out.push(bit('text.read_end', {}, 'pg-strong'));
  out.push(bit('text.read_entropy', { bits: number(Math.max(0, entropy), 2) }));
  return out;
}

// ---- colour over the text ---------------------------------------------------------------------------------------------------
function paintAll() {
  const film = state.film;
  if (!film) return;
  spans.forEach((span, i) => {
    const v = state.paint === 'surprise' ? Math.min(1, film.bits[i] / MAX_BITS) : state.paint === 'unit' ? activation(i + 1, state.unit - 1) : null;
    span.style.background = v === null ? '' : `rgb(${playground.diverging(v)})`;
    span.style.color = v === null ? '' : inkOn(playground.diverging(v));
  });
  part('legend').hidden = state.paint === 'plain';
  const stops = Array.from({ length: 9 }, (_, j) => `rgb(${playground.diverging(state.paint === 'unit' ? j / 4 - 1 : j / 8)})`);
  part('legend').querySelector('i').style.background = `linear-gradient(90deg, ${stops})`;
  part('low').textContent = state.paint === 'unit' ? 'h = −1' : t('text.legend_low');
  part('high').textContent = state.paint === 'unit' ? '+1' : t('text.legend_high', { bits: MAX_BITS });
  for (const button of root.querySelectorAll('button[data-paint]')) button.setAttribute('aria-pressed', String(button.dataset.paint === state.paint));
  for (const button of root.querySelectorAll('button[data-order]')) button.setAttribute('aria-pressed', String(button.dataset.order === state.order));
  for (const button of root.querySelectorAll('button[data-unit]')) button.setAttribute('aria-pressed', String(state.paint === 'unit' && Number(button.dataset.unit) === state.unit));
  root.dataset.paint = state.paint;
  unitBox.max = film.units;
  if (document.activeElement !== unitBox) unitBox.value = state.unit;
  cells.later();
}
const light = ([r, g, b]) => [r, g, b].reduce((sum, v, j) => sum + [0.2126, 0.7152, 0.0722][j] * (v / 255) ** 2.2, 0);
const inkOn = (rgb) => (light(rgb) > 0.2 ? '#0d1017' : '#ffffff');

function choose(change) {
  Object.assign(state, change);
  playground.link.set('text', change);
  paintAll();
  bars.later();
}
function chooseUnit(unit) { choose({ unit: playground.clamp(unit, 1, state.film ? state.film.units : 512), paint: 'unit' }); }

// ---- the next distribution: bars, and the line from 0 to 1 on which the uniform falls ------------------------------------------
let places = []; // per bar {k, x, w}
const bars = playground.canvas(root.querySelector('.pg-text-bars'), (g, width, height) => {
  if (!state.film) return;
  const film = state.film, i = looked(), p = film.p.subarray(i * K(), (i + 1) * K());
  const label = playground.px(16), small = width < 600, left = playground.px(small ? 34 : 48), right = 6;
  const strip = playground.px(34), needle = playground.px(30), gap = playground.px(12);
  const base = height - strip - needle - gap - label * 1.5, top = label * 1.4;
  const chosen = i < total() ? film.x[i] : -1;
  const all = Array.from(p.keys());
  const order = state.order === 'sorted' ? all.sort((a, b) => p[b] - p[a] || a - b).slice(0, small ? 16 : K()) : all;
  const most = Math.max(...p), scale = most > 0.5 ? 1 : most > 0.25 ? 0.5 : most > 0.1 ? 0.25 : 0.1;
  const w = (width - left - right) / order.length;
  g.textAlign = 'right'; g.textBaseline = 'middle'; g.fillStyle = playground.color('muted'); g.font = playground.font(small ? 13 : label * 0.9);
  g.strokeStyle = playground.color('line'); g.lineWidth = 1;
  for (const v of [0, 0.5, 1]) {
    const y = base - v * (base - top);
    g.beginPath(); g.moveTo(left, y + 0.5); g.lineTo(width - right, y + 0.5); g.stroke();
    g.fillText(number(v * scale, scale < 0.2 ? 2 : scale < 1 ? 2 : 1), left - 6, y);
  }
  places = [];
  g.textAlign = 'center';
  order.forEach((k, j) => {
    const x = left + j * w, h = Math.max(p[k] > 0 ? 1 : 0, (p[k] / scale) * (base - top));
    places.push({ k, x, w });
    g.fillStyle = playground.color(k === chosen ? 'generated' : 'data');
    g.globalAlpha = k === chosen ? 1 : 0.75;
    g.fillRect(x + w * 0.1, base - h, w * 0.8, h);
    g.globalAlpha = 1;
    const room = w >= label * 0.62, named = room || k === chosen || (small && p[k] > 0.05);
    if (named) {
      g.fillStyle = playground.color(k === chosen ? 'generated' : 'ink');
      g.font = playground.font(Math.min(label * 1.05, Math.max(small ? 13 : 14, w * 1.5)), k === chosen ? 800 : 500);
      g.textBaseline = 'top';
      g.fillText(glyph(k), x + w / 2, base + 4);
    }
    if (p[k] >= 0.02 && w >= label * 1.9 || (k === chosen && i < total())) {
      g.fillStyle = playground.color(k === chosen ? 'generated' : 'ink');
      g.font = playground.font(small ? 13 : label * 0.9, 600);
      g.textBaseline = 'bottom';
      const words = `${number(100 * p[k], p[k] < 0.0995 ? 1 : 0)} %`, half = g.measureText(words).width / 2;
      const middle = playground.clamp(x + w / 2, left + half, width - right - half);
      const under = order.filter((_, n) => Math.abs(left + (n + 0.5) * w - middle) < half + w / 2); // bars that the words would cover
      const highest = k === chosen ? Math.max(...under.map((n) => p[n])) : p[k];
      g.fillText(words, middle, base - (highest / scale) * (base - top) - 3);
    }
  });
  line(g, p, chosen, { left, right: width - right, top: height - strip - needle, height: strip, label, i });
  bars.canvas.dataset.index = i;
});

function line(g, p, chosen, box) { // [0, 1] cut into pieces as long as the probabilities, in the order of the alphabet
  const film = state.film, long = box.right - box.left;
  let sum = 0;
  g.textBaseline = 'middle'; g.textAlign = 'center';
  for (let k = 0; k < K(); k += 1) {
    const x = box.left + sum * long, w = p[k] * long;
    sum += p[k];
    if (w < 0.3) continue;
    g.fillStyle = playground.color(k === chosen ? 'generated' : 'data');
    g.globalAlpha = k === chosen ? 1 : 0.28;
    g.fillRect(x, box.top, Math.max(0.5, w - 1), box.height);
    g.globalAlpha = 1;
    if (w > box.label * 0.8) {
      g.fillStyle = playground.color(k === chosen ? 'on-accent' : 'ink');
      g.font = playground.font(box.label, 600);
      g.fillText(glyph(k), x + w / 2, box.top + box.height / 2 + 1);
    }
  }
  g.strokeStyle = playground.color('muted'); g.lineWidth = 1;
  g.strokeRect(box.left + 0.5, box.top + 0.5, long - 1, box.height - 1);
  const y = box.top + box.height;
  g.textBaseline = 'top'; g.font = playground.font(Math.max(13, box.label * 0.9)); g.fillStyle = playground.color('muted');
  const drawn = box.i < total() && box.i >= film.given && film.row !== 0, u = drawn ? film.u[box.i] : 0.5;
  g.textAlign = 'left'; if (u > 0.12) g.fillText('0', box.left, y + 5);
  g.textAlign = 'right'; if (u < 0.88) g.fillText('1', box.right, y + 5);
  if (!drawn) return;
  const x = box.left + film.u[box.i] * long, words = `u = ${number(film.u[box.i], 3)}`;
  g.strokeStyle = g.fillStyle = playground.color('ink'); g.lineWidth = 3;
  g.beginPath(); g.moveTo(x, box.top - 7); g.lineTo(x, y + 5); g.stroke();
  g.beginPath(); g.moveTo(x - 7, box.top - 12); g.lineTo(x + 7, box.top - 12); g.lineTo(x, box.top - 2); g.fill();
  g.font = playground.font(box.label, 700); g.textAlign = 'center';
  const half = g.measureText(words).width / 2;
  g.fillText(words, playground.clamp(x, box.left + half, box.right - half), y + 6);
}

// ---- hidden units ------------------------------------------------------------------------------------------------------------
const PER_ROW = 128;
const cells = playground.canvas(root.querySelector('.pg-text-units'), (g, width, height) => {
  if (!state.film) return;
  const film = state.film, i = looked(), { w, h, columns } = grid(width, height);
  for (let j = 0; j < film.units; j += 1) {
    const [x, y] = [(j % columns) * w, Math.floor(j / columns) * h + (j >= film.units / 2 ? 4 : 0)];
    g.fillStyle = `rgb(${playground.diverging(activation(i, j))})`;
    g.fillRect(x, y, w - (w > 4 ? 1 : 0), h - 1);
  }
  const j = state.unit - 1;
  g.strokeStyle = playground.color('ink'); g.lineWidth = 3;
  g.strokeRect((j % columns) * w - 1, Math.floor(j / columns) * h + (j >= film.units / 2 ? 4 : 0) - 1, w + 1, h + 1);
  part('unit-title').textContent = t('text.state_title', { unit: state.unit, layer: j < film.units / 2 ? 1 : 2, h: sign(activation(i, j)) });
});
function grid(width, height) {
  const columns = width < 600 ? PER_ROW / 2 : PER_ROW, rows = Math.ceil((state.film ? state.film.units : 512) / columns);
  return { columns, w: width / columns, h: (height - 4) / rows };
}
function unitAt(event) {
  const box = cells.canvas.getBoundingClientRect(), { w, h, columns } = grid(box.width, box.height);
  const y = event.clientY - box.top, below = y > box.height / 2 ? 4 : 0;
  const unit = Math.floor((y - below) / h) * columns + Math.floor((event.clientX - box.left) / w);
  return unit >= 0 && unit < state.film.units ? unit + 1 : null;
}
cells.canvas.addEventListener('click', (event) => { const unit = state.film && unitAt(event); if (unit) chooseUnit(unit); });

// ---- pointer over the text -----------------------------------------------------------------------------------------------------
function hover(i) {
  if (!state.film || state.hover === i) return;
  state.hover = i;
  root.dataset.hover = i ?? '';
  words(); bars.later(); cells.later();
}
const charAt = (event) => { const span = event.target.closest && event.target.closest('[data-i]'); return span ? Number(span.dataset.i) : null; };
page.addEventListener('pointermove', (event) => { if (event.pointerType !== 'touch') hover(charAt(event)); });
page.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') hover(null); });
page.addEventListener('click', (event) => {
  const i = charAt(event);
  if (i === null || !state.film) return;
  bar.pause();
  hover(null);
  const step = state.film.kind === 'surprise' ? i : i - state.film.given;
  if (step >= 0) bar.go(step); // the moment before this character
});

// ---- playing -----------------------------------------------------------------------------------------------------------------
function settle() { // at rest: tell the link and who listens
  playground.link.set('text', { step: state.step });
  part('said').textContent = t('text.said', { step: state.step, all: steps() });
}
const bar = playground.player(root, {
  stage: 'text', state, ready: () => Boolean(state.film), first: () => 0, last: () => (state.film ? steps() : 0), show, settle,
  on: { 'shift+left': () => bar.go(state.step - 10), 'shift+right': () => bar.go(state.step + 10) },
});
for (const button of root.querySelectorAll('button[data-paint]')) button.addEventListener('click', () => choose({ paint: button.dataset.paint }));
for (const button of root.querySelectorAll('button[data-order]')) button.addEventListener('click', () => choose({ order: button.dataset.order }));
for (const button of root.querySelectorAll('.pg-text-row')) button.addEventListener('click', () => focus(Number(button.dataset.row)));
unitBox.addEventListener('input', () => { const unit = Number(unitBox.value); if (state.film && Number.isInteger(unit) && unit >= 1 && unit <= state.film.units) chooseUnit(unit); });
for (const { index } of UNITS) {
  const button = part('named').appendChild(document.createElement('button'));
  Object.assign(button, { type: 'button', className: 'pg-button' });
  button.dataset.unit = index + 1;
  button.addEventListener('click', () => chooseUnit(index + 1));
}
function labels() {
  UNITS.forEach(({ index, follows, score }) => {
    const button = root.querySelector(`button[data-unit="${index + 1}"]`);
    button.textContent = t(`text.follows_${follows}`, { unit: index + 1 });
    button.title = t('text.follows_score', { unit: index + 1, score: number(score, 2) });
  });
}
playground.translate(root);
playground.onLang(() => { labels(); refuse(refused); if (state.film) { paintAll(); show(); settle(); } });
playground.onTheme(() => { if (state.film) paintAll(); });
labels();
bar.paint();
watch('value', load);
load();
