// ---- the film of the training --------------------------------------------------------------------------------------------------------------
// Everything arrives once per loss; the browser decodes the sheet of pictures and plays.
const films = {};      // per loss: {T, bytes, steps, edges, real, fake, wins, gradient, digits, covered}
const clip = { step: 0, playing: false, hover: null };
const watched = () => (state.view === 'all' ? LOSSES : [state.loss]);
const loaded = () => watched().filter((loss) => films[loss] && films[loss].T);
const lastFrame = () => Math.max(0, ...loaded().map((loss) => films[loss].T - 1));
let begun = false;     // a film that was never shown starts by itself

async function pixels(sheet, T) { // the PNG's rows of pictures as bytes, moment by moment
  const image = new Image();
  image.src = `data:image/png;base64,${sheet}`;
  await image.decode();
  const node = document.createElement('canvas');
  node.width = image.width; node.height = image.height;
  const g = node.getContext('2d', { willReadFrequently: true });
  g.drawImage(image, 0, 0);
  const out = new Uint8Array(T * SHOWN * SIZE);
  for (let m = 0; m < T; m += 1) {
    const row = g.getImageData(0, m * SIDE, image.width, SIDE).data;
    for (let i = 0; i < SHOWN; i += 1) for (let y = 0; y < SIDE; y += 1) for (let x = 0; x < SIDE; x += 1) out[((m * SHOWN + i) * SIDE + y) * SIDE + x] = row[4 * (y * image.width + i * SIDE + x)];
  }
  return out;
}
const askFilms = playground.gate(async () => {
  if (state.section !== 'film') return;
  for (const loss of watched()) {
    if (films[loss] && films[loss].T) continue;
    root.dataset.loading = loss;
    const result = await server.film(loss), weights = result && result.error && result.error.kind === 'weights';
    if (weights) { // the others play
      films[loss] = { error: result.error.message };
      if (state.view === 'one') taken(result);
      showFilm();
      continue;
    }
    const got = taken(result);
    if (!got) { delete root.dataset.loading; return; }
    const film = { T: got.steps.length, steps: got.steps, wins: got.wins, gradient: got.gradient, covered: got.covered, edges: got.edges };
    for (const name of ['real', 'fake', 'digits']) film[name] = playground.unpack(got[name]);
    film.bytes = await pixels(got.sheet, film.T);
    films[loss] = film;
    showFilm();
  }
  delete root.dataset.loading;
  if (!loaded().length) return;
  if (!begun) { begun = true; if (state.step >= 0) { clip.step = Math.min(state.step, lastFrame()); showFilm(); } else bar.restart(); }
});

const at = (film) => Math.min(clip.step, film.T - 1);
const screens = LOSSES.map((loss, k) => {
  const figure = find(`.pg-dcgan-screen[data-loss="${loss}"]`), odds = find(`.pg-dcgan-odds[data-loss="${loss}"]`);
  for (const node of [figure, odds]) node.style.setProperty('--pg-loss', `var(--pg-class-${k})`);
  return {
    loss, figure, odds,
    sheet: playground.canvas(figure.querySelector('.pg-dcgan-sheet'), (g, width, height) => {
      const film = films[loss];
      if (film && film.T) pictures(g, film.bytes, SHOWN, tiles(8, width), at(film) * SHOWN);
      else write(g, t(film && film.error ? 'dcgan.no_film' : 'page.loading'), width / 2, height / 2, { align: 'center', width: width * 0.94, size: 18 });
    }),
    odds_view: playground.canvas(odds.querySelector('.pg-dcgan-histogram'), (g, width, height) => drawOdds(loss, g, width, height)),
  };
});
function drawOdds(loss, g, width, height) {
  const film = films[loss];
  if (!film || !film.T) return;
  const n = film.edges.length - 1, m = at(film), real = film.real.subarray(m * n, (m + 1) * n), fake = film.fake.subarray(m * n, (m + 1) * n);
  const box = frameOf(width, height, { left: 8, right: 8, top: 26 }), ends = [film.edges[0], film.edges[n]], X = axis(...ends, box.left, box.right), most = Math.max(...real, ...fake);
  const Y = (v) => box.bottom - v * (box.bottom - box.top);
  histogram(g, real, most, X, Y, film.edges, 'real'); histogram(g, fake, most, X, Y, film.edges, 'fake');
  rule(g, box.left, box.bottom, box.right, box.bottom, { colour: 'muted' });
  for (const v of nice(...ends, width < 420 ? 3 : 6)) write(g, short(v), clamp(X(v), px(14), width - px(14)), box.bottom + px(6), { align: 'center', base: 'top' });
  for (const [v, words] of targets(loss)) if (v >= ends[0] && v <= ends[1]) { rule(g, X(v), box.top, X(v), box.bottom, { colour: 'muted', width: 2, dash: [4, 4] }); write(g, words, X(v), box.top - px(4), { align: X(v) > width * 0.8 ? 'right' : X(v) < width * 0.2 ? 'left' : 'center', base: 'bottom', size: 14 }); }
}

