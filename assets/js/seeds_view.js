// Many seeds at once: per loss the samples of every seed, one number of all seeds as dots with median and interval, and what the pairs say.
const { t, color, px, font } = playground;
const OUTSIDE = 65535, HELD = 10; // of seconds: a shorter wait is not worth a number
const box = element.querySelector('.pg-seeds');
const find = (selector) => box.querySelector(selector);
const whole = (v) => Math.round(v).toLocaleString(playground.lang);
const name = (l) => t(`lab.loss.${result.panels[l].loss}`);
let result = null, state = null, number = 'modes';

const rows = [...box.querySelectorAll('.pg-seeds-row')].map((root, l) => {
  root.style.setProperty('--pg-loss', `var(--pg-class-${l})`);
  return { root, l, view: playground.canvas(root.querySelector('.pg-seeds-tiles'), (g, width, height) => drawTiles(l, g, width, height)) };
});
const chart = playground.canvas(find('.pg-seeds-spread'), drawSpread);

function columns(width) { const R = result.seeds.length; return width < 700 ? 8 : Math.min(16, R); }

function drawTiles(l, g, width) {
  if (!result || !result.panels[l]) return;
  const { points, modes } = result.panels[l], across = columns(width), gap = 6, label = px(20), side = (width - gap * (across - 1)) / across;
  const n = points.values.length / 2 / result.seeds.length, show = Math.min(side, 150);
  g.textAlign = 'center'; g.textBaseline = 'top'; g.font = font(px(14), 600);
  for (let r = 0; r < result.seeds.length; r++) {
    const x0 = (r % across) * (side + gap) + (side - show) / 2, y0 = Math.floor(r / across) * (show + label + gap);
    const place = (v, low) => low + (v + 1) / 2 * show;
    g.fillStyle = color('bg'); g.fillRect(x0, y0, show, show);
    g.strokeStyle = color('muted'); g.lineWidth = 1;
    for (let k = 0; k < result.modes; k++) { g.beginPath(); g.arc(place(result.centers[2 * k], x0), place(-result.centers[2 * k + 1], y0), Math.max(2, show / 30), 0, 7); g.stroke(); }
    g.fillStyle = color('generated');
    for (let i = 0; i < n; i++) {
      const at = 2 * (r * n + i), [qx, qy] = [points.values[at], points.values[at + 1]];
      if (qx === OUTSIDE || qy === OUTSIDE) continue;
      const [x, y] = [(qx / 32767 - 1) * 1.25, (qy / 32767 - 1) * 1.25];
      if (Math.abs(x) <= 1 && Math.abs(y) <= 1) g.fillRect(place(x, x0) - 1, place(-y, y0) - 1, 2, 2);
    }
    const full = modes.values[r] === result.modes;
    g.strokeStyle = full ? color('good') : color('line'); g.lineWidth = full ? 3 : 1; g.strokeRect(x0 + 0.5, y0 + 0.5, show - 1, show - 1);
    g.fillStyle = full ? color('good') : color('ink');
    g.fillText(modes.values[r] === null ? 'NaN' : String(modes.values[r]), x0 + show / 2, y0 + show + 3);
  }
}

const AXES = {
  modes: () => ({ high: result.modes, ticks: result.modes % 4 ? [0, result.modes] : [0, 0.25, 0.5, 0.75, 1].map((q) => q * result.modes), write: String }),
  hq: () => ({ high: 1, ticks: [0, 0.25, 0.5, 0.75, 1], write: (v) => `${Math.round(100 * v)} %` }),
  js: () => ({ high: Math.LN2, ticks: [0, 0.2, 0.4, 0.6], write: (v) => v.toFixed(1) }),
};

