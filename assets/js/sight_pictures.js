// ---- films, drawn: a Row LSTM and a Diagonal BiLSTM on a small grid -------------------------------------------------------------------
const picture = find('.pg-sight-picture');
let places = null; // of the grids, as they were drawn last
const tallest = () => clamp(window.innerHeight - 510, 300, 760);
function cellBox(grid, r, c) { return [grid.x + c * grid.s, grid.y + r * grid.s, grid.s, grid.s]; }
function blank(g, grid, r, c, fill = 'panel') {
  const [x, y, w, h] = cellBox(grid, r, c);
  g.fillStyle = fill; g.fillRect(x + 0.5, y + 0.5, w - 1, h - 1);
}
function mesh(g, grid, rows, columns) {
  g.strokeStyle = color('line'); g.lineWidth = 1; g.beginPath();
  for (let r = 0; r <= rows; r++) { g.moveTo(grid.x, grid.y + r * grid.s); g.lineTo(grid.x + columns * grid.s, grid.y + r * grid.s); }
  for (let c = 0; c <= columns; c++) { g.moveTo(grid.x + c * grid.s, grid.y); g.lineTo(grid.x + c * grid.s, grid.y + rows * grid.s); }
  g.stroke();
}
function label(g, grid, r, c, i, tint = 'muted') { // raster number of a cell, where there is room
  if (grid.s < 24) return;
  const [x, y, w, h] = cellBox(grid, r, c);
  g.fillStyle = color(tint); g.font = playground.font(clamp(grid.s * 0.34, 10, px(20)), 500); g.textAlign = 'center'; g.textBaseline = 'middle';
  g.fillText(String(i + 1), x + w / 2, y + h / 2 + 1);
}
function inset([x, y, w, h], is) { const m = is ? Math.max(4, w * 0.12) : 0; return [x + m, y + m, w - 2 * m, h - 2 * m]; }
const title = (g, text, grid, room) => words(g, text, grid.x, grid.y - px(12), { size: 18, weight: 650, room });
const ink = (on) => (on ? 'panel' : 'muted');