// Three curves over the moments; time runs as the film does, densest at the start.
const ROWS = { wins: { low: 50, high: 100, ticks: [50, 75, 100], tick: (v) => `${v} %` }, gradient: { log: true, tick: short }, covered: { low: 0, high: 10, ticks: [0, 5, 10], tick: String } };
const curves = Object.keys(ROWS).map((name) => [name, playground.canvas(find(`[data-view="${name}"]`), (g, width, height) => drawCurve(name, g, width, height))]);
function drawCurve(name, g, width, height) {
  const known = loaded();
  if (!known.length) return;
  const T = lastFrame() + 1, box = frameOf(width, height, { left: 62, right: 16, top: 10 }), X = axis(0, T - 1, box.left, box.right), given = ROWS[name];
  const values = (loss) => films[loss][name].map((v) => (given.log ? Math.log10(Math.max(v, 1e-12)) : v));
  let { low, high, ticks } = given;
  if (given.log) { const every = known.flatMap((loss) => [...values(loss)]); low = Math.floor(Math.min(...every)); high = Math.max(low + 1, Math.ceil(Math.max(...every))); ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((_, i, all) => i % Math.ceil(all.length / 4) === 0); }
  else if (Math.min(...known.flatMap((loss) => [...values(loss)])) < low) [low, ticks] = [0, [0, high / 2, high]]; // D may also be wrong more often than a coin
  const Y = axis(low, high, box.bottom, box.top);
  for (const v of ticks) { rule(g, box.left, Y(v), box.right, Y(v)); write(g, given.log ? short(10 ** v) : given.tick(v), box.left - 6, Y(v), { align: 'right' }); }
  const { steps } = films[known[0]];
  for (const part of [0, 0.5, 1]) { const k = Math.round(part * (T - 1)); write(g, whole(steps[Math.min(k, steps.length - 1)]), X(k), box.bottom + px(6), { align: part === 1 ? 'right' : part ? 'center' : 'left', base: 'top' }); }
  for (const loss of known) {
    const k = LOSSES.indexOf(loss), film = films[loss], points = [...values(loss)].map((v, i) => [X(i), Y(v)]);
    curve(g, points, { colour: playground.classColor(k), dash: DASHES[k] });
    const [x, y] = points[at(film)];
    g.fillStyle = playground.classColor(k); g.beginPath(); g.arc(x, y, px(6), 0, 7); g.fill();
  }
  rule(g, X(clip.step), box.top, X(clip.step), box.bottom, { colour: 'ink', width: 2 });
}
const readings = playground.canvas(find('[data-view="readings"]'), (g, width, height) => { // which digit the judge reads, over time
  const [loss] = watched(), film = films[loss];
  if (!film || !film.T || state.view === 'all') return;
  const box = frameOf(width, height, { left: 62, right: 16, top: 4, bottom: 6 }), cell = (box.right - box.left) / film.T, line = (box.bottom - box.top) / 11;
  for (let d = 0; d < 11; d += 1) {
    if (d % 2 === 0) write(g, d < 10 ? String(d) : t('dcgan.none'), box.left - 6, box.top + (d + 0.5) * line, { align: 'right', size: 14, width: box.left - 8 });
    for (let m = 0; m < film.T; m += 1) { const [r, gg, b] = playground.ramp(film.digits[m * 11 + d] / 30); g.fillStyle = `rgb(${r}, ${gg}, ${b})`; g.fillRect(box.left + m * cell, box.top + d * line, cell + 0.6, line - 1); }
  }
  const x = box.left + (at(film) + 0.5) * cell;
  rule(g, x, box.top, x, box.bottom, { colour: 'accent-2', width: 4 });
});

function sentence(loss) {
  const film = films[loss];
  if (!film || !film.T) return film && film.error ? film.error[playground.lang] : t('page.loading');
  const m = at(film);
  return t('dcgan.film_says', { step: whole(film.steps[m]), steps: whole(film.steps[film.T - 1]), wins: film.wins[m].toFixed(0), gradient: short(film.gradient[m]), covered: film.covered[m], none: film.digits[m * 11 + 10].toFixed(0) });
}
function showFilm() {
  if (state.section !== 'film') return;
  const all = state.view === 'all';
  for (const { loss, figure, odds, sheet, odds_view } of screens) {
    const on = watched().includes(loss);
    figure.hidden = odds.hidden = !on;
    if (!on) continue;
    figure.querySelector('span').textContent = all && films[loss] && films[loss].error ? films[loss].error[playground.lang] : all && films[loss] && films[loss].T ? t('dcgan.film_short', { step: whole(films[loss].steps[at(films[loss])]), covered: films[loss].covered[at(films[loss])] }) : '';
    sheet.later(); odds_view.later();
    sheet.canvas.setAttribute('aria-label', `${nameOf(loss)}: ${sentence(loss)}`);
  }
  player.dataset.view = state.view;
  find('.pg-dcgan-readings').hidden = all;
  says('film').textContent = all ? t('dcgan.film_all') : films[state.loss] && films[state.loss].error ? '' : sentence(state.loss);
  for (const [, view] of curves) view.later();
  readings.later();
  bar.paint();
  player.dataset.frame = clip.step; player.dataset.playing = String(clip.playing); player.dataset.loaded = loaded().join();
}
const player = find('.pg-dcgan-player');
const bar = playground.player(player, {
  stage: STAGE, state: clip, first: () => 0, last: lastFrame, ready: () => loaded().length > 0, show: showFilm,
  settle: () => { playground.link.set(STAGE, { step: clip.playing ? -1 : clip.step }); },
});
function leaveFilm() { if (clip.playing) bar.pause(); }