function drawSpread(g, width, height) {
  if (!result) return;
  const axis = AXES[number](), small = px(15), left = px(width < 700 ? 84 : 130), right = px(26), bottom = px(28), step = (height - bottom) / result.panels.length;
  const X = (v) => left + ((width - left - right) * v) / axis.high;
  g.font = font(small); g.textBaseline = 'bottom'; g.textAlign = 'center'; g.lineWidth = 1;
  for (const tick of axis.ticks) { g.strokeStyle = color('line'); g.beginPath(); g.moveTo(X(tick), 0); g.lineTo(X(tick), height - bottom); g.stroke(); g.fillStyle = color('muted'); g.fillText(axis.write(tick), X(tick), height); }
  result.panels.forEach((panel, l) => {
    const middle = step * (l + 0.5), spread = panel[number], heap = new Map();
    g.fillStyle = color('ink'); g.textAlign = 'left'; g.textBaseline = 'middle'; g.font = font(small, 600);
    g.fillText(name(l), 0, middle, left - 10);
    if (spread.low !== null) { // the median's interval, then the median
      g.fillStyle = playground.classColor(l); g.globalAlpha = 0.25; g.fillRect(X(spread.low) - 3, middle - step * 0.36, X(spread.high) - X(spread.low) + 6, step * 0.72); g.globalAlpha = 1;
      g.fillRect(X(spread.median) - 2, middle - step * 0.36, 4, step * 0.72);
    }
    const most = Math.max(1, ...spread.values.map((v) => spread.values.filter((w) => w !== null && v !== null && Math.abs(X(v) - X(w)) < px(5)).length));
    const r = Math.max(1.5, Math.min(px(4.5), (0.42 * step) / most)); // the highest stack stays in its row
    g.fillStyle = playground.classColor(l);
    for (const v of spread.values) if (v !== null) { // equal values are stacked
      const key = Math.round(X(v) / (2 * r)), at = heap.get(key) || 0;
      heap.set(key, at + 1);
      g.beginPath(); g.arc(X(v), middle + (at % 2 ? 1 : -1) * Math.ceil(at / 2) * 2.1 * r, r, 0, 7); g.fill();
    }
  });
}

function p(value) { return value < 0.001 ? value.toExponential(0) : value.toFixed(3); }
function pairs() { // what carries a sentence, and what does not
  const those = result.pairs.filter((pair) => pair.number === number), sure = those.filter((pair) => pair.evidence);
  sure.sort((a, b) => a.p - b.p);
  find('.pg-seeds-pairs').replaceChildren(...sure.map((pair) => {
    const turned = pair.worse > pair.better, [first, second] = turned ? [pair.second, pair.first] : [pair.first, pair.second];
    const counts = { better: Math.max(pair.better, pair.worse), worse: Math.min(pair.better, pair.worse), n: result.seeds.length, p: p(pair.p) };
    return Object.assign(document.createElement('li'), { textContent: t(`seeds.pair.${number}`, { first: name(first), second: name(second), ...counts }) });
  }));
  const rest = those.filter((pair) => !pair.evidence).map((pair) => `${name(pair.first)} – ${name(pair.second)}`).join(', ');
  find('.pg-seeds-rest').textContent = rest ? t('seeds.rest', { pairs: rest }) : '';
}

// The same pair of losses under several presets: whose order the balance turns, in a sentence; all of them in a table.
function across() {
  const those = result.across.filter((one) => one.number === number), presets = those.length ? Object.keys(those[0].pairs) : [], root = find('.pg-seeds-across');
  root.hidden = presets.length < 2;
  find('.pg-seeds-turns').replaceChildren();
  if (root.hidden) return;
  const loss = (id) => t(`lab.loss.${id}`), preset = (id) => t(`lab.preset.${id}`), seeds = (pair) => pair.better + pair.worse + pair.ties;
  find('.pg-seeds-turns').replaceChildren(...those.filter((one) => one.turns).map((one) => {
    const sure = presets.filter((id) => one.pairs[id].evidence), way = (id) => one.pairs[id].better > one.pairs[id].worse;
    const [up] = sure.filter(way), down = sure.find((id) => !way(id)), [more, less] = [one.pairs[up], one.pairs[down]];
    const words = { first: loss(one.first), second: loss(one.second), up: preset(up), down: preset(down), better: more.better, n: seeds(more), p: p(more.p), worse: less.worse, m: seeds(less), q: p(less.p) };
    return Object.assign(document.createElement('li'), { textContent: t(`seeds.across.${number}`, words) });
  }));
  const cell = (kind, words, classes = '') => Object.assign(document.createElement(kind), { textContent: words, className: classes });
  const line = (cells) => { const tr = document.createElement('tr'); tr.append(...cells); return tr; };
  root.querySelector('thead').replaceChildren(line([cell('th', ''), ...presets.map((id) => cell('th', preset(id)))]));
  root.querySelector('tbody').replaceChildren(...those.map((one) => line([cell('th', `${loss(one.first)} : ${loss(one.second)}`), ...presets.map((id) => {
    const pair = one.pairs[id], td = cell('td', `${pair.better} : ${pair.worse}`, pair.evidence ? 'pg-seeds-sure' : '');
    if (pair.evidence) td.append(cell('small', loss(pair.better > pair.worse ? one.first : one.second)));
    return td;
  })])));
}

