// The lecture's network: h, e, l, l in, e, l, l, o out; three hidden units, trained by plain gradient descent, here in the browser.
//   h_t = tanh(Wx x_t + Wh h_{t-1} + b),  z_t = V h_t + c,  loss = mean over t of -ln softmax(z_t)[target]   (nats per character)
const root = element.querySelector('.pg-hello');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const t = playground.t;
const LETTERS = ['h', 'e', 'l', 'o'], X = [0, 1, 2, 2], Y = [1, 2, 2, 3], K = 4, H = 3, T = 4;
const SHAPES = { Wx: H * K, Wh: H * H, b: H, V: K * H, c: K }; // 12 + 9 + 3 + 12 + 4 = 40 numbers
const MOST = 5000, PER_SECOND = 40, NO_MEMORY = Math.log(4) / 4; // two of four letters cost ln 2 each

// ---- the mathematics -----------------------------------------------------------------------------------------------------
function views(flat) { // named windows on the forty numbers
  let at = 0;
  return Object.fromEntries(Object.entries(SHAPES).map(([name, size]) => [name, flat.subarray(at, (at += size))]));
}
function uniform(seed) { // mulberry32
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let r = Math.imul(a ^ (a >>> 15), 1 | a);
    r = (r + Math.imul(r ^ (r >>> 7), 61 | r)) ^ r;
    return ((r ^ (r >>> 14)) >>> 0) / 4294967296;
  };
}
function init(seed) { // weights N(0, 1/4) by Box and Muller, biases zero
  const u = uniform(seed), flat = new Float64Array(Object.values(SHAPES).reduce((a, b) => a + b, 0)), { Wx, Wh, V } = views(flat);
  for (const W of [Wx, Wh, V]) for (let i = 0; i < W.length; i += 1) W[i] = 0.5 * Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
  return flat;
}
function forward(flat, memory = true) {
  const { Wx, Wh, b, V, c } = views(flat), hidden = [], scores = [], p = [];
  let h = new Float64Array(H), loss = 0;
  for (let step = 0; step < T; step += 1) {
    const before = h;
    h = Float64Array.from(before, (_, i) => {
      let a = Wx[i * K + X[step]] + b[i];
      if (memory) for (let j = 0; j < H; j += 1) a += Wh[i * H + j] * before[j];
      return Math.tanh(a);
    });
    const z = Float64Array.from(LETTERS, (_, k) => c[k] + h.reduce((sum, v, j) => sum + V[k * H + j] * v, 0));
    const top = Math.max(...z), e = z.map((v) => Math.exp(v - top)), sum = e.reduce((x, y) => x + y, 0);
    hidden.push(h); scores.push(z); p.push(e.map((v) => v / sum));
    loss -= (z[Y[step]] - top - Math.log(sum)) / T;
  }
  return { hidden, scores, p, loss };
}
function gradient(flat, memory = true) { // backpropagation through time: d loss / d each of the forty numbers
  const out = forward(flat, memory), grad = new Float64Array(flat.length), { Wh, V } = views(flat), d = views(grad);
  let later = new Float64Array(H); // d loss / d h_t from the steps after t
  for (let step = T - 1; step >= 0; step -= 1) {
    const h = out.hidden[step], before = step ? out.hidden[step - 1] : new Float64Array(H);
    const dz = out.p[step].map((v, k) => (v - (k === Y[step] ? 1 : 0)) / T);
    const dh = Float64Array.from(later);
    for (let k = 0; k < K; k += 1) {
      d.c[k] += dz[k];
      for (let j = 0; j < H; j += 1) { d.V[k * H + j] += dz[k] * h[j]; dh[j] += V[k * H + j] * dz[k]; }
    }
    later = new Float64Array(H);
    for (let i = 0; i < H; i += 1) {
      const da = dh[i] * (1 - h[i] * h[i]);
      d.b[i] += da;
      d.Wx[i * K + X[step]] += da;
      if (memory) for (let j = 0; j < H; j += 1) { d.Wh[i * H + j] += da * before[j]; later[j] += Wh[i * H + j] * da; }
    }
  }
  return { grad, ...out };
}
root.hello = { init, forward, gradient, SHAPES };

