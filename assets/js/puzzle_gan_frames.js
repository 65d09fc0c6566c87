// ---- the digit and its three frames -----------------------------------------------------------------------------------------------------
const MARGIN = HALF;   // pixels of outside around the digit: frames may reach over the border
const UNITS = SIDE + 2 * MARGIN;
const frames = [...root.querySelectorAll('.pg-puzzle-frame')];
const place = (k) => [state[`row${k + 1}`], state[`col${k + 1}`]];
const places = (n = state.patches) => Array.from({ length: n }, (_, k) => place(k));
const using = () => (state.section === 'count' ? 3 : state.patches);
const sourceKey = () => (state.source === 'sample' ? ['sample', state.digit, state.seed] : ['drawing', JSON.stringify(drawing)]).join();

const askSource = playground.gate(async () => {
  const key = sourceKey();
  if (taken && taken.key === key) { ask(); return; }
  if (state.source === 'drawing' && !drawing) { taken = null; show(); return; }
  const got = answer(await server.source(state.source, state.digit, state.seed, drawing));
  if (!got || key !== sourceKey()) return;
  missing = null; tell();
  taken = { ...got, key, packed: got.image, bytes: playground.unpack(got.image) };
  if (good === 'next') { good = ''; await findPlaces(); }
  show(); ask();
});
let good = '';         // 'next': the next digit wants its own good places
const askGood = playground.gate(async () => { await findPlaces(); });
let tries = 0;         // each press of the button draws other good places
async function findPlaces() {
  if (!taken) return;
  const got = answer(await server.good(taken.packed, tries));
  if (!got) return;
  tries += 1;
  set(Object.fromEntries(got.places.flatMap(([y, x], k) => [[`row${k + 1}`, y], [`col${k + 1}`, x]])));
}

const board = playground.canvas(find('.pg-puzzle-board'), (g, width) => {
  const cell = width / UNITS, inner = SIDE * cell;
  g.save(); // outside of the picture: hatched
  g.strokeStyle = color('line'); g.lineWidth = 1; g.beginPath();
  for (let v = -width; v < width; v += 9) { g.moveTo(v, 0); g.lineTo(v + width, width); }
  g.stroke(); g.restore();
  g.fillStyle = color('bg'); g.fillRect(MARGIN * cell, MARGIN * cell, inner, inner);
  if (taken) picture(g, taken.bytes, 0, MARGIN * cell, MARGIN * cell, inner);
  g.strokeStyle = color('muted'); g.lineWidth = 1.5; g.strokeRect(MARGIN * cell, MARGIN * cell, inner, inner);
});
const patches = [...root.querySelectorAll('[data-patch]')];
function cut(k) { // the pixels in frame k, as the network gets them: no ink outside
  const out = new Uint8Array(PATCH * PATCH), [y, x] = place(k);
  for (let row = 0; row < PATCH; row += 1) {
    for (let col = 0; col < PATCH; col += 1) {
      const [r, c] = [y - HALF + row, x - HALF + col];
      if (taken && r >= 0 && c >= 0 && r < SIDE && c < SIDE) out[row * PATCH + col] = taken.bytes[r * SIDE + c];
    }
  }
  return out;
}

function showBoard() {
  board.later();
  frames.forEach((frame, k) => {
    const [y, x] = place(k);
    frame.hidden = k >= using() || !taken;
    frame.style.left = `${100 * (x - HALF + MARGIN) / UNITS}%`; frame.style.top = `${100 * (y - HALF + MARGIN) / UNITS}%`;
    frame.style.width = frame.style.height = `${100 * PATCH / UNITS}%`;
    frame.setAttribute('aria-label', t('puzzle_gan.frame', { k: k + 1, row: y, column: x }));
  });
  const empty = [];
  patches.forEach((figure, k) => {
    figure.hidden = k >= using();
    const canvas = figure.querySelector('canvas'), bytes = cut(k);
    picture(canvas.getContext('2d'), bytes, 0, 0, 0, PATCH, { side: PATCH });
    canvas.setAttribute('aria-label', t('puzzle_gan.patch', { k: k + 1 }));
    if (taken && k < using() && Math.max(...bytes) < 32) empty.push(k + 1);
  });
  says('given').textContent = empty.length ? t('puzzle_gan.empty', { patches: empty.join(', ') }) : t('puzzle_gan.no_places');
  says('given').dataset.kind = empty.length ? 'warn' : '';
  says('source').textContent = !taken ? '' : state.source === 'sample' ? t('puzzle_gan.is_sample', { digit: state.digit, seed: state.seed }) : t('puzzle_gan.is_drawing', { digit: taken.digit, percent: percent(taken.confidence) });
  find('.pg-puzzle-board canvas').setAttribute('aria-label', says('source').textContent);
  find('[data-act="good"]').disabled = !taken;
}

// ---- dragging ---------------------------------------------------------------------------------------------------------------------------
function move(k, y, x) {
  const to = { [`row${k + 1}`]: clamp(Math.round(y), 0, SIDE - 1), [`col${k + 1}`]: clamp(Math.round(x), 0, SIDE - 1) };
  if (Object.entries(to).some(([name, v]) => state[name] !== v)) set(to);
}
frames.forEach((frame, k) => {
  let from = null;     // {id, x, y, place}: where the drag began
  frame.addEventListener('pointerdown', (event) => {
    if (event.button > 0 || from) return;
    event.preventDefault();
    frame.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    from = { id: event.pointerId, x: event.clientX, y: event.clientY, place: place(k) };
    frame.dataset.dragged = '';
  });
  frame.addEventListener('pointermove', (event) => {
    if (!from || event.pointerId !== from.id) return;
    const cell = find('.pg-puzzle-board').getBoundingClientRect().width / UNITS;
    move(k, from.place[0] + (event.clientY - from.y) / cell, from.place[1] + (event.clientX - from.x) / cell);
  });
  const drop = (event) => { if (from && event.pointerId === from.id) { from = null; delete frame.dataset.dragged; } };
  frame.addEventListener('pointerup', drop);
  frame.addEventListener('pointercancel', drop);
  const by = (y, x) => () => move(k, place(k)[0] + y, place(k)[1] + x);
  playground.keys(frame, { up: by(-1, 0), down: by(1, 0), left: by(0, -1), right: by(0, 1), 'shift+up': by(-4, 0), 'shift+down': by(4, 0), 'shift+left': by(0, -4), 'shift+right': by(0, 4) });
});
