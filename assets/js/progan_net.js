// ---- the network as a drawing ------------------------------------------------------------------------------------------------------------
// G from left to right, D back from right to left below it, blocks of the same size above each other (on a narrow screen: G down, D
// up). Every layer is a button that explains itself. What is to come is an outline, what fades in has the tone of its weight.
const net = find('.pg-progan-net');
const BADGES = { equalized: 'c', pixel_norm: 'N', minibatch_std: 'σ' };
const parts = new Map();   // id -> {id, net, level, kind, layer, marks, node}
let layers = null, chosen = null;
const channels = (l) => layers.find((row) => row.net === 'G' && row.name === `second.${l}`).outputs;
const make = (tag, className, words) => { const node = document.createElement(tag); node.className = className; if (words !== undefined) node.textContent = words; return node; };

const askNetwork = playground.gate(async () => {
  if (layers) return;
  const got = taken(await server.network());
  if (!got) return;
  layers = got.layers;
  build(); showGrown(); showMark(); showStds();
});

function part(id, netName, level, kind, layer = null) {
  const marks = Object.keys(BADGES).filter((mark) => (mark === 'equalized' ? layer : mark === 'pixel_norm' ? kind === 'z' || (layer && layer.normed) : kind === 'std'));
  const node = make('button', 'pg-layer');
  node.type = 'button'; node.dataset.layer = id; node.dataset.kind = kind;
  node.append(make('b', ''), make('span', ''));
  const badges = node.appendChild(make('span', 'pg-badges'));
  for (const mark of marks) { const badge = badges.appendChild(make('i', 'pg-badge', BADGES[mark])); badge.dataset.mark = mark; badge.setAttribute('aria-hidden', 'true'); }
  parts.set(id, { id, net: netName, level, kind, layer, marks, node });
  return node;
}
const layerOf = (netName, name) => layers.find((row) => row.net === netName && row.name === name);
const weighted = (netName, name, kind) => { const row = layerOf(netName, name); return part(`${netName}:${name}`, netName, row.level, kind || row.kind, row); };
function block(netName, level, members) {
  const node = net.appendChild(make('div', 'pg-block')), title = node.appendChild(make('div', 'pg-block-title'));
  node.dataset.net = netName; node.dataset.level = level;
  node.style.setProperty('--at', level);
  const map = title.appendChild(make('i', 'pg-map'));
  map.style.setProperty('--side', `${12 + 7 * Math.log2(SIDES[level])}px`);
  map.style.boxShadow = Array.from({ length: Math.max(1, Math.round(5 * channels(level) / channels(0))) }, (_, k) => `${3 * k + 3}px ${-3 * k - 3}px 0 -1px var(--pg-panel), ${3 * k + 3}px ${-3 * k - 3}px 0 0 var(--pg-map)`).join(', ');
  title.append(make('b', '', `${size(level)} × ${channels(level)}`), make('em', 'pg-block-state'));
  for (const member of members) node.append(member);
  return node;
}
function build() {
  net.replaceChildren(); parts.clear();
  const svg = net.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  svg.setAttribute('aria-hidden', 'true');
  for (const [name, words] of [['G', 'progan.G'], ['D', 'progan.D']]) { const label = net.appendChild(make('div', 'pg-net-name')); label.dataset.net = name; label.dataset.t = words; }
  SIDES.forEach((_, l) => {
    block('G', l, l ? [part(`G:up.${l}`, 'G', l, 'up'), weighted('G', `first.${l - 1}`, 'first_g'), weighted('G', `second.${l}`, 'second_g')] : [part('G:z', 'G', 0, 'z'), weighted('G', 'dense'), weighted('G', 'second.0', 'second_g')]);
    block('D', l, l ? [weighted('D', `first.${l - 1}`, 'first_d'), weighted('D', `second.${l - 1}`, 'second_d'), part(`D:down.${l}`, 'D', l, 'down')] : [part('D:std', 'D', 0, 'std'), weighted('D', 'last.0', 'last_0'), weighted('D', 'last.1', 'last_1'), weighted('D', 'score')]);
    for (const [name, rgbName] of [['G', 'to_rgb'], ['D', 'from_rgb']]) { const node = net.appendChild(weighted(name, `${rgbName}.${l}`)); node.classList.add('pg-rgb'); node.dataset.net = name; node.style.setProperty('--at', l); }
  });
  const shown = net.appendChild(make('figure', 'pg-net-picture'));
  shown.append(make('canvas', ''), make('figcaption', ''));
  words();
  playground.translate(net);
}
function words() { // what stands on the layers, in the page's language
  for (const { node, kind, layer } of parts.values()) {
    const [name, shape] = node.children;
    name.textContent = kind === 'to_rgb' || kind === 'from_rgb' ? `${kind === 'to_rgb' ? 'toRGB' : 'fromRGB'}${SUB[layer.level]}` : t(`progan.short.${kind}`);
    shape.textContent = !layer ? '' : `${layer.inputs} → ${layer.outputs}`;
  }
}

