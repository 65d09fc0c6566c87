// FlowPicture (components/flow_picture.py): an objective's graph as SVG. Forwards in thin solid arrows; the gradient of
// the chosen loss back beside them, dashed, with dots that move; parts that learn filled, parts that stay frozen hatched.
const PICTURES = @PICTURES@, VARIANTS = @VARIANTS@, LINK = @LINK@;
const box = element.querySelector('.pg-flow');
const drawing = box.querySelector('.pg-flow-drawing'), svg = box.querySelector('svg');
const names = Object.keys(PICTURES);
const t = playground.t;
playground.flows = (playground.flows || 0) + 1;
const HATCH = `pg-flow-hatch-${playground.flows}`; // ids are the document's, and a page may hold several pictures

// Units of the drawing, which is scaled to its place: a column's share of `width`, a row of `row`.
const WIDE = { name: 'wide', width: 960, row: 122, text: 27, small: 18.5, shift: 10, pad: 34, net: [112, 78], item: [76, 56], round: 56 };
const TALL = { name: 'tall', width: 384, row: 84, text: 19, small: 13.5, shift: 7, pad: 26, net: [92, 50], item: [60, 36], round: 38 };
const NARROW = 620; // pixels below which a picture is read downwards
const NORMAL = { l: [-1, 0], r: [1, 0], t: [0, -1], b: [0, 1] };
const state = { picture: names[0], loss: PICTURES[names[0]].gradients[0].id, layout: WIDE };

const picture = () => PICTURES[state.picture];
const gradient = () => picture().gradients.find((one) => one.id === state.loss);
const words = (text) => (text.startsWith('flow.') ? t(text) : text);
const plain = (text) => text.replace(/([_^])\{([^}]*)\}/g, '$1$2');
const partName = (part) => (t(`flow.part.${part}`) === `flow.part.${part}` ? part : t(`flow.part.${part}`));

// ---- text with indices ----------------------------------------------------------------------------------------------
const pieces = (text) => text.split(/([_^]\{[^}]*\})/).filter(Boolean).map((piece) => {
  const inside = /^([_^])\{(.*)\}$/.exec(piece);
  return inside ? { kind: inside[1], text: inside[2] } : { kind: '', text: piece };
});

function html(node, text) {
  node.replaceChildren(...pieces(text).map(({ kind, text }) => {
    if (!kind) return document.createTextNode(text);
    const index = document.createElement(kind === '_' ? 'sub' : 'sup');
    index.textContent = text;
    return index;
  }));
}

const ruler = document.createElement('canvas').getContext('2d');
function breadth(text, size) {
  let total = 0;
  for (const piece of pieces(text)) {
    ruler.font = playground.font(piece.kind ? size * 0.7 : size, 650);
    total += ruler.measureText(piece.text).width;
  }
  return total;
}

