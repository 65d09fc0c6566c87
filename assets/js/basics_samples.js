// Samples of three models from the same uniforms, test likelihood over the length k of AR(k)'s window, and the window of one pixel.
// One call per seed brings the samples of every k, one per k its weights; the rest happens here.
const NUMBERS = @NUMBERS@, SIDE = 28, SIZE = SIDE * SIDE, LAST = 57, BEAT = 450;
const stage = element.closest('#pg-basics'), root = element.querySelector('.pg-basics-samples');
const { t, color, font, px, clamp } = playground;
const find = (selector) => root.querySelector(selector);
const state = () => playground.link.get('basics');
function put(values) { playground.link.set('basics', values); stage.dispatchEvent(new CustomEvent('knobs')); }

let drawn = null;        // {seed, n, windows, bernoulli, markov, ar}: a byte per pixel
const fitted = new Map(); // k -> {w, b}, 'asked' while on its way
let hover = -1, timer = 0, seq = 0;

const lengths = () => (drawn ? drawn.windows : NUMBERS.windows.length ? NUMBERS.windows : [28]);
const nearest = (k) => lengths().reduce((best, other) => (Math.abs(other - k) < Math.abs(best - k) ? other : best));
const known = () => nearest(state().window);
const nll = (k) => NUMBERS.values[NUMBERS.windows.indexOf(k)] ?? null;
const nats = (v) => (v === null || v === undefined ? '–' : v.toFixed(1));

// ---- asking ----------------------------------------------------------------------------------------------------------------------
function bits({ data, shape, dtype }) { // a bit per pixel, the highest first, to a byte per pixel
  const packed = playground.unpack({ data, shape, dtype });
  return Uint8Array.from({ length: packed.length * 8 }, (_, i) => (packed[i >> 3] >> (7 - (i & 7))) & 1);
}
const askSamples = playground.gate(async () => {
  const { seed } = state();
  if (drawn && drawn.seed === seed) return;
  const got = playground.check(await server.draw(seed));
  if (!got) return;
  drawn = { seed, n: got.n, windows: got.windows, bernoulli: bits(got.bernoulli), markov: bits(got.markov), ar: bits(got.ar) };
  paint();
});
const askWindow = playground.gate(async () => {
  const k = known();
  if (fitted.has(k)) return;
  const got = playground.check(await server.window(k));
  if (!got) return;
  fitted.set(k, { w: playground.unpack(got.w), b: playground.unpack(got.b) });
  paint();
});

// ---- sheets of samples ---------------------------------------------------------------------------------------------------------------
function pixels(name) { // all samples of a model, (n * 784) bytes
  if (!drawn) return null;
  if (name !== 'ar_k') return drawn[name];
  const size = drawn.n * SIZE, from = drawn.windows.indexOf(known()) * size;
  return drawn.ar.subarray(from, from + size);
}
function stamp(values, from) { // one sample as a small canvas in the page's colours
  const node = document.createElement('canvas'), rgb = (name) => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = color(name); c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; };
  const tones = [rgb('panel'), rgb('ink')], image = new ImageData(SIDE, SIDE);
  node.width = node.height = SIDE;
  for (let k = 0; k < SIZE; k++) image.data.set(tones[values[from + k]], 4 * k);
  node.getContext('2d').putImageData(image, 0, 0);
  return node;
}
const sheets = [...root.querySelectorAll('[data-sheet]')].map((box) => ({ name: box.dataset.sheet, box, view: playground.canvas(box, (g, width, height) => sheet(g, width, height, box.dataset.sheet)) }));
function sheet(g, width, height, name) {
  const values = pixels(name);
  if (!values) return;
  const side = Math.ceil(Math.sqrt(drawn.n)), gap = px(6), size = (Math.min(width, height) - gap * (side - 1)) / side, left = (width - Math.min(width, height)) / 2;
  g.imageSmoothingEnabled = false;
  for (let k = 0; k < drawn.n; k++) {
    const x = left + (k % side) * (size + gap), y = Math.floor(k / side) * (size + gap);
    g.drawImage(stamp(values, k * SIZE), x, y, size, size);
    g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
  }
}

