// ---- maps: what each model can see -----------------------------------------------------------------------------------------------
const tables = new Map();    // model -> {rule: bytes or null, turn}
const measured = new Map();  // model:index -> {seen, inputs, trained}
const strengths = new Map(); // model:digit:index -> {map, image, most}
const failed = new Set();    // model:digit:index that has no answer
let hover = null, resting = 0;
const slots = ['a', 'b', 'c'].map((name) => {
  const figure = find(`figure[data-slot="${name}"]`), map = figure.querySelector('.pg-sight-map');
  const slot = { name, figure, map, ask: null, view: null };
  slot.ask = playground.gate(async (model, index, digit) => ask(slot, model, index, digit));
  slot.view = playground.canvas(map, (g, width, height) => drawMap(g, width, height, slot));
  return slot;
});
function pixel() { return hover ?? (state().row - 1) * SIDE + state().column - 1; }
const at = (i) => ({ row: Math.floor(i / SIDE) + 1, column: (i % SIDE) + 1 });
function before(table, i) { return (j) => table.turn[j] < table.turn[i]; }
function byRule(table, i) { return table.rule && ((j) => (table.rule[i * BYTES + (j >> 3)] >> (7 - (j & 7))) & 1); }

async function ask(slot, model, index, digit) {
  if (!tables.has(model)) {
    const got = playground.check(await server.rules(model));
    if (!got) return;
    tables.set(model, { rule: got.rule && playground.unpack(got.rule), turn: playground.unpack(got.turn) });
    show();
  }
  const key = `${model}:${index}`, deep = `${model}:${digit}:${index}`;
  if (!measured.has(key)) {
    const got = playground.check(await server.look(model, index));
    if (!got) return;
    measured.set(key, { ...got, seen: playground.unpack(got.seen) });
  }
  if (state().show === 'strength' && !strengths.has(deep) && !failed.has(deep)) {
    const got = playground.check(await server.strength(model, digit, index));
    if (got) { const map = playground.unpack(got.map); strengths.set(deep, { map, image: playground.unpack(got.image), most: Math.max(...map) }); } else failed.add(deep);
  }
  show();
}
function askAll(wait = 60) {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (state().view !== 'sees') return;
    const now = state(), i = pixel();
    for (const slot of slots) if (now[slot.name] !== 'none') slot.ask(now[slot.name], i, Number(now.digit));
  }, wait);
}

function counts(slot) { // of the pixel in question: numbers, once measured
  const model = state()[slot.name], table = tables.get(model), i = pixel(), found = measured.get(`${model}:${i}`);
  if (!table) return null;
  const past = before(table, i), rule = byRule(table, i), c = { allowed: 0, rule: 0, seen: 0, missed: 0, leaked: 0, wrong: 0, found };
  for (let j = 0; j < SIZE; j++) {
    const p = past(j), r = rule && rule(j) ? 1 : 0;
    c.allowed += p; c.rule += r;
    if (found) { const s = found.seen[j]; c.seen += s && p; c.missed += p && !s; c.leaked += s && !p; c.wrong += rule && s !== r ? 1 : 0; }
  }
  return { ...c, known: Boolean(rule) };
}

function drawMap(g, width, height, slot) {
  const now = state(), model = now[slot.name], table = tables.get(model), i = pixel(), s = width / SIDE, data = g.canvas.dataset;
  g.fillStyle = color('panel'); g.fillRect(0, 0, width, height);
  if (!table) { words(g, t('page.loading'), width / 2, height / 2, { align: 'center', tint: 'muted', size: 18 }); return; }
  const past = before(table, i), rule = byRule(table, i), found = measured.get(`${model}:${i}`);
  const deep = now.show === 'strength' ? strengths.get(`${model}:${now.digit}:${i}`) : null;
  const edges = (j) => { const r = Math.floor(j / SIDE), c = j % SIDE; return [Math.round(c * s), Math.round(r * s), Math.round((c + 1) * s) - Math.round(c * s), Math.round((r + 1) * s) - Math.round(r * s)]; };
  const strip = rgba('line', 0.28), seen = rgba('data', 0.82), waiting = rgba('line', 0.7);
  for (let j = 0; j < SIZE; j++) {
    const [x, y, w, h] = edges(j), is = found && found.seen[j];
    if (j === i) { g.fillStyle = color('ink'); g.fillRect(x, y, w, h); }
    else if (!past(j)) { if (is) leak(g, x, y, w, h); else { g.fillStyle = strip; g.fillRect(x, y, w, h); } }
    else if (!found) { g.fillStyle = waiting; g.fillRect(x, y, w, h); }
    else if (!is) hatch(g, x, y, w, h);
    else if (now.show === 'strength') { g.fillStyle = deep ? `rgb(${playground.ramp(deep.most ? Math.sqrt(deep.map[j] / deep.most) : 0)})` : waiting; g.fillRect(x, y, w, h); }
    else { g.fillStyle = seen; g.fillRect(x, y, w, h); }
  }
  if (found && found.seen[i]) leak(g, ...edges(i));
  g.strokeStyle = color('panel'); g.globalAlpha = 0.55; g.lineWidth = 1; g.beginPath();
  for (let k = 1; k < SIDE; k++) { const p = Math.round(k * s) + 0.5; g.moveTo(p, 0); g.lineTo(p, height); g.moveTo(0, p); g.lineTo(width, p); }
  g.stroke(); g.globalAlpha = 1;
  if (deep) for (let j = 0; j < SIZE; j++) if (deep.image[j] && j !== i) { // the digit's ink as dots
    const [x, y, w, h] = edges(j);
    for (const [tint, r] of [['panel', 0.3], ['ink', 0.21]]) { g.fillStyle = color(tint); g.beginPath(); g.arc(x + w / 2, y + h / 2, r * s, 0, 7); g.fill(); }
  }
  if (rule) outline(g, rule, s);
  const [x, y, w, h] = edges(i), wide = Math.max(2, s * 0.16);
  ring(g, x - wide, y - wide, w + 2 * wide, h + 2 * wide, 'ink', wide);
  g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(0.5, 0.5, width - 1, height - 1);
  const c = counts(slot);
  Object.assign(data, { model, index: i, seen: found ? c.seen : '', allowed: c.allowed, missed: found ? c.missed : '', leaked: found ? c.leaked : '', wrong: found ? c.wrong : '', rule: c.rule, show: now.show, strong: deep ? '1' : '' });
}
function outline(g, inside, s) { // the border of the rule's set
  g.beginPath();
  for (let r = 0; r < SIDE; r++) for (let c = 0; c < SIDE; c++) {
    if (!inside(r * SIDE + c)) continue;
    const [x, y, X, Y] = [c * s, r * s, (c + 1) * s, (r + 1) * s];
    if (!r || !inside((r - 1) * SIDE + c)) { g.moveTo(x, y); g.lineTo(X, y); }
    if (r === SIDE - 1 || !inside((r + 1) * SIDE + c)) { g.moveTo(x, Y); g.lineTo(X, Y); }
    if (!c || !inside(r * SIDE + c - 1)) { g.moveTo(x, y); g.lineTo(x, Y); }
    if (c === SIDE - 1 || !inside(r * SIDE + c + 1)) { g.moveTo(X, y); g.lineTo(X, Y); }
  }
  g.lineCap = 'square';
  for (const [tint, width] of [['panel', px(5)], ['ink', px(2.5)]]) { g.strokeStyle = color(tint); g.lineWidth = width; g.stroke(); }
}