function rowLayout(width) {
  narrow = width < 760;
  const top = px(34), { H, W } = film;
  if (narrow) {
    const gap = 14, s = Math.min((width - gap) / (2 * W), 40), close = top + H * s + px(16);
    return { height: close + px(300), input: { x: 0, y: top, s }, state: { x: width - W * s, y: top, s }, close: { x: 0, y: close, w: width, h: px(296) } };
  }
  const w = clamp(width * 0.32, 330, 470), gap = px(26), s = Math.min((width - w - 2 * gap) / (2 * W), (tallest() - top) / H, px(58));
  const h = Math.max(H * s, px(330)), off = (width - (2 * W * s + w + 2 * gap)) / 2;
  return { height: top + h + px(8), input: { x: off, y: top, s }, close: { x: off + W * s + gap, y: 0, w, h: top + h }, state: { x: off + W * s + w + 2 * gap, y: top, s } };
}
function drawRow(g, width) {
  const now = rowNow(), { H, W, D } = film, { p, seen, ended } = now, pr = rowOf(p), pc = columnOf(p);
  const { input, state: states, close } = places, active = now.r ?? -1;
  title(g, t(film.space === 'features' ? 'sight.grid_features' : 'sight.grid_pixels'), input, W * input.s);
  title(g, t('sight.grid_states'), states, W * states.s);
  for (let i = 0; i < D; i++) {
    const [r, c] = [rowOf(i), columnOf(i)], [x, y, w, h] = cellBox(input, r, c);
    if (seen[i]) { g.fillStyle = rgba('data', 0.85); g.fillRect(x, y, w, h); }
    else if (ended && bit('allowed', p, i)) hatch(g, x, y, w, h);
    else { g.fillStyle = bit('allowed', p, i) ? color('panel') : rgba('line', 0.45); g.fillRect(x, y, w, h); }
    if (seen[i] || !ended || !bit('allowed', p, i)) label(g, input, r, c, i, ink(seen[i]));
    const computed = r <= now.last, inCone = bit('cone', p, i), filling = r === active && now.at !== 'update';
    blank(g, states, r, c, computed ? (inCone ? rgba('class-2', 0.88) : rgba('line', 0.8)) : filling ? rgba('data', now.at === 'state' ? 0.3 : 0.18) : color('panel'));
    label(g, states, r, c, i, computed && inCone ? 'panel' : 'muted');
  }
  mesh(g, input, H, W); mesh(g, states, H, W);
  for (const grid of [input, states]) ring(g, ...cellBox(grid, pr, pc), 'ink', Math.max(3, grid.s * 0.09));
  if (active >= 0) {
    for (const grid of [input, states]) ring(g, grid.x, grid.y + active * grid.s, W * grid.s, grid.s, 'ink', px(2));
    const focus = active <= pr ? pc : Math.min(pc, W - 1);
    if (now.at === 'input') {
      if (film.space === 'features') {
        for (const c of [focus - 1, focus]) if (c >= 0) ring(g, ...inset(cellBox(input, active, c), active * W + c === p), 'data', fine(4, input.s));
        if (focus + 1 < W) cross(g, input, active, focus + 1);
      } else for (let j = 0; j < D; j++) if (bit('own', active * W + focus, j)) ring(g, ...cellBox(input, rowOf(j), columnOf(j)), 'data', px(3));
      for (let c = 0; c < W; c++) { const [x, y, w, h] = cellBox(states, active, c); arrow(g, x + w / 2, y + h + states.s * 0.42, x + w / 2, y + h * 0.66, 'data', fine(c === focus ? 4 : 2, states.s)); }
    }
    if (now.at === 'state' && active > 0) for (let c = 0; c < W; c++) for (const d of [-1, 0, 1]) if (c + d >= 0 && c + d < W) {
      const s = states.s, from = [states.x + (c + d + 0.5) * s, states.y + (active - 0.5) * s], to = [states.x + (c + 0.5) * s, states.y + (active + 0.3) * s];
      if (c === focus) continue;
      g.globalAlpha = 0.4; arrow(g, ...from, ...to, 'ink', 1.2, 5); g.globalAlpha = 1;
    }
    if (now.at === 'state' && active > 0) for (const d of [-1, 0, 1]) if (focus + d >= 0 && focus + d < W) {
      const s = states.s;
      ring(g, ...cellBox(states, active - 1, focus + d), 'class-2', fine(4, s));
      arrow(g, states.x + (focus + d + 0.5) * s, states.y + (active - 0.42) * s, states.x + (focus + 0.5 + d * 0.12) * s, states.y + (active + 0.36) * s, 'ink', fine(3.5, s));
    }
  }
  drawClose(g, close, now, pc);
}
function cross(g, grid, r, c) {
  const [x, y, w, h] = cellBox(grid, r, c), m = w * 0.24;
  for (const [tint, width] of [['panel', px(7)], ['generated', px(4)]]) {
    g.strokeStyle = color(tint); g.lineWidth = width; g.lineCap = 'round';
    g.beginPath(); g.moveTo(x + m, y + m); g.lineTo(x + w - m, y + h - m); g.moveTo(x + w - m, y + m); g.lineTo(x + m, y + h - m); g.stroke();
  }
}