// ---- the likelihood over k -------------------------------------------------------------------------------------------------------------
const LOW = 90, HIGH = 210;
const frame = (width, height) => ({ left: px(62), right: width - px(96), top: px(16), bottom: height - px(52) });
const curve = playground.canvas(find('.pg-basics-curve'), (g, width, height) => {
  const f = frame(width, height), narrow = width < 520, X = (k) => f.left + k / LAST * (f.right - f.left), Y = (v) => f.bottom - (v - LOW) / (HIGH - LOW) * (f.bottom - f.top);
  g.textBaseline = 'middle'; g.font = font(px(16));
  for (const [from, to, key] of [[24.5, 29.5, 'above'], [52.5, 57.5, 'above2']]) { // where the window reaches a row above
    g.fillStyle = color('soft'); g.fillRect(X(from), f.top, Math.min(X(to), width) - X(from), f.bottom - f.top);
    g.fillStyle = color('ink'); g.textAlign = 'center'; if (!narrow) g.fillText(t(`basics.samples.${key}`), X((from + to) / 2), f.top + px(12));
  }
  for (let v = 100; v <= 200; v += 20) {
    g.strokeStyle = color('line'); g.lineWidth = 1; g.beginPath(); g.moveTo(f.left, Y(v)); g.lineTo(width, Y(v)); g.stroke();
    g.fillStyle = color('muted'); g.textAlign = 'right'; g.fillText(String(v), f.left - px(8), Y(v));
  }
  g.textAlign = 'center';
  for (const k of narrow ? [1, 16, 28, 56] : [1, 8, 16, 24, 28, 40, 48, 56]) g.fillText(String(k), X(k), f.bottom + px(16));
  g.fillText('783', width - px(36), f.bottom + px(16));
  g.fillStyle = color('muted'); g.fillText(narrow ? 'k' : t('basics.samples.axis_k'), (f.left + f.right) / 2, f.bottom + px(39));
  g.save(); g.translate(px(14), (f.top + f.bottom) / 2); g.rotate(-Math.PI / 2); g.fillText(t('basics.samples.axis_nats'), 0, 0); g.restore();
  const { windows, values } = NUMBERS;
  g.strokeStyle = color('generated'); g.lineWidth = px(3.5); g.lineJoin = 'round'; g.beginPath();
  windows.forEach((k, i) => (i ? g.lineTo : g.moveTo).call(g, X(k), Y(values[i])));
  g.stroke();
  g.setLineDash([px(3), px(7)]); g.beginPath();
  if (NUMBERS.fvsbn && windows.length) { g.moveTo(X(LAST), Y(values[values.length - 1])); g.lineTo(width - px(36), Y(NUMBERS.fvsbn)); g.stroke(); }
  g.setLineDash([]);
  const dot = (x, v, name, words, dx, dy, align = 'left') => {
    if (!v) return;
    g.fillStyle = color(name); g.beginPath(); g.arc(x, Y(v), px(6), 0, 7); g.fill();
    g.font = font(px(16), 600); g.textAlign = align; if (!narrow) label(g, words, x + px(dx), Y(v) + px(dy), color(name));
  };
  windows.forEach((k, i) => { g.fillStyle = color('generated'); g.beginPath(); g.arc(X(k), Y(values[i]), px(3.2), 0, 7); g.fill(); });
  dot(X(0), NUMBERS.bernoulli, 'data', `${t('basics.samples.bernoulli')} ${nats(NUMBERS.bernoulli)}`, 14, 0);
  dot(X(1), NUMBERS.markov, 'data', `${t('basics.samples.markov')} ${nats(NUMBERS.markov)}`, 12, -18);
  dot(width - px(36), NUMBERS.fvsbn, 'data', `FVSBN ${nats(NUMBERS.fvsbn)}`, 30, -20, 'right');
  const k = known(), value = nll(k);
  if (value !== null) {
    g.strokeStyle = color('accent-2'); g.lineWidth = 2; g.beginPath(); g.moveTo(X(k), f.top); g.lineTo(X(k), f.bottom); g.stroke();
    g.fillStyle = color('accent-2'); g.beginPath(); g.arc(X(k), Y(value), px(8), 0, 7); g.fill();
    g.font = font(px(20), 700); g.textAlign = k > 40 ? 'right' : 'left';
    label(g, t('basics.samples.value', { k, nats: nats(value) }), X(k) + (k > 40 ? -1 : 1) * px(14), Y(value) - px(22), color('accent-2'));
  }
});
function label(g, words, x, y, colour) { g.lineJoin = 'round'; g.strokeStyle = color('panel'); g.lineWidth = px(5); g.strokeText(words, x, y); g.fillStyle = colour; g.fillText(words, x, y); }
const plot = find('.pg-basics-curve');
function pick(event) { const f = frame(curve.width, curve.height), box = curve.canvas.getBoundingClientRect(); stop(); put({ window: nearest(clamp((event.clientX - box.left - f.left) / (f.right - f.left) * LAST, 1, LAST)) }); }
plot.addEventListener('pointerdown', (event) => { plot.focus({ preventScroll: true }); plot.setPointerCapture(event.pointerId); pick(event); });
plot.addEventListener('pointermove', (event) => { if (plot.hasPointerCapture(event.pointerId)) pick(event); });
const by = (step) => () => { const all = lengths(); stop(); put({ window: all[clamp(all.indexOf(known()) + step, 0, all.length - 1)] }); };