// ---- how far it has grown --------------------------------------------------------------------------------------------------------------
function statusOf({ net: netName, level: l, kind }, now) {
  const fading = now.alpha < 1, edge = kind === 'to_rgb' || kind === 'from_rgb';
  if (l > now.level) return 'to_come';
  if (edge && l < now.level - (fading ? 1 : 0)) return netName === 'G' ? 'tuned' : 'left';
  if (edge && fading && l === now.level - 1) return 'fading_out';
  return fading && l === now.level ? 'fading' : 'in';
}
function showGrown() {
  if (!layers) return;
  const now = grown();
  const dress = (node, status, weight) => { node.dataset.status = status; node.style.setProperty('--w', status === 'fading' || status === 'fading_out' ? weight : 1); };
  for (const item of parts.values()) dress(item.node, statusOf(item, now), weightOf(item.level, now));
  for (const node of net.querySelectorAll('.pg-block')) {
    const level = Number(node.dataset.level), status = statusOf({ net: node.dataset.net, level, kind: 'block' }, now);
    dress(node, status, now.alpha);
    node.querySelector('.pg-block-state').textContent = status === 'fading' ? `× α = ${number(now.alpha)}` : status === 'to_come' ? t('progan.to_come') : '';
  }
  for (const node of net.querySelectorAll('.pg-rgb')) {
    const status = node.dataset.status, item = parts.get(node.dataset.layer), shape = `${item.layer.inputs} → ${item.layer.outputs}`;
    node.children[1].textContent = status === 'fading' || status === 'fading_out' ? `${shape} (×\u00a0${number(weightOf(item.level, now))})` : shape;
  }
  const figure = net.querySelector('.pg-net-picture');
  figure.querySelector('figcaption').textContent = size(now.level);
  if (drawn) paint(figure.querySelector('canvas'), blended(state.row, now), SIDES[now.level]);
  connectLines(now);
  explain();
  net.dataset.at = String(state.at);
}

// ---- lines ------------------------------------------------------------------------------------------------------------------------------
const narrowNet = () => getComputedStyle(net).getPropertyValue('--narrow').trim() === '1';
function connectLines(now) {
  const svg = net.querySelector('svg'), frame = net.getBoundingClientRect(), narrow = narrowNet();
  if (!frame.width) return;
  svg.setAttribute('viewBox', `0 0 ${frame.width} ${frame.height}`);
  const box = (node) => { const b = node.getBoundingClientRect(), left = b.left - frame.left, top = b.top - frame.top; return { left, top, right: left + b.width, bottom: top + b.height, x: left + b.width / 2, y: top + b.height / 2 }; };
  const blockOf = (name, l) => box(net.querySelector(`.pg-block[data-net="${name}"][data-level="${l}"]`)), rgbOf = (name, l) => box(parts.get(name === 'G' ? `G:to_rgb.${l}` : `D:from_rgb.${l}`).node);
  const seen = box(net.querySelector('.pg-net-picture')), upper = rgbOf('G', 0), lower = rgbOf('D', 0);
  const bus = narrow ? (upper.right + lower.left) / 2 : (upper.bottom + lower.top) / 2, gap = narrow ? (lower.left - upper.right) / 2 : (lower.top - upper.bottom) / 2;
  const found = [], line = (status, weight, ...points) => found.push({ status, weight, points });
  SIDES.forEach((_, l) => {
    const [g, d, to, from] = [blockOf('G', l), blockOf('D', l), rgbOf('G', l), rgbOf('D', l)], coming = l > now.level, fading = l === now.level && now.alpha < 1, weight = weightOf(l, now);
    const chain = coming ? 'to_come' : 'in';
    if (l) {
      const [below, above] = [blockOf('G', l - 1), blockOf('D', l - 1)];
      if (narrow) { line(chain, 1, [g.x, below.bottom], [g.x, g.top]); line(coming ? 'to_come' : fading ? 'fading' : 'in', weight, [d.x, d.top], [d.x, above.bottom]); } else { line(chain, 1, [below.right, g.y], [g.left, g.y]); line(coming ? 'to_come' : fading ? 'fading' : 'in', weight, [d.left, d.y], [above.right, d.y]); }
    }
    if (weight <= 0) return;
    const kind = now.alpha < 1 ? 'fading' : 'in', at = gap * (l === now.level ? 0.62 : 0.24);
    if (narrow) {
      line(kind, weight, [g.right, to.y], [to.left, to.y]); line(kind, weight, [to.right, to.y], [bus - at, to.y], [bus - at, seen.top]);
      line(kind, weight, [bus + at, seen.top], [bus + at, from.y], [from.left, from.y]); line(kind, weight, [from.right, from.y], [d.left, from.y]);
    } else {
      line(kind, weight, [to.x, g.bottom], [to.x, to.top]); line(kind, weight, [to.x, to.bottom], [to.x, bus - at], [seen.left, bus - at]);
      line(kind, weight, [seen.left, bus + at], [from.x, bus + at], [from.x, from.top]); line(kind, weight, [from.x, from.bottom], [from.x, d.top]);
    }
  });
  svg.innerHTML = '<defs><marker id="pg-progan-tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" markerHeight="11" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>' + found.map(({ status, weight, points }) => `<path data-status="${status}" style="--w:${status === 'fading' ? weight : 1}" marker-end="url(#pg-progan-tip)" d="M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}"/>`).join('');
}

