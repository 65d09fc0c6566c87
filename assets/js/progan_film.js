// ---- the film of the growth ------------------------------------------------------------------------------------------------------------
const SHOWN = @SHOWN@, ACROSS = Math.round(Math.sqrt(SHOWN)), COVERED = 4; // percent of the pictures that a digit must have
const clip = { step: 0, playing: false, hover: null };
let film = null, begun = false;   // {T, pen, seen, level, alpha, digits, schedule, channels, own}; a film that was never shown starts by itself
const lastFrame = () => (film ? film.T - 1 : 0);

const askFilm = playground.gate(async () => {
  if (film) return;
  const got = taken(await server.film());
  if (!got) return;
  const image = new Image();
  image.src = `data:image/png;base64,${got.sheet}`;
  await image.decode();
  const node = document.createElement('canvas');
  node.width = image.width; node.height = image.height;
  const pen = node.getContext('2d', { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  film = { ...got, T: got.seen.length, pen, digits: playground.unpack(got.digits) };
  showFilm();
  if (begun) return;
  begun = true;
  if (state.step >= 0) { clip.step = Math.min(state.step, lastFrame()); showFilm(); } else reel.restart();
});

const sheet = find('.pg-progan-sheet canvas');
function drawSheet() { // a row of the film as 8 x 8 pictures
  const side = SIDES[TOP], wide = ACROSS * side, row = film.pen.getImageData(0, clip.step * side, SHOWN * side, side).data, made = new ImageData(wide, wide), out = new Uint32Array(made.data.buffer);
  for (let i = 0; i < SHOWN; i += 1) for (let y = 0; y < side; y += 1) for (let x = 0; x < side; x += 1) out[(Math.floor(i / ACROSS) * side + y) * wide + (i % ACROSS) * side + x] = tone[row[4 * (y * SHOWN * side + i * side + x)]];
  if (sheet.width !== wide) { sheet.width = wide; sheet.height = wide; }
  sheet.getContext('2d').putImageData(made, 0, 0);
}
const heightOf = (k) => (film.level[k] ? film.level[k] - 1 + film.alpha[k] : 0); // as the slider counts
function frameOf(width, height) { return { left: px(58), right: width - px(18), top: px(12), bottom: height - px(30) }; }
function axes(g, box, most, ticks) { // the frame of both curves: real pictures shown along, ticks up
  const X = (v) => box.left + (box.right - box.left) * v / most;
  g.font = font(px(14)); g.lineWidth = 1; g.fillStyle = color('muted');
  g.textAlign = 'right'; g.textBaseline = 'middle';
  for (const [y, words] of ticks) { g.strokeStyle = color('line'); g.beginPath(); g.moveTo(box.left, y); g.lineTo(box.right, y); g.stroke(); g.fillText(words, box.left - px(8), y); }
  g.textBaseline = 'top';
  for (const part of [0, 0.5, 1]) { g.textAlign = part === 1 ? 'right' : part ? 'center' : 'left'; g.fillText(whole(part * most), X(part * most), box.bottom + px(7)); }
  return X;
}
function marker(g, x, y, box) {
  g.strokeStyle = color('ink'); g.lineWidth = 2; g.beginPath(); g.moveTo(x, box.top - px(6)); g.lineTo(x, box.bottom); g.stroke();
  g.fillStyle = color('accent-2'); g.beginPath(); g.arc(x, y, px(8), 0, 7); g.fill();
}
const mostSeen = () => Math.max(film.schedule.seen[film.schedule.seen.length - 1], film.seen[film.T - 1]);
const schedule = playground.canvas(find('[data-view="schedule"]'), (g, width, height) => {
  if (!film) return;
  const box = frameOf(width, height), Y = (at) => box.bottom - (box.bottom - box.top) * at / TOP, X = axes(g, box, mostSeen(), SIDES.map((side, l) => [Y(l), String(side)]));
  const { seen, at } = film.schedule;
  for (let k = 1; k < seen.length; k += 1) if (at[k] > at[k - 1]) { g.fillStyle = color('soft'); g.fillRect(X(seen[k - 1]), box.top, X(seen[k]) - X(seen[k - 1]), box.bottom - box.top); }
  g.strokeStyle = color('data'); g.lineWidth = px(4); g.lineJoin = 'round'; g.beginPath();
  [...seen, mostSeen()].forEach((v, k) => g[k ? 'lineTo' : 'moveTo'](X(v), Y(at[k] ?? TOP)));
  g.stroke();
  g.fillStyle = color('data');
  film.seen.forEach((v, k) => { g.beginPath(); g.arc(X(v), Y(heightOf(k)), px(4), 0, 7); g.fill(); });
  marker(g, X(film.seen[clip.step]), Y(heightOf(clip.step)), box);
});
const covered = (k) => Array.from(film.digits.subarray(k * 11, k * 11 + 10)).filter((share) => share >= COVERED).length;
const reading = playground.canvas(find('[data-view="read"]'), (g, width, height) => {
  if (!film) return;
  const box = frameOf(width, height), Y = (v) => box.bottom - (box.bottom - box.top) * v / 10, X = axes(g, box, mostSeen(), [0, 5, 10].map((v) => [Y(v), String(v)]));
  g.strokeStyle = color('generated'); g.lineWidth = px(3); g.beginPath();
  film.seen.forEach((v, k) => g[k ? 'lineTo' : 'moveTo'](X(v), Y(covered(k))));
  g.stroke();
  marker(g, X(film.seen[clip.step]), Y(covered(clip.step)), box);
});

function showFilm() {
  if (state.section !== 'film') return;
  reel.paint();
  if (!film) { says('film').textContent = missing ? '' : t('page.loading'); return; }
  const k = clip.step, level = film.level[k], alpha = film.alpha[k];
  const where = alpha < 1 ? t('progan.at_fading', { old: size(level - 1), new: size(level), alpha: number(alpha) }) : size(level);
  says('filmed').hidden = String(film.channels) === String(film.own);
  says('filmed').textContent = t('progan.filmed', { channels: film.channels.join(', '), own: film.own.join(', ') });
  says('film').textContent = t('progan.film_says', { seen: whole(film.seen[k]), where, covered: covered(k) });
  sheet.setAttribute('aria-label', says('film').textContent);
  drawSheet(); schedule.later(); reading.later();
  player.dataset.frame = k; player.dataset.playing = String(clip.playing); player.dataset.level = level; player.dataset.alpha = alpha;
}
const player = find('.pg-progan-player');
const reel = playground.player(player, {
  stage: STAGE, state: clip, first: () => 0, last: lastFrame, ready: () => Boolean(film), show: showFilm,
  settle: () => { state.step = clip.playing ? -1 : clip.step; playground.link.set(STAGE, { step: state.step }); },
});