// ---- the window of one pixel -------------------------------------------------------------------------------------------------------------
const chosen = () => (hover >= 0 ? hover : state().index);
const view = playground.canvas(find('.pg-basics-window'), (g, width, height) => {
  const values = pixels('ar_k');
  if (!values) return;
  const k = known(), i = chosen(), unit = Math.min(width, height) / SIDE, left = (width - unit * SIDE) / 2, found = fitted.get(k);
  const most = found ? Math.max(...Array.from({ length: k }, (_, j) => Math.abs(found.w[i * k + j])), 1e-6) : 1;
  for (let q = 0; q < SIZE; q++) {
    const x = left + (q % SIDE) * unit, y = Math.floor(q / SIDE) * unit, j = q - i + k, inside = j >= 0 && j < k;
    g.globalAlpha = q >= i ? 0.22 : inside ? 1 : 0.55;
    g.fillStyle = values[q] ? color('ink') : color('panel');
    g.fillRect(x, y, unit, unit);
    g.globalAlpha = 1;
    if (inside) {
      g.fillStyle = found ? `rgb(${playground.diverging(found.w[i * k + j] / most).join()})` : color('soft'); g.fillRect(x, y, unit, unit);
      if (values[q]) { g.fillStyle = color('ink'); g.beginPath(); g.arc(x + unit / 2, y + unit / 2, unit * 0.24, 0, 7); g.fill(); }
      g.strokeStyle = color('muted'); g.lineWidth = 1; g.strokeRect(x + 0.5, y + 0.5, unit - 1, unit - 1);
    }
  }
  g.strokeStyle = color('line'); g.strokeRect(left + 0.5, 0.5, unit * SIDE - 1, unit * SIDE - 1);
  g.strokeStyle = color('accent-2'); g.lineWidth = px(4); g.strokeRect(left + (i % SIDE) * unit, Math.floor(i / SIDE) * unit, unit, unit);
});
function say() {
  const k = known(), i = chosen(), values = pixels('ar_k'), found = fitted.get(k);
  if (!values || !found) return;
  let logit = found.b[i];
  for (let j = 0; j < k; j++) if (i - k + j >= 0) logit += found.w[i * k + j] * values[i - k + j];
  const reach = k >= 29 ? 'all' : k >= 28 ? 'up' : k >= 27 ? 'right' : k >= 25 ? 'corner' : 'none', wraps = k > i % SIDE && i >= SIDE;
  const p = 1 / (1 + Math.exp(-logit));
  find('.pg-basics-says').textContent = `${t('basics.samples.pixel', { row: Math.floor(i / SIDE) + 1, column: i % SIDE + 1, k, p: p.toFixed(3) })} ${t(`basics.samples.reach_${reach}`)}${wraps && k < 25 ? ` ${t('basics.samples.wraps')}` : ''}`;
  Object.assign(root.dataset, { p: String(p), index: String(i) });
}
const area = find('.pg-basics-window');
function pixelAt(event) {
  const box = view.canvas.getBoundingClientRect(), unit = Math.min(view.width, view.height) / SIDE, column = Math.floor((event.clientX - box.left - (view.width - unit * SIDE) / 2) / unit), row = Math.floor((event.clientY - box.top) / unit);
  return column >= 0 && column < SIDE && row >= 0 && row < SIDE ? row * SIDE + column : -1;
}
const point = (index) => { if (index === hover) return; hover = index; view.later(); say(); };
area.addEventListener('pointermove', (event) => point(pixelAt(event)));
area.addEventListener('pointerleave', () => point(-1));
area.addEventListener('pointerdown', (event) => { const index = pixelAt(event); area.focus({ preventScroll: true }); if (index >= 0) { playground.link.set('basics', { index }); point(index); } });
const walk = (step) => () => { hover = -1; playground.link.set('basics', { index: clamp(state().index + step, 0, SIZE - 1) }); view.draw(); say(); };
playground.keys(area, { left: walk(-1), right: walk(1), up: walk(-SIDE), down: walk(SIDE) });

// ---- playing k -----------------------------------------------------------------------------------------------------------------------------
function stop() { clearInterval(timer); timer = 0; }
function play() { // the window grows from 1 to its longest
  if (timer) { stop(); return; }
  const all = lengths();
  let at = known() === all[all.length - 1] ? -1 : all.indexOf(known());
  timer = setInterval(() => {
    if (!root.isConnected || state().section !== 'samples' || ++at >= all.length) { stop(); return; }
    put({ window: all[at] });
  }, BEAT);
}
playground.keys(plot, { left: by(-1), right: by(1), space: play });

function paint() {
  const s = state();
  if (s.section !== 'samples') return;
  if (!drawn || drawn.seed !== s.seed) askSamples();
  if (!fitted.has(known())) askWindow();
  const k = known(), captions = { bernoulli: [t('basics.samples.bernoulli'), NUMBERS.bernoulli], markov: [t('basics.samples.markov'), NUMBERS.markov], ar_k: [`AR(${k})`, nll(k)] };
  for (const { name, box, view: sheetView } of sheets) {
    const [words, value] = captions[name], caption = box.parentElement.querySelector('figcaption');
    caption.querySelector('b').textContent = words;
    caption.querySelector('span').textContent = value ? t('basics.samples.nats', { nats: nats(value) }) : '';
    box.setAttribute('aria-label', words);
    sheetView.draw();
  }
  curve.draw(); view.draw(); say();
  Object.assign(root.dataset, { window: String(k), seed: drawn ? String(drawn.seed) : '', weights: fitted.has(k) ? '1' : '0', seq: String(++seq) });
}
stage.addEventListener('knobs', (event) => { if (event.detail && event.detail.act === 'play' && state().section === 'samples') play(); paint(); });
playground.onLang(paint);
playground.translate(root);
paint();