// The lecture's figure, large: three states of the row above, the new state, the input row below it.
function drawClose(g, { x, y, w, h }, now, column) {
  const W = film.W, mid = x + w / 2, d = Math.min(w * 0.3, px(130)), size = Math.min(px(46), h * 0.13), first = now.r === 0 || now.r === undefined;
  const yTop = y + px(62), yMid = y + h * 0.5, yLow = y + h - px(66), on = (at) => now.at === at || now.at === 'start' || now.at === 'end' || now.at === 'update';
  const stressed = now.at === 'update' || now.at === 'end';
  words(g, t(now.r === 0 ? 'sight.close_top_first' : 'sight.close_top'), mid, y + px(20), { align: 'center', size: 17, weight: 650, tint: 'class-2', room: w });
  for (const k of [-1, 0, 1]) {
    const outside = now.r === 0 || column + k < 0 || column + k >= W, cx = mid + k * d;
    g.globalAlpha = on('state') ? 1 : 0.35;
    g.beginPath(); g.arc(cx, yTop, size * 0.55, 0, 7);
    g.fillStyle = outside ? color('panel') : rgba('class-2', 0.9); g.fill();
    g.setLineDash(outside ? [4, 4] : []); g.strokeStyle = color('class-2'); g.lineWidth = px(2); g.stroke(); g.setLineDash([]);
    words(g, outside ? 'h₀' : 'h', cx, yTop + 1, { align: 'center', base: 'middle', size: 18, weight: 700, tint: outside ? 'class-2' : 'panel' });
    arrow(g, cx - k * size * 0.3, yTop + size * 0.62, mid + k * size * 0.62, yMid - size * 0.86, 'class-2', now.at === 'state' ? px(5) : px(2.5));
    g.globalAlpha = 1;
  }
  words(g, 'Kˢˢ', mid + d * 0.86, (yTop + yMid) / 2 + px(4), { size: 19, weight: 700, tint: 'class-2' });
  words(g, '1×3', mid + d * 0.86, (yTop + yMid) / 2 + px(26), { size: 16, tint: 'class-2' });
  // the new state
  const bw = size * 3.4, bh = size * 1.55;
  g.fillStyle = stressed ? rgba('class-2', 0.9) : color('panel'); g.strokeStyle = color('ink'); g.lineWidth = px(stressed ? 4 : 2);
  g.beginPath(); g.roundRect(mid - bw / 2, yMid - bh / 2, bw, bh, 10); g.fill(); g.stroke();
  words(g, 'o  f  i  g', mid, yMid - bh * 0.2, { align: 'center', base: 'middle', size: 17, weight: 600, tint: stressed ? 'panel' : 'muted' });
  words(g, '→  c, h', mid, yMid + bh * 0.22, { align: 'center', base: 'middle', size: 19, weight: 700, tint: stressed ? 'panel' : 'ink' });
  words(g, t('sight.close_new'), mid - bw / 2 - px(10), yMid, { align: 'right', base: 'middle', size: 16, tint: 'ink', weight: 600, room: w / 2 - bw / 2 - px(12) });
  // the input row
  for (const k of [-1, 0, 1]) {
    const cx = mid + k * d, cut = k === 1, outside = column + k < 0 || column + k >= W;
    g.globalAlpha = on('input') ? 1 : 0.35;
    g.fillStyle = cut ? color('panel') : outside ? color('panel') : rgba('data', 0.9);
    g.strokeStyle = color(cut ? 'generated' : 'data'); g.lineWidth = px(2); g.setLineDash(cut || outside ? [4, 4] : []);
    g.beginPath(); g.rect(cx - size * 0.55, yLow - size * 0.55, size * 1.1, size * 1.1); g.fill(); g.stroke(); g.setLineDash([]);
    words(g, outside ? '0' : 'f', cx, yLow + 1, { align: 'center', base: 'middle', size: 18, weight: 700, tint: cut ? 'generated' : outside ? 'data' : 'panel' });
    if (!cut) arrow(g, cx - k * size * 0.3, yLow - size * 0.66, mid + k * size * 0.62, yMid + bh / 2 + px(6), 'data', now.at === 'input' ? px(5) : px(2.5));
    else {
      g.setLineDash([5, 5]); g.strokeStyle = color('generated'); g.lineWidth = px(2.5); g.beginPath(); g.moveTo(cx - size * 0.3, yLow - size * 0.66); g.lineTo(mid + size * 0.75, yMid + bh / 2 + px(10)); g.stroke(); g.setLineDash([]);
      const mx = (cx + mid) / 2 + size * 0.22, my = (yLow + yMid) / 2 + size * 0.08;
      cross(g, { x: mx - size * 0.4, y: my - size * 0.4, s: size * 0.8 }, 0, 0);
      words(g, t('sight.close_mask'), mx + size * 0.5, my + px(2), { size: 16, tint: 'generated', weight: 650, base: 'middle', room: x + w - mx - size * 0.5 });
    }
    g.globalAlpha = 1;
  }
  words(g, 'Kⁱˢ  1×3', mid - d * 0.62, (yLow + yMid) / 2 + px(4), { size: 19, weight: 700, tint: 'data', align: 'right' });
  words(g, t('sight.close_low'), mid, y + h - px(12), { align: 'center', size: 17, weight: 650, tint: 'data', room: w });
}

