// The ladder. One table per group of models: numbers of different data never stand in one order. Sorting, the axis of the
// chart and the language are all done here; the rows came with the value.
const COLUMNS = @COLUMNS@, SAMPLES = 'samples';
const root = element.querySelector('.pg-ladder'), tables = root.querySelector('.pg-ladder-tables'), box = root.querySelector('.pg-ladder-canvas');
const { t, color, font, px } = playground;
const state = { sort: 'value', down: true, axis: 'parameters', ...playground.link.get('ladder') };
const IMPOSSIBLE = 77; // nats; a pixel model below is taken for a leak
let value = null, hovered = '', marks = [];

// ---- words and numbers -----------------------------------------------------------------------------------------------------
const known = (key) => t(key) !== key;
const nameOf = (rung) => (known(`pixels.${rung.id}`) ? t(`pixels.${rung.id}`) : known(`ladder.name_${rung.id}`) ? t(`ladder.name_${rung.id}`) : rung.name);
const minus = (words) => String(words).replace('-', '−');
const grouped = (n) => n.toLocaleString('en-US');
function milliseconds(ms) { return ms >= 10000 ? `${(ms / 1000).toFixed(1)} s` : ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`; }
const gain = (rung) => (rung.naive && rung.cached ? rung.naive / rung.cached : null);
const dynamic = (rung) => rung.published.filter((p) => p.binarization === rung.binarization);
const keyOf = { // what a column is sorted by; null goes last whichever way
  name: (rung) => nameOf(rung).toLowerCase(), value: (rung) => rung.value, bits: (rung) => rung.bits, parameters: (rung) => rung.parameters,
  // only numbers of the same binarization as ours are in one order
  published: (rung) => (dynamic(rung).length ? Math.min(...dynamic(rung).map((p) => p.value)) : null),
  calls: (rung) => rung.calls, cached: (rung) => rung.cached, naive: (rung) => rung.naive, gain,
};

function sorted(rungs) {
  const key = keyOf[state.sort], sign = state.down ? -1 : 1;
  const place = new Map(value.rungs.map((rung, k) => [rung.id, k]));
  return [...rungs].sort((a, b) => {
    const [u, v] = [key(a), key(b)], missing = (u === null || u === undefined) - (v === null || v === undefined);
    if (missing) return missing;
    return (u < v ? -sign : u > v ? sign : 0) || place.get(a.id) - place.get(b.id);
  });
}

// ---- tables ----------------------------------------------------------------------------------------------------------------
const make = (tag, className = '', words = '') => { const node = document.createElement(tag); node.className = className; node.textContent = words; return node; };
const columnsOf = (rungs) => [...COLUMNS.filter((id) => id === 'name' || (id === 'calls' ? rungs[0].group !== 'text' : true) && rungs.some((rung) => { const v = keyOf[id](rung); return (v !== null && v !== undefined) || (id === 'published' && rung.published.length); })), SAMPLES];

const cells = {
  value: (cell, rung) => {
    cell.append(make('b', '', `${rung.bound ? '≤ ' : ''}${minus(rung.value.toFixed(rung.group === 'text' ? 3 : 2))}`));
    if (rung.bound) cell.title = t('ladder.bound');
    if (rung.tighter !== null) cell.append(make('span', 'pg-ladder-tighter', t('ladder.tighter', { value: rung.tighter.toFixed(2) })));
  },
  bits: (cell, rung) => { cell.textContent = rung.bits === null ? '—' : `${rung.bound ? '≤ ' : ''}${rung.bits.toFixed(3)}`; },
  published: (cell, rung) => {
    for (const p of rung.published) {
      const line = make('span', 'pg-ladder-published');
      line.append(make('span', 'pg-ladder-number', String(p.value)));
      if (p.binarization) line.append(chip(p.binarization));
      if (p.binarization && p.binarization === rung.binarization) line.append(make('span', 'pg-ladder-gap', t('ladder.gap', { value: signed(rung.value - p.value) })));
      line.append(make('span', 'pg-ladder-source', p.source));
      cell.append(line);
    }
    if (!rung.published.length) cell.textContent = '—';
  },
  parameters: (cell, rung) => { cell.textContent = rung.parameters === null ? '—' : grouped(rung.parameters); },
  calls: (cell, rung) => { cell.textContent = rung.calls === null ? '—' : grouped(rung.calls); },
  cached: (cell, rung) => { cell.textContent = rung.cached === null ? '—' : milliseconds(rung.cached); },
  naive: (cell, rung) => { cell.textContent = rung.naive === null ? (rung.cached === null ? '—' : t('ladder.one_pass')) : milliseconds(rung.naive); },
  gain: (cell, rung) => { cell.textContent = gain(rung) ? `${gain(rung) < 9.95 ? gain(rung).toFixed(1) : gain(rung).toFixed(0)}×` : '—'; },
  samples: (cell, rung) => {
    if (rung.text) { cell.append(make('q', 'pg-ladder-text', rung.text)); return; }
    if (!rung.images) { cell.textContent = '—'; return; }
    const canvas = make('canvas', 'pg-ladder-samples');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', t('ladder.samples_of', { name: nameOf(rung) }));
    paint(canvas, rung.images);
    cell.append(canvas);
  },
};
const signed = (v) => `${v < 0 ? '−' : '+'}${Math.abs(v).toFixed(2)}`;
const chip = (binarization) => { const node = make('span', `pg-ladder-chip pg-${binarization.toLowerCase()}`, t(`ladder.${binarization.toLowerCase()}`)); node.title = t(`ladder.${binarization.toLowerCase()}_hint`); return node; };

function rgb(name) { const g = document.createElement('canvas').getContext('2d'); g.fillStyle = color(name); g.fillRect(0, 0, 1, 1); return [...g.getImageData(0, 0, 1, 1).data].slice(0, 3); }
function paint(canvas, packed) { // samples side by side: ink on paper, or in their own colours
  const [n, h, w, channels = 1] = packed.shape, bytes = playground.unpack(packed), paper = rgb('panel'), ink = rgb('ink');
  canvas.width = n * (w + 1) - 1; canvas.height = h;
  canvas.style.aspectRatio = `${canvas.width} / ${h}`;
  const g = canvas.getContext('2d'), image = g.createImageData(canvas.width, h);
  for (let k = 0; k < n; k++) for (let r = 0; r < h; r++) for (let c = 0; c < w; c++) {
    const from = ((k * h + r) * w + c) * channels, to = 4 * (r * canvas.width + k * (w + 1) + c);
    for (let d = 0; d < 3; d++) image.data[to + d] = channels === 3 ? bytes[from + d] : paper[d] + (ink[d] - paper[d]) * bytes[from] / 255;
    image.data[to + 3] = 255;
  }
  g.putImageData(image, 0, 0);
}

function build() {
  tables.replaceChildren();
  for (const group of value.groups) {
    const rungs = value.rungs.filter((rung) => rung.group === group);
    if (!rungs.length) continue;
    const section = tables.appendChild(make('section', 'pg-ladder-group'));
    section.dataset.group = group;
    section.append(make('h3', '', t(`ladder.group_${group}`)), make('p', 'pg-ladder-about', t(`ladder.about_${group}`)));
    const scroll = section.appendChild(make('div', 'pg-ladder-scroll'));
    scroll.tabIndex = 0; scroll.setAttribute('role', 'region'); scroll.setAttribute('aria-label', t(`ladder.group_${group}`));
    const table = scroll.appendChild(make('table')), head = table.appendChild(make('thead')).appendChild(make('tr'));
    const columns = columnsOf(rungs);
    for (const id of columns) head.append(heading(id, group, rungs));
    const body = table.appendChild(make('tbody'));
    for (const rung of sorted(rungs)) body.append(row(rung, columns));
  }
  root.dataset.order = sorted(value.rungs.filter((rung) => rung.group === 'binary')).map((rung) => rung.id).join(' ');
  root.dataset.sort = `${state.sort} ${state.down ? 'down' : 'up'}`;
}

function heading(id, group, rungs) {
  const cell = make('th', `pg-col-${id}`), words = t(id === 'value' ? `ladder.unit_${group}` : known(`ladder.head_${id}_${group}`) ? `ladder.head_${id}_${group}` : `ladder.head_${id}`);
  cell.scope = 'col'; cell.dataset.column = id;
  if (known(`ladder.hint_${id}`)) cell.title = t(`ladder.hint_${id}`);
  if (id === 'value' && rungs[0].binarization) cell.append(chip(rungs[0].binarization)); // one for all: the test set they share
  if (id === SAMPLES || rungs.length < 2) { cell.append(words); return cell; }
  const on = state.sort === id, button = cell.appendChild(make('button', '', words));
  button.type = 'button';
  button.append(make('span', 'pg-ladder-arrow', on ? (state.down ? '▼' : '▲') : '↕'));
  button.lastChild.setAttribute('aria-hidden', 'true');
  button.setAttribute('aria-label', t('ladder.sort_by', { column: words }));
  cell.setAttribute('aria-sort', on ? (state.down ? 'descending' : 'ascending') : 'none');
  button.addEventListener('click', () => sort(id, group));
  return cell;
}

function row(rung, columns) {
  const line = make('tr');
  line.dataset.id = rung.id;
  for (const id of columns) {
    const cell = line.appendChild(make(id === 'name' ? 'th' : 'td', `pg-col-${id}`));
    if (id === 'name') { cell.scope = 'row'; cell.textContent = nameOf(rung); } else cells[id](cell, rung);
  }
  line.addEventListener('pointerenter', () => hover(rung.id));
  line.addEventListener('pointerleave', () => hover(''));
  return line;
}

function sort(id, group) {
  state.down = state.sort === id ? !state.down : id === 'value' || id === 'bits' || id === 'gain' || id === 'published';
  state.sort = id;
  playground.link.set('ladder', { sort: state.sort, down: state.down });
  build();
  const again = tables.querySelector(`[data-group="${group}"] th[data-column="${id}"] button`);
  if (again) again.focus({ preventScroll: true });
}

function hover(id) {
  if (hovered === id) return;
  hovered = id;
  for (const line of tables.querySelectorAll('tr[data-id]')) line.classList.toggle('pg-at', line.dataset.id === id);
  view.later();
}

// ---- chart: all rungs on the left, the last ones enlarged on the right --------------------------------------------------------
const AXES = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7];
const short = (v) => (state.axis === 'parameters' ? (v >= 1e6 ? `${v / 1e6}M` : v >= 1e3 ? `${v / 1e3}k` : String(v)) : v >= 1000 ? `${v / 1000} s` : `${v} ms`);
function points() { // every rung of the binary group with a cost, and the shorter windows of AR(k)
  const found = [];
  for (const rung of value.rungs) {
    if (rung.group !== 'binary' || !rung[state.axis]) continue;
    found.push({ id: rung.id, name: nameOf(rung), x: rung[state.axis], y: rung.value, bound: rung.bound, small: false });
    if (state.axis !== 'parameters' || !rung.windows.length) continue;
    for (const [k, y] of rung.windows) if (y !== rung.value) found.push({ id: rung.id, name: NAMED.includes(k) ? `k = ${k}` : '', x: (k + 1) * 784, y, small: true });
  }
  return found;
}
const ENLARGED = 100, NAMED = [2, 26, 27, 57]; // nats; windows of AR(k) that get a name: before, at and behind the cliff
const STAIR = ['bernoulli', 'markov', 'ar_k', 'fvsbn', 'nade', 'pixel_cnn', 'gated_pixel_cnn']; // the lecture's order

function draw(g, width, height) {
  marks = [];
  if (!value) return;
  const all = points();
  view.canvas.dataset.points = String(all.length);
  if (!all.length) return;
  const narrow = width < 720, gap = px(26), zoomed = all.filter((p) => p.y < ENLARGED);
  const left = narrow ? { x: 0, y: 0, w: width, h: zoomed.length ? height / 2 - gap / 2 : height } : { x: 0, y: 0, w: zoomed.length ? (width - gap) * 0.5 : width, h: height };
  const right = narrow ? { x: 0, y: height / 2 + gap / 2, w: width, h: height / 2 - gap / 2 } : { x: (width + gap) * 0.5, y: 0, w: (width - gap) * 0.5, h: height };
  panel(g, left, all, 'ladder.chart_all');
  if (zoomed.length) panel(g, right, zoomed, 'ladder.chart_zoom');
}

function panel(g, area, shown, title) {
  const pad = { left: px(56), right: px(18), top: px(36), bottom: px(52) };
  const inner = { x: area.x + pad.left, y: area.y + pad.top, w: area.w - pad.left - pad.right, h: area.h - pad.top - pad.bottom };
  const [lx, hx] = range(shown.map((p) => Math.log10(p.x)), 0.14), [ly, hy] = range(shown.map((p) => p.y), 0.1);
  const X = (v) => inner.x + (Math.log10(v) - lx) / (hx - lx) * inner.w, Y = (v) => inner.y + (hy - v) / (hy - ly) * inner.h;
  g.textBaseline = 'alphabetic'; g.textAlign = 'left';
  words(g, t(title), inner.x, area.y + px(20), 17, 'ink', 700);
  g.strokeStyle = color('line'); g.lineWidth = 1;
  g.textAlign = 'right'; g.textBaseline = 'middle';
  const step = [1, 2, 5, 10, 20, 50].find((s) => (hy - ly) / s <= 7);
  for (let v = Math.ceil(ly / step) * step; v <= hy; v += step) { line(g, inner.x, Y(v), inner.x + inner.w, Y(v)); words(g, String(v), inner.x - px(8), Y(v), 16, 'muted'); }
  g.textAlign = 'center'; g.textBaseline = 'top';
  const finer = hx - lx < 1.4 ? AXES.flatMap((v) => [v, 2 * v, 5 * v]) : AXES;
  for (const v of finer) if (Math.log10(v) >= lx && Math.log10(v) <= hx) { line(g, X(v), inner.y, X(v), inner.y + inner.h); words(g, short(v), X(v), inner.y + inner.h + px(6), 16, 'muted'); }
  words(g, t(`ladder.col_${state.axis}`), inner.x + inner.w / 2, inner.y + inner.h + px(28), 16, 'muted');
  const small = shown.filter((p) => p.small).sort((a, b) => a.x - b.x);
  g.strokeStyle = color('muted'); g.lineWidth = px(1.5); g.globalAlpha = 0.6; g.beginPath();
  small.forEach((p, k) => (k ? g.lineTo(X(p.x), Y(p.y)) : g.moveTo(X(p.x), Y(p.y)))); g.stroke(); g.globalAlpha = 1;
  const stair = STAIR.map((id) => shown.find((p) => p.id === id && !p.small)).filter(Boolean);
  g.strokeStyle = color('accent'); g.lineWidth = px(2); g.globalAlpha = 0.45; g.beginPath();
  stair.forEach((p, k) => (k ? g.lineTo(X(p.x), Y(p.y)) : g.moveTo(X(p.x), Y(p.y)))); g.stroke(); g.globalAlpha = 1;
  const taken = shown.map((p) => ({ x: X(p.x) - px(9), y: Y(p.y) - px(9), w: px(18), h: px(18) }));
  for (const p of [...shown].sort((a, b) => b.small - a.small)) dot(g, p, X(p.x), Y(p.y));
  const named = shown.some((p) => p.y >= ENLARGED) ? shown.filter((p) => p.y >= ENLARGED || p.id === hovered) : shown; // the others have their names in the enlarged chart
  for (const p of [...named].sort((a, b) => a.small - b.small)) label(g, p, X(p.x), Y(p.y), inner, taken);
}
const range = (values, room) => { const low = Math.min(...values), high = Math.max(...values), more = (high - low || 1) * room; return [low - more, high + more]; };
function line(g, x0, y0, x1, y1) { g.beginPath(); g.moveTo(x0, y0); g.lineTo(x1, y1); g.stroke(); }
function words(g, text, x, y, size, colour, weight = 400) { g.fillStyle = color(colour); g.font = font(px(size), weight); g.fillText(text, x, y); }

function dot(g, p, x, y) {
  const r = px(p.small ? 4 : p.id === hovered ? 10 : 7.5);
  g.beginPath(); g.arc(x, y, r, 0, 2 * Math.PI);
  g.fillStyle = p.bound ? color('panel') : color(p.small ? 'muted' : p.id === hovered ? 'accent-2' : 'accent'); g.fill();
  g.strokeStyle = color(p.id === hovered ? 'accent-2' : p.small ? 'muted' : 'accent'); g.lineWidth = px(2.5); g.stroke();
  marks.push({ id: p.id, x, y });
}
function label(g, p, x, y, inner, taken) { // beside its dot, where there is room
  const size = p.small ? 13 : inner.w < px(400) ? 14 : 16, said = p.small ? p.name : `${p.name} ${p.bound ? '≤ ' : ''}${p.y.toFixed(1)}`;
  if (!said) return;
  g.font = font(px(size), p.id === hovered ? 700 : p.small ? 400 : 600);
  const w = g.measureText(said).width, h = px(size * 1.25), off = px(12), places = [];
  for (let k = 0; k < (p.small ? 2 : 16); k++) for (const way of k ? [1, -1] : [1]) { // beside, then further and further up and down
    const v = y - h / 2 + way * k * h * 0.75;
    places.push([x + off, v], [x - off - w, v]);
    if (k > 1) places.push([x - w / 2, v]);
  }
  const free = ([u, v]) => u >= inner.x + px(2) && u + w <= inner.x + inner.w + px(16) && v >= inner.y - px(10) && v + h <= inner.y + inner.h && !taken.some((o) => u < o.x + o.w && u + w > o.x && v < o.y + o.h && v + h > o.y);
  const place = places.find(free);
  if (!place) return;
  const middle = place[1] + h / 2, edge = Math.min(Math.max(x, place[0]), place[0] + w);
  if (Math.abs(middle - y) > 1.3 * h) { g.strokeStyle = color('muted'); g.lineWidth = px(1.5); line(g, x, y, edge, middle + (middle > y ? -h / 2 : h / 2)); } // a far name points at its dot
  taken.push({ x: place[0], y: place[1], w, h });
  g.textAlign = 'left'; g.textBaseline = 'top';
  g.lineJoin = 'round'; g.strokeStyle = color('panel'); g.lineWidth = px(4); g.strokeText(said, place[0], place[1] + px(1));
  g.fillStyle = color(p.id === hovered ? 'accent-2' : p.small ? 'muted' : 'ink'); g.fillText(said, place[0], place[1] + px(1));
}
const view = playground.canvas(box, draw);
box.addEventListener('pointermove', (event) => {
  const area = view.canvas.getBoundingClientRect(), [x, y] = [event.clientX - area.left, event.clientY - area.top];
  const near = marks.map((m) => [Math.hypot(m.x - x, m.y - y), m.id]).sort((a, b) => a[0] - b[0])[0];
  hover(near && near[0] < px(26) ? near[1] : '');
});
box.addEventListener('pointerleave', () => hover(''));
for (const button of root.querySelectorAll('[data-axis]')) button.addEventListener('click', () => { state.axis = button.dataset.axis; playground.link.set('ladder', { axis: state.axis }); press(); view.draw(); });
function press() { for (const button of root.querySelectorAll('[data-axis]')) button.setAttribute('aria-pressed', String(button.dataset.axis === state.axis)); root.dataset.axis = state.axis; }

// ---- value -----------------------------------------------------------------------------------------------------------------
function machine() {
  const { machine: m, versions: v } = value;
  root.querySelector('[data-part="machine"]').textContent = m ? t('ladder.machine', { processor: m.processor, threads: m.threads, system: m.system, torch: v.torch, python: v.python, command: value.command }) : t('ladder.no_machine');
}
function show() { if (!value) return; build(); machine(); press(); view.draw(); }
function load() {
  if (!props.value) return;
  value = props.value;
  const low = value.rungs.filter((rung) => rung.group === 'binary' && rung.value < IMPOSSIBLE);
  if (low.length) console.warn('below what a pixel model can honestly reach:', low.map((rung) => rung.id));
  show();
  view.canvas.dataset.seq = value.seq; root.dataset.seq = value.seq;
}
playground.translate(root);
playground.onLang(show);
playground.onTheme(() => { if (value) build(); });
press();
watch('value', load); load();