// ---- a run ---------------------------------------------------------------------------------------------------------------
const linked = playground.link.get('text');
const state = { seed: linked.hello_seed, lr: linked.hello_lr, memory: linked.hello_memory, params: null, losses: [], running: false, clock: 0, owed: 0 };
const counted = () => state.losses.length - 1;
function restart(steps = 0) {
  state.params = init(state.seed);
  state.losses = [forward(state.params, state.memory).loss];
  advance(steps);
  show();
}
function advance(steps) {
  for (let k = 0; k < steps && counted() < MOST; k += 1) {
    const { grad } = gradient(state.params, state.memory);
    for (let i = 0; i < grad.length; i += 1) state.params[i] -= state.lr * grad[i];
    state.losses.push(forward(state.params, state.memory).loss);
  }
}
function run(on) {
  state.running = on && counted() < MOST;
  if (state.running) { Object.assign(state, { clock: performance.now(), owed: 0 }); requestAnimationFrame(tick); } else settle();
  labels();
}
function tick(now) {
  if (!state.running) return;
  if (!root.isConnected || !root.offsetParent) { run(false); return; }
  state.owed += ((now - state.clock) / 1000) * PER_SECOND;
  state.clock = now;
  const more = Math.min(20, Math.floor(state.owed));
  if (more) { state.owed = Math.min(20, state.owed - more); advance(more); show(); }
  if (counted() >= MOST || state.losses[counted()] < 0.02) run(false); else requestAnimationFrame(tick);
}
function settle() { playground.link.set('text', { hello_seed: state.seed, hello_lr: state.lr, hello_memory: state.memory, hello_step: counted() }); }