function chip(kind, text) { const node = document.createElement('span'); node.className = `pg-sight-chip pg-sight-chip-${kind}`; node.textContent = text; return node; }
function showMaps() {
  const now = state(), i = pixel(), place = at(i), shown = slots.filter((slot) => now[slot.name] !== 'none');
  find('.pg-sight-figures').dataset.n = shown.length;
  find('.pg-sight-where').textContent = t('sight.where', { ...place, n: i });
  for (const legend of root.querySelectorAll('.pg-sight-maps .pg-sight-legend')) legend.hidden = legend.dataset.for !== now.show;
  for (const slot of slots) {
    const { figure, map } = slot, model = now[slot.name];
    figure.hidden = model === 'none';
    if (figure.hidden) continue;
    const c = counts(slot), name = named(model), q = (selector) => figure.querySelector(selector);
    q('.pg-sight-name').textContent = name;
    q('.pg-sight-count').replaceChildren();
    q('.pg-sight-chips').replaceChildren();
    q('.pg-sight-how').textContent = c && !c.found ? t('sight.measuring') : '';
    if (c && c.found) {
      const b = document.createElement('b');
      b.textContent = c.seen;
      q('.pg-sight-count').append(b, ` ${t('sight.of', { allowed: c.allowed })}`);
      q('.pg-sight-chips').append(
        chip(c.missed ? 'missed' : 'good', t(c.missed ? 'sight.missed' : 'sight.nothing_missed', { n: c.missed })),
        chip(c.leaked ? 'leaked' : 'good', t('sight.leaked', { n: c.leaked })),
      );
      const agrees = !c.known ? 'sight.no_rule' : c.wrong ? 'sight.differs' : 'sight.agrees';
      q('.pg-sight-how').textContent = `${t(agrees, { n: c.wrong })} ${t(c.found.trained ? 'sight.inputs' : 'sight.untrained', { n: c.found.inputs })}`;
    }
    map.setAttribute('aria-label', t('sight.map_label', { name, ...place }) + (c && c.found ? `. ${t('sight.said', { seen: c.seen, allowed: c.allowed, missed: c.missed, leaked: c.leaked })}` : ''));
    slot.view.later();
  }
}

function under(event, map) {
  const box = map.getBoundingClientRect(), c = Math.floor(((event.clientX - box.left) / box.width) * SIDE), r = Math.floor(((event.clientY - box.top) / box.height) * SIDE);
  return r >= 0 && c >= 0 && r < SIDE && c < SIDE ? r * SIDE + c : null;
}
function point(i) { if (i === hover) return; hover = i; showMaps(); askAll(); }
function choose(i) { hover = null; set({ row: at(i).row, column: at(i).column }); showMaps(); askAll(0); }
for (const { map } of slots) {
  map.addEventListener('pointermove', (event) => { if (event.pointerType !== 'touch') point(under(event, map)); else if (event.buttons) { const i = under(event, map); if (i !== null) choose(i); } });
  map.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') point(null); });
  map.addEventListener('click', (event) => { const i = under(event, map); if (i !== null) choose(i); });
  const move = (rows, columns) => () => { const { row, column } = at(pixel()); choose((clamp(row + rows, 1, SIDE) - 1) * SIDE + clamp(column + columns, 1, SIDE) - 1); };
  playground.keys(map, { up: move(-1, 0), down: move(1, 0), left: move(0, -1), right: move(0, 1), 'shift+up': move(-5, 0), 'shift+down': move(5, 0), 'shift+left': move(0, -5), 'shift+right': move(0, 5), home: move(-SIDE, -SIDE), end: move(SIDE, SIDE), r: () => choose(14 * SIDE + 14) });
}
