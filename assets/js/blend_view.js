// Film strips between two digits, one per latent space, and one digit along an attribute. The server makes all strips of a
// choice in one answer; what is drawn here is what it sent.
const MODELS = @MODELS@;
const STAGE = 'blend', SIDE = 28, PIXELS = SIDE * SIDE, SURE = 0.9, SLOTS = ['a', 'b', 'c'], LARGE = ['straight', 'sphere'];
const root = element.querySelector('.pg-blend');
const { t, color, font, px } = playground;

const knobs = { ...playground.link.get(STAGE) };
const ends = { from: knobs.from, to: knobs.to }; // the number of an example, or a drawing of the pad
const DEFAULTS = { from: 4, to: 14 };
for (const end of ['from', 'to']) if (ends[end] < 0) ends[end] = DEFAULTS[end]; // a drawing does not travel in a link
let films = null, changed = null, samples = null;
const number = (v, digits = 1) => (Math.abs(v) < 0.5 * 10 ** -digits ? 0 : v).toFixed(digits).replace('-', '−');

function title(name) {
  const { id, variant } = MODELS[name];
  if (id === 'vae') return t('planes.vae', { beta: variant.slice(4) });
  if (id === 'aae') return t('planes.aae', { prior: t(`planes.prior_${variant}`) });
  return t(`planes.${id}`);
}
const rgb = (name) => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = color(name); c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; };
function paper() {
  const [low, high] = [rgb('panel'), rgb('ink')], out = new Uint32Array(256), bytes = new Uint8ClampedArray(out.buffer);
  for (let v = 0; v < 256; v++) { for (let c = 0; c < 3; c++) bytes[4 * v + c] = low[c] + (high[c] - low[c]) * v / 255; bytes[4 * v + 3] = 255; }
  return out;
}
let tone = paper();
function picture(values, from = 0, scale = 1) {
  const node = document.createElement('canvas'), made = new ImageData(SIDE, SIDE), out = new Uint32Array(made.data.buffer);
  node.width = node.height = SIDE;
  for (let k = 0; k < PIXELS; k++) out[k] = tone[values[from + k] * scale];
  node.getContext('2d').putImageData(made, 0, 0);
  return node;
}

// ---- strips ------------------------------------------------------------------------------------------------------------------------
const strips = Object.fromEntries([...root.querySelectorAll('.pg-blend-strip')].map((node) => {
  const name = node.dataset.strip, film = node.querySelector('.pg-blend-film');
  return [name, { node, name, film, select: node.querySelector('select'), failed: node.querySelector('[data-part="failed"]'), view: playground.canvas(film, (g, width) => drawStrip(name, g, width)) }];
}));
const shownIn = (name) => { const found = name === 'change' ? changed : films && films[[...SLOTS, ...LARGE].indexOf(name)]; return found && !found.error ? found : null; };
const linesOf = (name) => (name === 'change' ? 3 : LARGE.includes(name) ? 2 : 1);
function gridOf(name, width) {
  const n = name === 'change' ? 7 : 11, columns = width < 600 ? 4 : n, side = Math.min(px(name === 'change' ? 120 : 104), width / columns - px(6)), line = px(22);
  return { n, columns, side, line, step: width / columns, tall: side + linesOf(name) * line + px(8), rows: Math.ceil(n / columns) };
}
function drawStrip(name, g, width) {
  const found = shownIn(name), grid = gridOf(name, width);
  strips[name].film.style.height = `${Math.ceil(grid.rows * grid.tall)}px`;
  if (!found) return;
  g.textAlign = 'center'; g.textBaseline = 'top';
  for (let k = 0; k < grid.n; k++) {
    const x = (k % grid.columns + 0.5) * grid.step, top = Math.floor(k / grid.columns) * grid.tall, sure = found.confidence[k] >= SURE, none = found.confidence[k] <= 0;
    g.imageSmoothingEnabled = false;
    g.drawImage(picture(found.x, k * PIXELS), x - grid.side / 2, top, grid.side, grid.side);
    g.strokeStyle = color(sure ? 'good' : 'line'); g.lineWidth = sure ? px(2.5) : 1;
    g.strokeRect(x - grid.side / 2, top + 1, grid.side, grid.side);
    const percent = `${Math.round(100 * found.confidence[k])} %`, lines = [[none ? '–' : sure ? `${found.digit[k]} · ${percent}` : `${found.digit[k]}? ${percent}`, sure ? 'good' : 'muted', sure ? 700 : 500]];
    if (LARGE.includes(name)) lines.push([`|z| ${number(found.length[k], 1)}`, 'ink', 400]);
    if (name === 'change') lines.push([t('blend.pixels', { value: number(found.ink[k], 0) }), 'ink', knobs.attribute === 'ink' ? 700 : 400], [`${number(found.slant[k], 0)}°`, 'ink', knobs.attribute === 'slant' ? 700 : 400]);
    lines.forEach(([words, colour, weight], i) => { g.fillStyle = color(colour); g.font = font(px(16), weight); g.fillText(words, x, top + grid.side + px(5) + i * grid.line, grid.step); });
  }
}
const pictures = Object.fromEntries([...root.querySelectorAll('.pg-blend-end')].map((node) => [node.dataset.end, playground.canvas(node.querySelector('.pg-blend-x'), (g, width, height) => {
  const x = films && films[node.dataset.end];
  if (!x) return;
  g.imageSmoothingEnabled = false;
  g.drawImage(picture(x, 0, 255), 0, 0, width, height);
})]));