function make(name, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function label(text, x, y, size, name) {
  const node = make('text', { x, y, 'font-size': size, class: name, 'text-anchor': 'middle' });
  let raised = 0;
  for (const piece of pieces(text)) {
    const to = { '': 0, _: 0.25, '^': -0.35 }[piece.kind] * size;
    node.append(make('tspan', { dy: to - raised, ...(piece.kind && { 'font-size': size * 0.7 }) }, piece.text));
    raised = to;
  }
  return node;
}

// ---- where things are -----------------------------------------------------------------------------------------------
function places() {
  const L = state.layout, [columns] = picture()[L.name], pitch = L.width / columns;
  return Object.fromEntries(picture().nodes.map((node) => {
    const text = words(node.text), [column, row] = node[L.name];
    const least = { net: L.net, op: [L.round, L.round], number: [L.round, L.round], joint: [1.8 * L.shift, 1.8 * L.shift] }[node.kind] || L.item;
    const size = Math.min(L.text, (L.text * (pitch - L.pad)) / Math.max(1, breadth(text, L.text)));
    const edge = L.text * (node.kind === 'loss' ? 1.4 : 0.7);
    const w = text ? Math.max(Math.min(least[0], pitch - 24), breadth(text, size) + edge) : least[0];
    return [node.id, { node, text, size, x: (column + 0.5) * pitch, y: row * L.row + L.net[1] / 2 + 6, w, h: least[1] }];
  }));
}

// Sides that an edge leaves and enters: its own, or those that the direction of reading suggests.
function ports(edge, at) {
  const own = edge[`${state.layout.name}_ports`];
  if (own) return own;
  const a = at[edge.source], b = at[edge.target], dx = b.x - a.x, dy = b.y - a.y;
  const across = dx > 0 ? 'rl' : 'lr', down = dy > 0 ? 'bt' : 'tb';
  if (state.layout === WIDE) return Math.abs(dx) > 60 ? across : down;
  return Math.abs(dy) > 24 ? down : across;
}

// Edges that share a side of a node lie beside each other there, in the order of their other ends.
function routes(at) {
  const sides = new Map(), found = picture().edges.map((edge) => ({ edge, ports: ports(edge, at), ends: [] }));
  for (const route of found) {
    [route.edge.source, route.edge.target].forEach((id, end) => {
      const side = route.ports[end], key = `${id} ${side}`, other = at[end ? route.edge.source : route.edge.target];
      if (!sides.has(key)) sides.set(key, []);
      sides.get(key).push({ route, end, id, side, order: 'lr'.includes(side) ? other.y : other.x });
    });
  }
  for (const list of sides.values()) {
    list.sort((a, b) => a.order - b.order);
    list.forEach(({ route, end, id, side }, i) => {
      const { x, y, w, h, node } = at[id], [nx, ny] = NORMAL[side];
      const long = nx ? h : w, away = (i - (list.length - 1) / 2) * Math.min(2.4 * state.layout.shift, (0.72 * long) / list.length);
      const round = ['noise', 'code', 'number', 'op'].includes(node.kind) ? h / 2 : 0; // ends of a pill give way
      const inset = round && nx ? round - Math.sqrt(Math.max(0, round * round - away * away)) : 0;
      route.ends[end] = [x + nx * (w / 2 - inset) + (nx ? 0 : away), y + ny * (h / 2) + (nx ? away : 0)];
    });
  }
  return found;
}

const via = (edge) => edge[`${state.layout.name}_via`];

// The four points of a route's curve.
function curve({ ports, ends: [a, b] }) {
  const [n, m] = [NORMAL[ports[0]], NORMAL[ports[1]]];
  const reach = Math.max(18, 0.42 * Math.hypot(b[0] - a[0], b[1] - a[1]));
  return [a, [a[0] + reach * n[0], a[1] + reach * n[1]], [b[0] + reach * m[0], b[1] + reach * m[1]], b];
}
// A point of it, `by` units to its right, and the direction there.
function point([a, b, c, d], s, by = 0) {
  const mix = (p, q) => [p[0] + (q[0] - p[0]) * s, p[1] + (q[1] - p[1]) * s];
  const [ab, bc, cd] = [mix(a, b), mix(b, c), mix(c, d)], [left, right] = [mix(ab, bc), mix(bc, cd)];
  const long = Math.hypot(right[0] - left[0], right[1] - left[1]) || 1, along = [(right[0] - left[0]) / long, (right[1] - left[1]) / long];
  const [x, y] = mix(left, right);
  return { at: [x - by * along[1], y + by * along[0]], along };
}
const STEPS = 24;
const beside = (points, from, to) => `M${Array.from({ length: STEPS + 1 }, (_, i) => point(points, from + ((to - from) * i) / STEPS, state.layout.shift).at.map((v) => v.toFixed(1))).join(' L')}`;
const path = ([a, b, c, d]) => `M${a} C${b} ${c} ${d}`;

function round(route) { // along a row below or a column beside everything
  const L = state.layout, [a, b] = route.ends, r = 16;
  if (L === WIDE) {
    const y = via(route.edge) * L.row + L.net[1] / 2, s = Math.sign(b[0] - a[0]), u = Math.sign(y - a[1]), v = Math.sign(y - b[1]);
    return `M${a} V${y - u * r} Q${[a[0], y]} ${[a[0] + s * r, y]} H${b[0] - s * r} Q${[b[0], y]} ${[b[0], y - v * r]} V${b[1]}`;
  }
  const x = (via(route.edge) + 0.5) * (L.width / picture().tall[0]), s = Math.sign(b[1] - a[1]), u = Math.sign(x - a[0]), v = Math.sign(x - b[0]);
  return `M${a} H${x - u * r} Q${[x, a[1]]} ${[x, a[1] + s * r]} V${b[1] - s * r} Q${[x, b[1]]} ${[x - v * r, b[1]]} H${b[0]}`;
}

function head([x, y], side, size, name) { // an arrow's head that enters `side`
  const [nx, ny] = NORMAL[side];
  const [bx, by] = [x + nx * size, y + ny * size], half = size * 0.55;
  return make('path', { class: name, d: `M${x},${y} L${bx - ny * half},${by + nx * half} L${bx + ny * half},${by - nx * half} Z` });
}

// ---- drawing --------------------------------------------------------------------------------------------------------
function forward(route, used) {
  const [x, y] = route.ends[1], side = route.ports[1], bound = via(route.edge) !== null;
  const line = make('path', { class: 'pg-flow-line', d: bound ? round(route) : path(curve(route)) });
  return make('g', { class: `pg-flow-edge${used ? '' : ' pg-unused'}`, 'data-edge': route.edge.id }, line, head([x, y], side, 0.45 * state.layout.text, 'pg-flow-head'));
}

function backward(route) {
  const points = curve(route), d = beside(points, 1, 0);
  const tip = head(point(points, 0, state.layout.shift).at, route.ports[0], 0.5 * state.layout.text, 'pg-flow-head');
  return make('g', { class: 'pg-flow-back', 'data-back': route.edge.id }, make('path', { class: 'pg-flow-line', d }), make('path', { class: 'pg-flow-dots', d }), tip);
}

function stopped(route) {
  const points = curve(route), { at, along } = point(points, 0.5, state.layout.shift / 2), start = beside(points, 1, 0.5);
  const half = 0.75 * state.layout.text, [dx, dy] = [-along[1] * half, along[0] * half];
  const bar = make('path', { class: 'pg-flow-bar', d: `M${at[0] - dx},${at[1] - dy} L${at[0] + dx},${at[1] + dy}` });
  return make('g', { class: 'pg-flow-back', 'data-stop': route.edge.id }, make('path', { class: 'pg-flow-line', d: start }), make('path', { class: 'pg-flow-dots', d: start }), bar);
}

function lock(x, y, size) {
  const w = 0.8 * size, h = 0.6 * size, r = 0.26 * size;
  return make('path', { class: 'pg-flow-lock', d: `M${x - w / 2},${y} h${w} v${h} h${-w} Z M${x - r},${y} v${-0.2 * size} a${r},${r} 0 0 1 ${2 * r},0 v${0.2 * size}` });
}

function shape({ node, x, y, w, h }) {
  const L = state.layout, [left, top] = [x - w / 2, y - h / 2];
  if (node.kind === 'loss') {
    const c = 0.3 * h;
    return make('path', { class: 'pg-flow-shape', d: `M${left + c},${top} h${w - 2 * c} l${c},${h / 2} l${-c},${h / 2} h${2 * c - w} l${-c},${-h / 2} Z` });
  }
  const radius = { net: 0.4 * L.text, data: 2, picture: 2 }[node.kind] ?? h / 2;
  return make('rect', { class: 'pg-flow-shape', x: left, y: top, width: w, height: h, rx: radius });
}

// What the chosen gradient does to a network: "learns", "frozen", or nothing.
function fate(node) {
  if (node.kind !== 'net') return '';
  const part = node.part || node.id, { path, learns, frozen } = gradient();
  if (!path.some((edge) => edge.startsWith(`${node.id}>`))) return '';
  return learns.includes(part) ? 'learns' : frozen.includes(part) ? 'frozen' : '';
}

function aside({ node, x, y, w, h }) {
  const { small, name, width } = state.layout, note = words(node.note), gap = 0.5 * small;
  let side = node.beside[name === 'wide' ? 0 : 1];
  if (side === 'r' && x + w / 2 + gap + breadth(note, small) > width) side = 'l';
  const [nx, ny] = NORMAL[side], top = { b: 0.85, t: 0, l: 0.35, r: 0.35 }[side] * small;
  const text = label(note, x + nx * (w / 2 + gap), y + ny * (h / 2 + (ny > 0 ? 0.2 * small : gap)) + top, small, 'pg-flow-aside');
  if (nx) text.setAttribute('text-anchor', nx > 0 ? 'start' : 'end');
  return text;
}

function drawn(place, used) {
  const L = state.layout, { node, text, size, x, y, h } = place, becomes = fate(node), start = gradient().losses.includes(node.id);
  const group = make('g', { class: `pg-flow-node pg-${node.kind}${becomes ? ` pg-${becomes}` : ''}${start ? ' pg-start' : ''}${used ? '' : ' pg-unused'}`, 'data-node': node.id });
  if (becomes) group.dataset.fate = becomes;
  const outline = shape(place);
  group.append(outline);
  if (becomes === 'frozen') { const hatched = shape(place); hatched.setAttribute('class', 'pg-flow-hatched'); hatched.style.fill = `url(#${HATCH})`; group.append(hatched); }
  const up = becomes ? 0.1 * h : 0;
  group.append(label(text, x, y - up + 0.33 * size - (/[_]/.test(text) ? 0.05 * size : 0), size, 'pg-flow-text'));
  if (becomes) {
    const word = t(`flow.${becomes}`), down = y + 0.36 * h, wide = breadth(word, L.small);
    if (becomes === 'frozen') group.append(lock(x - wide / 2 - 0.1 * L.small, down - 0.5 * L.small, 0.75 * L.small));
    group.append(label(word, x + (becomes === 'frozen' ? 0.55 * L.small : 0), down, L.small, 'pg-flow-fate'));
  }
  if (node.note) group.append(aside(place));
  return group;
}

function hatch() {
  const step = 0.42 * state.layout.text;
  const pattern = make('pattern', { id: HATCH, width: step, height: step, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' });
  pattern.append(make('rect', { class: 'pg-flow-hatch', width: step * 0.3, height: step }));
  return make('defs', {}, pattern);
}

function draw() {
  const L = state.layout, [, rows] = picture()[L.name], at = places(), found = routes(at), now = gradient();
  const live = new Set([...now.losses, ...now.used.flatMap((id) => id.split('>'))]);
  svg.setAttribute('viewBox', `0 0 ${L.width} ${rows * L.row}`);
  svg.style.setProperty('--flow-unit', `${L.text / 27}px`);
  svg.replaceChildren(
    hatch(),
    ...found.map((route) => forward(route, now.used.includes(route.edge.id))),
    ...found.filter((route) => now.path.includes(route.edge.id)).map(backward),
    ...Object.values(at).map((place) => drawn(place, live.has(place.node.id))),
    ...found.filter((route) => now.stops.includes(route.edge.id)).map(stopped),
  );
  svg.setAttribute('aria-label', plain(said()));
}

// ---- words ----------------------------------------------------------------------------------------------------------
function said() {
  const now = gradient(), list = (parts) => parts.map(partName).join(', ');
  const start = [...new Set(now.losses.map(nodeName))].join(', ');
  const parts = [...new Set(picture().nodes.filter((node) => node.kind === 'net').map((node) => node.part || node.id))];
  const rest = parts.filter((part) => !now.learns.includes(part) && !now.frozen.includes(part));
  const sentences = [t('flow.said_learns', { losses: start, parts: list(now.learns) })];
  if (now.frozen.length) sentences.push(t('flow.said_frozen', { parts: list(now.frozen) }));
  if (rest.length) sentences.push(t('flow.said_rest', { parts: list(rest) }));
  if (now.stops.length) sentences.push(t('flow.said_stops', { places: [...new Set(now.stops.map((id) => nodeName(id.split('>')[0])))].join(', ') }));
  return sentences.join(' ');
}
const nodeName = (id) => words(picture().nodes.find((node) => node.id === id).text);

const ICONS = { // in a box of 64 x 26
  forward: '<path class="pg-flow-line" d="M2,13 H52"/><path class="pg-flow-head" d="M62,13 L50,7 L50,19 Z"/>',
  backward: '<g class="pg-flow-back"><path class="pg-flow-line" d="M62,13 H12"/><path class="pg-flow-dots" d="M62,13 H12"/><path class="pg-flow-head" d="M2,13 L14,6 L14,20 Z"/></g>',
  learns: '<g class="pg-net pg-learns"><rect class="pg-flow-shape" x="8" y="2" width="48" height="22" rx="5"/></g>',
  frozen: '<g class="pg-net pg-frozen"><rect class="pg-flow-shape" x="8" y="2" width="48" height="22" rx="5"/><path class="pg-flow-stripes" d="M12,22 L30,4 M24,22 L42,4 M36,22 L52,6"/></g>',
  stop: '<g class="pg-flow-back"><path class="pg-flow-line" d="M62,13 H32"/><path class="pg-flow-bar" d="M30,2 V24"/></g>',
};
function legend() {
  box.querySelector('.pg-flow-legend').innerHTML = Object.entries(ICONS).map(([name, icon]) => `<li><svg viewBox="0 0 64 26" aria-hidden="true">${icon}</svg><span></span></li>`).join('');
  Object.keys(ICONS).forEach((name, i) => { box.querySelectorAll('.pg-flow-legend span')[i].textContent = t(`flow.legend_${name}`); });
}

// ---- choosing -------------------------------------------------------------------------------------------------------
function button(role, attribute, id, press) {
  const node = document.createElement('button');
  Object.assign(node, { type: 'button', className: 'pg-button' });
  if (role) node.setAttribute('role', role);
  node.dataset[attribute] = id;
  node.addEventListener('click', press);
  return node;
}

function rows() {
  const variants = box.querySelector('.pg-flow-variants'), losses = box.querySelector('.pg-flow-losses');
  variants.hidden = !VARIANTS;
  if (VARIANTS) variants.replaceChildren(...names.map((id) => { const node = button('', 'picture', id, () => choose({ picture: id })); node.textContent = t(`flow.variant.${id}`); node.setAttribute('aria-pressed', String(id === state.picture)); return node; }));
  losses.replaceChildren(...picture().gradients.map(({ id }) => {
    const node = button('radio', 'loss', id, () => choose({ loss: id })), chosen = id === state.loss;
    html(node, t(`flow.choice.${id}`));
    node.setAttribute('aria-checked', String(chosen));
    node.tabIndex = chosen ? 0 : -1;
    return node;
  }));
}

function show({ picture: name = state.picture, loss = state.loss } = {}) {
  if (PICTURES[name]) state.picture = name;
  const ids = picture().gradients.map((one) => one.id);
  state.loss = ids.includes(loss) ? loss : ids.includes(state.loss) ? state.loss : ids[0];
  const focused = box.contains(document.activeElement) ? { ...document.activeElement.dataset } : {};
  rows();
  if (focused.loss) box.querySelector(`button[data-loss="${state.loss}"]`).focus();
  if (focused.picture) box.querySelector(`button[data-picture="${state.picture}"]`).focus();
  html(box.querySelector('.pg-flow-formula'), gradient().formula);
  html(box.querySelector('.pg-flow-said'), said());
  html(box.querySelector('.pg-flow-note'), picture().note ? t(picture().note) : '');
  draw();
  Object.assign(svg.dataset, { picture: state.picture, loss: state.loss, layout: state.layout.name });
}

function choose(what) {
  show(what);
  if (LINK) playground.link.set(LINK[0], { [LINK[1]]: state.loss });
  box.dispatchEvent(new CustomEvent('pg-flow', { detail: { picture: state.picture, loss: state.loss } }));
}

function step(by) {
  const ids = picture().gradients.map((one) => one.id);
  choose({ loss: ids[(ids.indexOf(state.loss) + by + ids.length) % ids.length] });
}

box.show = show;
playground.translate(box);
playground.keys(box, { left: () => step(-1), right: () => step(1) });
new ResizeObserver(([{ contentRect }]) => {
  const layout = contentRect.width < NARROW ? TALL : WIDE;
  if (!contentRect.width || layout === state.layout) return;
  state.layout = layout;
  show();
}).observe(drawing);
const again = () => { legend(); show(); };
playground.onLang(again);
if (LINK) state.loss = playground.link.get(LINK[0])[LINK[1]];
watch('value', () => show(props.value || {}));
legend();
show(props.value || {});