// ---- drawing -----------------------------------------------------------------------------------------------------------------
const number = (v, digits = 2) => (Number(v.toFixed(digits)) || 0).toFixed(digits).replace('-', '−'); // no minus before a zero
const light = ([r, g, b]) => [r, g, b].reduce((sum, v, j) => sum + [0.2126, 0.7152, 0.0722][j] * (v / 255) ** 2.2, 0);
function cell(g, x, y, w, h, v, words, edge) {
  const rgb = playground.diverging(v);
  g.fillStyle = `rgb(${rgb})`;
  g.fillRect(x, y, w, h);
  g.strokeStyle = playground.color(edge || 'muted'); g.lineWidth = edge ? 4 : 1;
  g.strokeRect(x + (edge ? 0 : 0.5), y + (edge ? 0 : 0.5), w - (edge ? 0 : 1), h - (edge ? 0 : 1));
  g.fillStyle = light(rgb) > 0.2 ? '#0d1017' : '#ffffff';
  g.textAlign = 'center'; g.textBaseline = 'middle';
  g.fillText(words, x + w / 2, y + h / 2 + 1);
}
function arrow(g, x0, y0, x1, y1, kind, width = 2) {
  const angle = Math.atan2(y1 - y0, x1 - x0), head = 5 + 2 * width;
  g.strokeStyle = g.fillStyle = playground.color(kind); g.lineWidth = width;
  g.beginPath(); g.moveTo(x0, y0); g.lineTo(x1 - head * 0.8 * Math.cos(angle), y1 - head * 0.8 * Math.sin(angle)); g.stroke();
  g.beginPath(); g.moveTo(x1, y1);
  for (const turn of [-0.42, 0.42]) g.lineTo(x1 - head * Math.cos(angle + turn), y1 - head * Math.sin(angle + turn));
  g.fill();
}
const net = playground.canvas(root.querySelector('.pg-hello-net'), (g, width, height) => {
  if (!state.params) return;
  const { hidden, scores, p } = forward(state.params, state.memory);
  const small = width < 560, label = small ? 13 : playground.px(16), left = small ? 4 : playground.px(104), column = (width - left) / T;
  const letter = label * 1.7, gap = Math.max(26, height * 0.075), h = (height - 2 * letter - 2 * gap) / (K + H + K + 0.4);
  const w = Math.min(column * (small ? 0.66 : 0.42), h * 2.8), yScores = letter, yHidden = yScores + K * h + gap, yInput = yHidden + H * h + gap;
  const font = Math.min(h * 0.62, small ? 13 : playground.px(19));
  if (!small) {
    g.font = playground.font(label, 600); g.fillStyle = playground.color('muted'); g.textAlign = 'left'; g.textBaseline = 'middle';
    for (const [key, y] of [['hello_target', letter * 0.45], ['hello_scores', yScores + 2 * h], ['hello_hidden', yHidden + 1.5 * h], ['hello_input', yInput + 2 * h], ['hello_letter', height - letter * 0.45]]) g.fillText(t(`text.${key}`), 0, y);
  }
  for (let step = 0; step < T; step += 1) {
    const middle = left + (step + (small ? 0.4 : 0.34)) * column, x = middle - w / 2;
    const right = LETTERS[Y[step]] === LETTERS[p[step].indexOf(Math.max(...p[step]))];
    g.font = playground.font(letter * 0.8, 800); g.textAlign = 'center'; g.textBaseline = 'middle';
    g.fillStyle = playground.color(right ? 'good' : 'bad');
    g.fillText(`${LETTERS[Y[step]]} ${right ? '✓' : '✗'}`, middle, letter * 0.45);
    g.fillStyle = playground.color('ink');
    g.fillText(LETTERS[X[step]], middle, height - letter * 0.45);
    arrow(g, middle, yHidden - 3, middle, yScores + K * h + 3, 'class-0');
    arrow(g, middle, yInput - 3, middle, yHidden + H * h + 3, 'class-2');
    if (step) {
      g.globalAlpha = state.memory ? 1 : 0.25;
      arrow(g, x - column + w + 3, yHidden + 1.5 * h, x - 3, yHidden + 1.5 * h, state.memory ? 'class-3' : 'muted', 4);
      g.globalAlpha = 1;
      if (!state.memory) { g.font = playground.font(letter, 800); g.fillStyle = playground.color('bad'); g.fillText('×', middle - column / 2, yHidden + 1.5 * h); }
    }
    g.font = playground.font(font, 600);
    if (!step && !small) for (let k = 0; k < K; k += 1) {
      g.font = playground.font(label, 600); g.textAlign = 'right'; g.textBaseline = 'middle'; g.fillStyle = playground.color('muted');
      g.fillText(LETTERS[k], x - 8, yInput + k * h + h / 2 + 1);
    }
    g.font = playground.font(font, 600);
    for (let k = 0; k < K; k += 1) cell(g, x, yInput + k * h, w, h, k === X[step] ? 0.6 : 0, k === X[step] ? '1' : '0');
    for (let i = 0; i < H; i += 1) cell(g, x, yHidden + i * h, w, h, hidden[step][i], number(hidden[step][i]));
    for (let k = 0; k < K; k += 1) if (k !== Y[step]) score(k);
    score(Y[step]); // last: its frame lies over the others
    function score(k) {
      const y = yScores + k * h;
      g.font = playground.font(font, 600);
      cell(g, x, y, w, h, Math.tanh(scores[step][k] / 4), number(scores[step][k], 1), k === Y[step] ? 'good' : null);
      g.font = playground.font(label, 600); g.textAlign = 'left'; g.textBaseline = 'middle';
      const words = `${Math.round(100 * p[step][k])} %`, room = g.measureText(words).width + 8;
      const long = small ? column * 0.16 : Math.max(8, column - w - room - 16), bar = x + w + 5;
      g.fillStyle = playground.color(k === Y[step] ? 'good' : 'bad');
      g.globalAlpha = k === Y[step] ? 1 : 0.75;
      g.fillRect(bar, y + h * 0.2, Math.max(1, p[step][k] * long), h * 0.6);
      g.globalAlpha = 1;
      if (small) return;
      g.fillStyle = playground.color('ink');
      g.fillText(words, bar + p[step][k] * long + 5, y + h / 2 + 1);
      if (step) return;
      g.fillStyle = playground.color('muted'); g.textAlign = 'right';
      g.fillText(LETTERS[k], x - 8, y + h / 2 + 1);
    }
  }
  if (!small) {
    g.font = playground.font(label * 1.05, 700); g.textAlign = 'left'; g.textBaseline = 'middle';
    const first = left + 0.34 * column;
    for (const [words, kind, y] of [['V', 'class-0', yHidden - gap / 2], ['Wₓ', 'class-2', yInput - gap / 2]]) { g.fillStyle = playground.color(kind); g.fillText(words, first + 10, y); }
    g.fillStyle = playground.color('class-3'); g.textAlign = 'center';
    g.fillText('Wₕ', left + 0.84 * column, yHidden + 1.5 * h - label * 1.7);
  }
});
const chart = playground.canvas(root.querySelector('.pg-hello-loss'), (g, width, height) => {
  if (!state.params) return;
  const label = width < 330 ? 13 : playground.px(16), left = label * 2.4, bottom = height - label * 2.6, top = label * 0.8, right = width - 8;
  const most = Math.max(1.6, ...state.losses.slice(0, 1)), steps = Math.max(200, Math.ceil(counted() / 200) * 200);
  const x = (k) => left + (k / steps) * (right - left), y = (v) => bottom - (Math.min(v, most) / most) * (bottom - top);
  g.font = playground.font(label); g.lineWidth = 1; g.strokeStyle = playground.color('line'); g.fillStyle = playground.color('muted');
  g.textAlign = 'right'; g.textBaseline = 'middle';
  for (const v of [0, 0.5, 1, 1.5]) { g.beginPath(); g.moveTo(left, y(v)); g.lineTo(right, y(v)); g.stroke(); g.fillText(String(v), left - 6, y(v)); }
  g.textBaseline = 'top'; g.textAlign = 'left'; g.fillText('0', left, bottom + 6);
  g.textAlign = 'right'; g.fillText(t('text.hello_steps', { n: steps }), right, bottom + 6);
  g.setLineDash([7, 6]); g.lineWidth = 2;
  for (const [v, key, kind] of [[Math.log(4), 'hello_guess', 'muted'], [NO_MEMORY, 'hello_floor', 'accent-2']]) {
    g.strokeStyle = g.fillStyle = playground.color(kind);
    g.beginPath(); g.moveTo(left, y(v)); g.lineTo(right, y(v)); g.stroke();
    const below = v === NO_MEMORY; // the curve comes from above
    g.textBaseline = 'alphabetic';
    g.fillText(t(`text.${key}`, { v: number(v) }), right, y(v) + label * (below ? 1.25 : -0.4));
  }
  g.setLineDash([]); g.strokeStyle = playground.color('accent'); g.lineWidth = 3; g.lineJoin = 'round';
  g.beginPath();
  state.losses.forEach((v, k) => (k ? g.lineTo(x(k), y(v)) : g.moveTo(x(k), y(v))));
  g.stroke();
  g.fillStyle = playground.color('accent'); g.beginPath(); g.arc(x(counted()), y(state.losses[counted()]), 5, 0, 7); g.fill();
});
function show() {
  const { hidden, p, loss } = forward(state.params, state.memory);
  const apart = Math.hypot(...hidden[2].map((v, i) => v - hidden[3][i]));
  part('said').innerHTML = '';
  const lines = [
    t('text.hello_now', { n: counted(), loss: number(loss, 3) }),
    t('text.hello_two', { l: Math.round(100 * p[2][2]), o: Math.round(100 * p[3][3]) }),
    t(state.memory ? 'text.hello_apart' : 'text.hello_same', { d: number(apart) }),
  ];
  for (const words of lines) part('said').appendChild(document.createElement('p')).textContent = words;
  Object.assign(root.dataset, { step: counted(), loss: loss.toFixed(6), apart: apart.toFixed(6), running: state.running });
  net.later(); chart.later();
}
function labels() {
  part('run').textContent = t(state.running ? 'text.hello_pause' : 'text.hello_run');
  part('lr-value').textContent = number(state.lr, 2);
  root.dataset.running = state.running;
}

// ---- knobs -----------------------------------------------------------------------------------------------------------------
const acts = {
  restart: () => { run(false); restart(); settle(); },
  run: () => run(!state.running),
  step: () => { run(false); advance(1); show(); settle(); },
};
for (const [name, act] of Object.entries(acts)) part(name).addEventListener('click', act);
part('lr').addEventListener('input', () => { state.lr = Number((10 ** Number(part('lr').value)).toPrecision(2)); labels(); settle(); });
part('seed').addEventListener('input', () => {
  const seed = Number(part('seed').value);
  if (part('seed').value !== '' && Number.isInteger(seed) && seed >= 0 && seed <= 2147483647) { state.seed = seed; acts.restart(); }
});
part('memory').addEventListener('change', () => { state.memory = part('memory').checked; const on = state.running; run(false); restart(); settle(); if (on) run(true); });
playground.keys(root, { space: acts.run, right: acts.step, r: acts.restart, m: () => part('memory').click() });
part('lr').value = Math.log10(state.lr);
part('seed').value = state.seed;
part('memory').checked = state.memory;
playground.translate(root);
playground.onLang(() => { labels(); show(); });
restart(linked.hello_step);
labels();