// ---- words ---------------------------------------------------------------------------------------------------------------------------
function words() {
  for (const strip of Object.values(strips)) {
    const name = strip.name, found = name === 'change' ? changed : films && films[[...SLOTS, ...LARGE].indexOf(name)];
    strip.failed.textContent = found && found.error ? found.error.message[playground.lang] : '';
    strip.film.hidden = Boolean(found && found.error);
    const seen = shownIn(name), model = SLOTS.includes(name) ? title(knobs[name]) : t('blend.large');
    strip.film.setAttribute('aria-label', seen ? t('blend.strip_label', { model, digits: Array.from(seen.digit, (d, k) => (seen.confidence[k] >= SURE ? d : '?')).join(' ') }) : t('page.loading'));
    strip.view.later();
  }
  const paths = films && films.paths && !films.paths.error ? films.paths : null;
  root.querySelector('[data-part="paths"]').textContent = paths ? t('blend.paths', { n: paths.n.toLocaleString(playground.lang), ends: number(paths.ends, 1), straight: number(paths.straight.length, 1), sphere: number(paths.sphere.length, 1), a: number(paths.straight.recognised, 0), b: number(paths.sphere.recognised, 0) }) : '';
  const effect = changed && !changed.error ? Object.fromEntries(changed.effect.map((row) => [row.t, row])) : null;
  const key = knobs.attribute, [less, more] = effect ? [effect[-1], effect[1]] : [];
  root.querySelector('[data-part="effect"]').textContent = effect ? t(`blend.effect_${key}`, { n: less.n.toLocaleString(playground.lang), less: number(less[key], 0), none: number(effect[0][key], 0), more: number(more[key], 0), kept: number(Math.min(less.kept, more.kept), 0) }) : '';
  for (const button of root.querySelectorAll('[data-attribute]')) button.setAttribute('aria-pressed', String(button.dataset.attribute === key));
  for (const end of ['from', 'to']) for (const button of root.querySelectorAll(`[data-end="${end}"] .pg-blend-examples button`)) button.setAttribute('aria-pressed', String(Number(button.dataset.example) === ends[end]));
  Object.values(pictures).forEach((view) => view.later());
}
function fill() {
  for (const slot of SLOTS) {
    strips[slot].select.replaceChildren(...Object.keys(MODELS).map((name) => { const option = document.createElement('option'); option.value = name; option.textContent = title(name); return option; }));
    strips[slot].select.value = knobs[slot];
  }
  for (const end of ['from', 'to']) root.querySelector(`[data-end="${end}"] .pg-blend-examples`).replaceChildren(...(samples ? samples.labels : []).map((digit, k) => {
    const button = document.createElement('button');
    button.type = 'button'; button.dataset.example = String(k); button.title = t(`blend.${end}_example`, { digit });
    button.setAttribute('aria-label', button.title);
    button.appendChild(picture(samples.x, k * PIXELS));
    button.addEventListener('click', () => choose(end, k));
    return button;
  }));
  words();
}

// ---- asking the server -------------------------------------------------------------------------------------------------------------------
const sent = (what) => (typeof what === 'number' ? what : { strokes: what.strokes, hidden: [] });
const opened = (found) => (found.error ? found : Object.fromEntries(Object.entries(found).map(([key, value]) => [key, value && value.dtype ? playground.unpack(value) : value])));
const askFilms = playground.gate(async () => {
  const { from, to } = ends, names = SLOTS.map((slot) => knobs[slot]);
  const got = playground.check(await server.films(names, sent(from), sent(to)));
  if (!got) return;
  films = Object.assign(got.films.map(opened), { from: playground.unpack(got.a), to: playground.unpack(got.b), paths: got.paths });
  playground.link.set(STAGE, { from: typeof from === 'number' ? from : -1, to: typeof to === 'number' ? to : -1 });
  root.dataset.seq = String(Number(root.dataset.seq || 0) + 1);
  words();
});
const askChange = playground.gate(async () => {
  const got = await server.change(sent(ends.from), knobs.attribute);
  changed = got.error ? got : opened(got);
  root.dataset.changed = `${knobs.attribute} ${Number((root.dataset.changed || ' 0').split(' ')[1]) + 1}`;
  words();
});
function choose(end, what) { ends[end] = what; words(); askFilms(); if (end === 'from') askChange(); }

for (const slot of SLOTS) strips[slot].select.addEventListener('change', () => { knobs[slot] = strips[slot].select.value; playground.link.set(STAGE, { [slot]: knobs[slot] }); askFilms(); });
for (const button of root.querySelectorAll('[data-attribute]')) button.addEventListener('click', () => { knobs.attribute = button.dataset.attribute; playground.link.set(STAGE, { attribute: knobs.attribute }); words(); askChange(); });
root.addEventListener('knobs', ({ detail }) => {
  if ('drawing' in detail) { if (detail.drawing && detail.drawing.strokes && detail.drawing.strokes.length) choose(knobs.pen, detail.drawing); return; } // a cleared pad leaves the last digit
  Object.assign(knobs, detail);
});
playground.onTheme(() => { tone = paper(); fill(); }); playground.onLang(fill);

playground.translate(root);
fill();
askFilms(); askChange();
(async () => {
  let got = null;
  try { got = playground.check(await server.examples()); } catch { playground.toast(t('page.offline'), 'bad'); }
  if (got) { samples = { x: playground.unpack(got.x), labels: got.labels }; fill(); }
})();