function diagonalLayout(width) {
  narrow = width < 760;
  const top = px(34), { H, W } = film, n = W + H - 1;
  if (narrow) {
    const s = Math.min(width / n, 40), map = top + (H + 0.2) * s + px(48);
    return { height: map + (H + 1.1) * s + 4, image: { x: 0, y: top, s }, map: { x: 0, y: map, s } };
  }
  const gap = px(56), s = Math.min((width - gap) / (W + n), (tallest() - top) / (H + 1), px(62)), off = (width - gap - (W + n) * s) / 2;
  return { height: top + (H + 1.1) * s + 4, image: { x: off, y: top, s }, map: { x: off + W * s + gap, y: top, s } };
}
function halves(g, x, y, w, h, first, second) { // one cell, upper left and lower right
  const half = (tint, points) => { g.fillStyle = rgba(tint, 0.88); g.beginPath(); for (const [a, b] of points) g.lineTo(x + a * w, y + b * h); g.fill(); };
  if (first && second) { half('class-2', [[0, 0], [1, 0], [0, 1]]); half('class-3', [[1, 0], [1, 1], [0, 1]]); } else if (first || second) { g.fillStyle = rgba(first ? 'class-2' : 'class-3', 0.88); g.fillRect(x, y, w, h); }
}
function mapTitle(now) {
  if (now.at === 'sum') return t('sight.map_sum');
  if (now.at === 'shift') return t(`sight.map_shift_${film.shift}`);
  const skewed = now.at === 'column' || (now.at === 'skew' && (now.row >= film.H - 1));
  return t(`sight.map_${now.way === 'backward' && !['unflip'].includes(now.at) ? 'mirrored' : 'plain'}${skewed ? '_skewed' : ''}`, { n: film.W + film.H - 1, w: film.W });
}
function drawDiagonal(g, width) {
  const now = diagonalNow(), { H, W, D } = film, { p, phase, at } = now, { image, map } = places, n = W + H - 1, sum = at === 'sum';
  title(g, t(phase < 3 && phase !== 0 ? 'sight.image_so_far' : 'sight.image'), image, narrow ? width : W * image.s + px(40));
  title(g, mapTitle(now), map, width - map.x);
  // the image: what the followed cell sees so far
  for (let i = 0; i < D; i++) {
    const box = cellBox(image, rowOf(i), columnOf(i)), allowed = bit('allowed', p, i);
    g.fillStyle = allowed ? color('panel') : rgba('line', 0.45); g.fillRect(...box);
    if (now.leaked[i]) leak(g, ...box);
    else if (now.seen[i]) halves(g, ...box, now.forward[i], now.backward[i]);
    else if (now.ended && allowed) hatch(g, ...box);
    if (!now.leaked[i]) label(g, image, rowOf(i), columnOf(i), i, ink(now.seen[i]));
  }
  mesh(g, image, H, W);
  if (at === 'column') {
    const back = now.way === 'backward', tint = back ? 'class-3' : 'class-2';
    for (let i = 0; i < D; i++) if (columnIn(now.way, i) === now.c) {
      const [x, y, s] = cellBox(image, rowOf(i), columnOf(i)), side = back ? 1 : -1, thick = fine(i === p ? 4 : 2.5, map.s);
      ring(g, x, y, s, s, tint, fine(3, s));
      if (rowOf(i) > 0) arrow(g, x + s / 2, y - s * 0.32, x + s / 2, y + s * 0.28, 'accent-2', thick, 3.2, true);
      if (back ? columnOf(i) < W - 1 : columnOf(i) > 0) arrow(g, x + s / 2 + side * s * 0.82, y + s / 2, x + s / 2 + side * s * 0.22, y + s / 2, 'accent', thick, 3.2, true);
    }
  }
  ring(g, ...cellBox(image, rowOf(p), columnOf(p)), 'ink', Math.max(3, image.s * 0.09));
  // the map that is computed
  const old = film.steps[earlier], way = now.way === 'backward' ? 'backward' : 'forward', tint = way === 'backward' ? 'class-3' : 'class-2';
  const holds = at === 'shift' && film.shift === 'down' ? p - W : p; // the state that now stands where p is
  const ease = moving < 1 ? moving * moving * (3 - 2 * moving) : 1;
  g.save(); g.beginPath(); g.rect(map.x - 3, map.y - 3, n * map.s + 6, (H + 1) * map.s + 6); g.clip();
  if (['skew', 'column', 'start'].includes(at) || phase === 0) { g.globalAlpha = 0.5; g.setLineDash([3, 5]); mesh(g, map, H, at === 'start' ? W : n); g.setLineDash([]); g.globalAlpha = 1; }
  for (let i = 0; i < D; i++) {
    const a = spot(old, i), b = spot(now, i), r = a.r + (b.r - a.r) * ease, c = a.c + (b.c - a.c) * ease, box = cellBox(map, r, c);
    const computed = sum ? true : phase > 2 || (phase === 2 && now.done('backward')(i)) || (phase === 1 && now.done('forward')(i));
    const lost = at === 'shift' && (film.shift === 'down' ? b.r >= H : film.shift === 'zeroed' && rowOf(i) === H - 1);
    g.globalAlpha = lost ? 0.25 : 1;
    g.fillStyle = color('panel'); g.fillRect(...box);
    let filled = false;
    if (sum) { if (now.leaked[i]) leak(g, ...box); else if (now.seen[i]) { halves(g, ...box, now.forward[i], now.backward[i]); filled = true; } else if (bit('allowed', p, i)) hatch(g, ...box); else { g.fillStyle = rgba('line', 0.45); g.fillRect(...box); } }
    else if (computed) {
      filled = holds >= 0 && bit(`${way}_cone`, holds, i) && !(film.shift === 'zeroed' && at === 'shift' && rowOf(p) === H - 1);
      g.fillStyle = filled ? rgba(tint, 0.88) : rgba('line', 0.8); g.fillRect(...box);
    }
    g.strokeStyle = color('line'); g.lineWidth = 1; g.strokeRect(...box);
    if (!(sum && now.leaked[i])) label(g, map, r, c, i, ink(filled));
    g.globalAlpha = 1;
  }
  if (at === 'shift' && film.shift === 'down') words(g, t('sight.zeros'), map.x + (W * map.s) / 2, map.y + map.s / 2, { align: 'center', base: 'middle', size: 17, tint: 'muted', weight: 600, room: W * map.s });
  const here = at === 'shift' ? cellBox(map, rowOf(p), columnOf(p)) : (() => { const a = spot(old, p), b = spot(now, p); return cellBox(map, a.r + (b.r - a.r) * ease, a.c + (b.c - a.c) * ease); })();
  if (at === 'column') {
    const s = map.s;
    ring(g, map.x + now.c * s, map.y, s, H * s, tint, fine(4, s));
    if (now.c) for (let i = 0; i < D; i++) if (columnIn(way, i) === now.c) {
      const r = rowOf(i), c = now.c, cx = map.x + (c + 0.5) * s, cy = map.y + (r + 0.5) * s, thick = fine(i === p ? 4 : 2.5, map.s);
      const side = back(way) ? columnOf(i) < W - 1 : columnOf(i) > 0;
      if (side) arrow(g, cx - s * 0.8, cy, cx - s * 0.24, cy, 'accent', thick, 3.2, true);
      if (r > 0) arrow(g, cx - s * 0.78, cy - s * 0.78, cx - s * 0.2, cy - s * 0.2, 'accent-2', thick, 3.2, true);
    }
  }
  ring(g, ...here, 'ink', Math.max(3, map.s * 0.09));
  g.restore();
}
const view = playground.canvas(picture, (g, width, height) => {
  if (!film || kind() !== film.kind) { words(g, t('page.loading'), width / 2, px(60), { align: 'center', tint: 'muted', size: 18 }); return; }
  places = film.kind === 'row' ? rowLayout(width) : diagonalLayout(width);
  if (Math.abs(places.height - height) > 1) { picture.style.height = `${Math.round(places.height)}px`; return; } // drawn again at once
  (film.kind === 'row' ? drawRow : drawDiagonal)(g, width);
  const now = film.kind === 'row' ? rowNow() : diagonalNow(), grids = film.kind === 'row' ? [places.input, places.state] : [places.image, places.map];
  Object.assign(g.canvas.dataset, {
    kind: film.kind, step, steps: film.steps.length, at: now.at, cell: film.cell, playing, seq,
    seen: number(now.seen.map((v, j) => (v && bit('allowed', film.cell, j) ? 1 : 0))), leaked: now.leaked ? number(now.leaked) : 0,
    grid: `${grids[0].x},${grids[0].y},${grids[0].s}`,
  });
});