// ---- what a layer does -----------------------------------------------------------------------------------------------------------------
const gainOf = (gain) => (Math.abs(gain - 1) < 1e-3 ? '1' : Math.abs(gain - Math.SQRT2) < 1e-3 ? '√2' : '√2/4');
function explain() {
  const item = parts.get(chosen);
  net.dataset.told = item ? chosen : state.mark;
  if (!item) { says('layer').textContent = layers ? t(`progan.told.${state.mark}`, { n: [...parts.values()].filter((one) => one.marks.includes(state.mark)).length }) : ''; return; }
  const { kind, layer, node } = item, now = grown(), out = [];
  const side = SIDES[item.level], facts = { side, half: side / 2, double: 2 * side, level: item.level, ...(layer ? { inputs: layer.inputs, outputs: layer.outputs } : {}) };
  out.push(t(`progan.layer.${kind}`, facts));
  if (layer) out.push(t('progan.constant', { gain: gainOf(layer.gain), fan_in: whole(layer.fan_in), c: layer.scale.toFixed(4), stored: number(layer.stored), used: layer.used.toPrecision(2) }));
  if (layer && layer.normed) out.push(t('progan.normed'));
  if (node.dataset.status !== 'in') out.push(t(`progan.status.${node.dataset.status}`, { weight: number(weightOf(item.level, now)) }));
  says('layer').textContent = `${node.children[0].textContent}${layer && !['to_rgb', 'from_rgb'].includes(kind) ? ` (${layer.inputs} → ${layer.outputs})` : ''} — ${out.join(' ')}`;
}
function choose(id) { // null: what is marked is said instead
  if (id === chosen) return;
  chosen = id;
  for (const item of parts.values()) item.node.dataset.chosen = String(item.id === chosen);
  explain();
}
for (const kind of ['pointerover', 'focusin', 'click']) net.addEventListener(kind, (event) => { const node = event.target.closest('.pg-layer'); if (node) choose(node.dataset.layer); });
const focused = () => { const node = document.activeElement && document.activeElement.closest('.pg-layer'); return node && net.contains(node) ? node.dataset.layer : null; };
net.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') choose(focused()); });
net.addEventListener('focusout', (event) => { if (!net.contains(event.relatedTarget)) choose(null); });
function showMark() {
  for (const button of root.querySelectorAll('.pg-progan-marks [data-mark]')) {
    button.setAttribute('aria-pressed', String(button.dataset.mark === state.mark));
    button.dataset.badge = BADGES[button.dataset.mark];
  }
  net.dataset.mark = state.mark;
  for (const item of parts.values()) item.node.dataset.acts = String(item.marks.includes(state.mark));
  explain();
  for (const node of root.querySelectorAll('[data-demo]')) node.hidden = node.dataset.demo !== state.mark;
}
new ResizeObserver(() => { if (layers && state.section === 'network') connectLines(grown()); }).observe(net);
