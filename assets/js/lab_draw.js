// What a panel shows: what D sees, real and generated points, modes, arrows, G's mesh.
const COVERED = 20; // good samples that make a mode covered

let palette = null;
function colours() {
  if (palette && palette.theme === playground.theme) return palette;
  // Real is blue, generated orange, in the field as in the points; the field is pale so that points stand out.
  const [paper, share] = playground.theme === 'dark' ? [[15, 18, 24], 0.5] : [[255, 255, 255], 0.45];
  const field = Array.from({ length: 256 }, (_, i) => playground.diverging(1 - (2 * i) / 255).map((c, k) => Math.round(share * c + (1 - share) * paper[k])));
  palette = { theme: playground.theme, field };
  return palette;
}

function between() { // the two frames around the clock and how far it is from the first to the second
  if (!film || !film.frames.length) return null;
  const k = frameIndex(clock), a = film.frames[k], b = film.frames[k + 1] || a;
  const share = b === a ? 0 : playground.clamp((clock - a.step) / (b.step - a.step), 0, 1);
  const smooth = a.n === b.n && a.S === b.S;
  return { a, b: smooth ? b : a, share: smooth && !still.matches ? share : 0 };
}

// What a cell of the background is worth, 0 (orange) to 255 (blue), or null where there is nothing to show.
const BACKS = {
  d: (f, i) => f.field[i],
  optimal: (f, i) => (f.optimal[i] === NONE ? null : (f.optimal[i] * 255) / 254),
  difference: (f, i) => (f.optimal[i] === NONE ? null : (f.field[i] - (f.optimal[i] * 255) / 254 + 255) / 2),
};
const NONE = 255;

function why(panel, { a }) { // why something that was asked for is not drawn
  const says = [];
  if (overlay.back === 'optimal' || overlay.back === 'difference') {
    const { S } = a, l = panel.l;
    if (lossAt(panel.l, a.step) === 'wgan_gp') says.push(t('lab.none.critic'));
    else if (!a.optimal) says.push(t('lab.none.tape'));
    else if (a.optimal.subarray(l * S * S, (l + 1) * S * S).every((v) => v === NONE)) says.push(t('lab.none.optimal'));
  }
  const z = plan.changes.z_dim ?? PRESETS[plan.preset].z_dim;
  if (overlay.mesh && z !== 2) says.push(t('lab.none.z', { z }));
  else if (overlay.mesh && !a.manifold && !says.includes(t('lab.none.tape'))) says.push(t('lab.none.tape'));
  return says.join(' ');
}

function drawBack(g, panel, pair, size) {
  if (overlay.back === 'plain' || (overlay.back !== 'd' && (lossAt(panel.l, pair.a.step) === 'wgan_gp' || !pair.a.optimal))) return;
  const whole = overlay.back === 'd' || pair.b.optimal;
  drawField(g, panel, whole ? pair : { ...pair, b: pair.a, share: 0 }, size, BACKS[overlay.back]);
}

function drawField(g, panel, { a, b, share }, size, worth) {
  const { S } = a, at = panel.l * S * S, node = panel.field, { field } = colours();
  if (node.width !== S) { node.width = node.height = S; }
  const h = node.getContext('2d'), image = h.createImageData(S, S);
  for (let y = 0; y < S; y++) for (let x = 0; x < S; x++) {
    const i = at + y * S + x, o = 4 * ((S - 1 - y) * S + x), first = worth(a, i), second = worth(b, i);
    if (first === null || second === null) continue; // transparent
    const c = field[Math.round(first + (second - first) * share)];
    image.data[o] = c[0]; image.data[o + 1] = c[1]; image.data[o + 2] = c[2]; image.data[o + 3] = 255;
  }
  h.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = true; g.imageSmoothingQuality = 'high';
  g.drawImage(node, 0, 0, size, size);
}

function realPath(size) {
  if (film.path && film.path.size === size) return film.path.dots;
  const dots = new Path2D(), r = Math.max(1.1, size / 260), { real } = film.scene;
  for (let i = 0; i < real.length; i += 2) {
    const [x, y] = [((real[i] + 1) / 2) * size, ((1 - real[i + 1]) / 2) * size];
    if (Number.isFinite(x)) { dots.moveTo(x + r, y); dots.arc(x, y, r, 0, 7); }
  }
  film.path = { size, dots };
  return dots;
}

function drawRings(g, panel, { a }, size) {
  const { centers, std, box: half } = film.scene, K = a.modes;
  const r = Math.max((3 * std * size) / (2 * half), size / 40);
  for (let k = 0; k < K; k++) {
    const covered = a.counts[panel.l * K + k] >= COVERED;
    g.beginPath();
    g.arc(((centers[2 * k] + 1) / 2) * size, ((1 - centers[2 * k + 1]) / 2) * size, r, 0, 7);
    g.setLineDash(covered ? [] : [4, 4]);
    g.lineWidth = covered ? Math.max(2, size / 130) : 1.5;
    g.strokeStyle = covered ? color('good') : color('muted');
    g.stroke();
  }
  g.setLineDash([]);
}

function positions(panel, { a, b, share }, size) {
  const { n } = a, at = panel.l * n * 2, out = new Float32Array(2 * n);
  for (let i = 0; i < 2 * n; i += 2) {
    const x = a.points[at + i] + (b.points[at + i] - a.points[at + i]) * share, y = a.points[at + i + 1] + (b.points[at + i + 1] - a.points[at + i + 1]) * share;
    out[i] = ((x + 1) / 2) * size; out[i + 1] = ((1 - y) / 2) * size;
  }
  return out;
}