function say() {
  if (!state || state.hint) return t('seeds.hint');
  if (state.cancelled) return t('seeds.cancelled');
  if (state.queue) return t('seeds.waiting', { place: state.queue });
  if (state.result) return t(result.recorded ? 'seeds.recorded' : 'seeds.done', { preset: t(`lab.preset.${result.preset}`), first: result.seeds[0], last: result.seeds[result.seeds.length - 1], steps: whole(result.steps), seconds: whole(result.seconds) });
  return state.left > HELD ? t('seeds.left', { seconds: whole(state.left) }) : t('seeds.training');
}

function paint() {
  find('.pg-seeds-say').textContent = say();
  const bar = find('progress'), busy = state && (state.progress !== undefined || state.queue !== undefined);
  bar.hidden = !busy;
  bar.value = (state && state.progress) || 0;
  find('.pg-seeds-found').hidden = !result;
  for (const button of box.querySelectorAll('[data-number]')) button.setAttribute('aria-pressed', String(button.dataset.number === number));
  const badge = find('.pg-seeds-badge');
  badge.hidden = !result || !result.recorded; // also while others are trained: it is the recording that is shown
  box.dataset.state = !state || state.hint ? '' : state.result ? (result.recorded ? 'recorded' : 'done') : state.cancelled ? 'cancelled' : 'busy';
  if (!result) return;
  for (const row of rows) {
    const panel = result.panels[row.l], area = row.root.querySelector('.pg-seeds-tiles'), width = area.clientWidth, across = columns(width);
    const side = Math.min(150, (width - 6 * (across - 1)) / across);
    area.style.height = `${Math.ceil(result.seeds.length / across) * (side + px(20) + 6)}px`;
    const told = t('seeds.full', { k: panel.full.k, n: panel.full.n, low: Math.round(100 * panel.full.low), high: Math.round(100 * panel.full.high) });
    row.root.querySelector('small').textContent = panel.diverged.k ? `${told} ${t('seeds.diverged', panel.diverged)}` : told;
    row.view.canvas.setAttribute('aria-label', `${name(row.l)}: ${told}`);
    row.view.later();
  }
  chart.canvas.setAttribute('aria-label', result.panels.map((panel, l) => `${name(l)}: ${t(`seeds.number.${number}`)} ${panel[number].median ?? 'NaN'}`).join('; '));
  chart.later();
  pairs();
  across();
}

box.addEventListener('click', (event) => {
  const button = event.target.closest('[data-number]');
  if (button) { number = button.dataset.number; paint(); }
});
new ResizeObserver(() => { if (result) paint(); }).observe(box);
playground.translate(box);
playground.onLang(paint);
watch('value', () => {
  if (!props.value) return;
  state = props.value;
  if (state.hint) result = null;
  if (state.result) { result = { ...state.result, centers: playground.unpack(state.result.centers) }; result.panels = result.panels.map((panel) => ({ ...panel, points: { values: playground.unpack(panel.points) } })); }
  paint();
  box.dataset.seq = props.value.seq;
});
paint();