function dots(g, at, r, style) {
  g.beginPath();
  for (let i = 0; i < at.length; i += 2) if (Number.isFinite(at[i])) { g.moveTo(at[i] + r, at[i + 1]); g.arc(at[i], at[i + 1], r, 0, 7); }
  g.fillStyle = style;
  g.fill();
}

function drawArrows(g, panel, { a }, at, size) {
  const unit = size / 12, head = size / 60, from = panel.l * a.arrows * 2;
  g.beginPath();
  for (let i = 0; i < Math.min(a.arrows, a.n); i++) {
    const [x, y] = [at[2 * i], at[2 * i + 1]], [u, v] = [a.push[from + 2 * i] / 64, -a.push[from + 2 * i + 1] / 64];
    const size1 = Math.hypot(u, v);
    if (!Number.isFinite(x) || size1 < 0.03) continue;
    const long = Math.min(1.5, size1) * unit, [dx, dy] = [u / size1, v / size1], [X, Y] = [x + dx * long, y + dy * long];
    g.moveTo(x, y); g.lineTo(X, Y);
    g.moveTo(X - head * (dx + 0.6 * dy), Y - head * (dy - 0.6 * dx)); g.lineTo(X, Y); g.lineTo(X - head * (dx - 0.6 * dy), Y - head * (dy + 0.6 * dx));
  }
  g.strokeStyle = color('ink'); g.lineWidth = Math.max(1, size / 300); g.globalAlpha = 0.75;
  g.stroke();
  g.globalAlpha = 1;
}

// G's mesh: equal shares of z, so that a cell is the darker the less G stretches it.
function drawMesh(g, panel, { a, b, share }, size) {
  const { Z } = a, at = panel.l * Z * Z * 2, cells = panel.l * (Z - 1) ** 2, half = film.scene.box;
  const other = b.manifold ? b.manifold : a.manifold;
  const X = (i) => ((a.manifold[at + 2 * i] + (other[at + 2 * i] - a.manifold[at + 2 * i]) * share + 1) / 2) * size;
  const Y = (i) => ((1 - a.manifold[at + 2 * i + 1] - (other[at + 2 * i + 1] - a.manifold[at + 2 * i + 1]) * share) / 2) * size;
  g.fillStyle = color('generated'); g.strokeStyle = color('ink'); g.lineWidth = Math.max(0.6, size / 600);
  for (let y = 0; y < Z - 1; y++) for (let x = 0; x < Z - 1; x++) {
    const corners = [y * Z + x, y * Z + x + 1, (y + 1) * Z + x + 1, (y + 1) * Z + x].map((i) => [X(i), Y(i)]);
    if (!corners.every(([u, v]) => Number.isFinite(u) && Number.isFinite(v))) continue;
    g.beginPath();
    corners.forEach(([u, v], k) => (k ? g.lineTo(u, v) : g.moveTo(u, v)));
    g.closePath();
    const density = a.density[cells + y * (Z - 1) + x] * 4 * half * half; // 1: as if spread over the whole square
    g.globalAlpha = playground.clamp(0.1 * Math.log2(1 + (density || 0)), 0.04, 0.7); g.fill();
    g.globalAlpha = 0.3; g.stroke();
  }
  g.globalAlpha = 1;
}

function drawPanel(panel, g, width, height) {
  const size = Math.min(width, height), pair = between();
  if (!pair || !film.scene || panel.l >= pair.a.L) { words(g, t(trouble || 'lab.status.starting'), width, height, 'muted'); return; }
  drawBack(g, panel, pair, size);
  const at = positions(panel, pair, size), r = Math.max(1.6, size / 150);
  if (overlay.real) { g.globalAlpha = 0.55; g.fillStyle = color('data'); g.fill(realPath(size)); g.globalAlpha = 1; }
  if (overlay.mesh && pair.a.manifold) drawMesh(g, panel, pair, size);
  drawRings(g, panel, pair, size);
  if (overlay.fake) { dots(g, at, r + Math.max(0.7, size / 420), color('panel')); dots(g, at, r, color('generated')); }
  if (overlay.arrows) drawArrows(g, panel, pair, at, size);
  if (number(pair.a, panel.l, 'diverged')) { g.fillStyle = color('panel'); g.globalAlpha = 0.8; g.fillRect(0, 0, size, size); g.globalAlpha = 1; words(g, t('lab.diverged'), size, size, 'bad'); }
}

function words(g, text, width, height, tone) {
  g.font = font(px(16), 600); g.fillStyle = color(tone); g.textAlign = 'center'; g.textBaseline = 'middle';
  g.fillText(text, width / 2, height / 2, width - 12);
}

// ---- the original of a branch, under its panel ------------------------------------------------------------------------------------------------

function withFilm(other, of, step, body) { // as if this film were shown at this step
  const before = [film, plan, clock];
  try { [film, plan, clock] = [other, of, step]; return body(); } finally { [film, plan, clock] = before; }
}

function drawOriginal(panel, g, width, height) {
  if (!film || !film.left || !film.frames.length || !touched(panel.l)) return;
  const { left } = film, reached = lastStep(left.film), caption = panel.root.querySelector('figcaption'), picture = panel.root.querySelector('canvas');
  const say = (text) => { put(caption, text); picture.setAttribute('aria-label', `${t('lab.original')}: ${text}`); };
  if (reached < 0) { words(g, t(stream?.beside ? 'lab.status.starting' : 'lab.original_later'), width, height, 'muted'); say(t('lab.original_later')); return; }
  const late = reached < clock ? `${t('lab.original_at', { step: reached.toLocaleString(playground.lang) })} · ` : '';
  withFilm(left.film, left.plan, Math.min(clock, reached), () => {
    drawPanel(panel, g, width, height);
    const pair = between(), frame = pair.share > 0.5 ? pair.b : pair.a;
    say(late + sentence(frame, panel.l));
  });
}
