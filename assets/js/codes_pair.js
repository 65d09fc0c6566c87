// The knobs' sweep in both networks, side by side.
const GRIDS = @GRIDS@;
const KEPT = { c1_c2: 'c3', c1_c3: 'c2', c2_c3: 'c1' };
let state = playground.link.get('codes'), shown = '', networks = null, sweep = null;
const grid = (variant) => document.querySelector(`#${GRIDS[variant]} .pg-image-grid`);
const ready = () => Object.keys(GRIDS).every((variant) => grid(variant)?.show);
const key = () => [state.sweep, state[KEPT[state.sweep]], state.seed].join();

const ask = playground.gate(async () => {
  if (stage.dataset.codes !== 'without' || !ready()) return;
  const wanted = key();
  if (wanted !== shown) {
    const got = playground.check(await server.pair(state.sweep, state.c1, state.c2, state.c3, state.seed));
    if (!got) return;
    shown = wanted; sweep = got;
    const [down, along] = got.kind.split('_');
    for (const variant of Object.keys(GRIDS)) {
      if (!got[variant]) continue;
      const name = (code, value) => (code === 'c1' ? String(value) : minus(value));
      grid(variant).show({ images: got[variant], rows: got.rows.map((v) => name(down, v)), columns: got.columns.map((v) => name(along, v)), row_title: t(`codes.short_${down}`), column_title: t(`codes.short_${along}`), selected: nearest() });
      grid(variant).dataset.key = wanted;
    }
  }
  for (const variant of Object.keys(GRIDS)) grid(variant).select(nearest());
});

function nearest() { // the cell closest to the knobs
  const closest = (values, v) => values.reduce((best, value, i) => (Math.abs(value - v) < Math.abs(values[best] - v) ? i : best), 0);
  const [down, along] = sweep.kind.split('_');
  return [closest(sweep.rows, state[down]), closest(sweep.columns, state[along])];
}

function show() {
  if (!networks) return;
  for (const variant of Object.keys(GRIDS)) stage.querySelector(`.pg-codes-said[data-variant="${variant}"]`).textContent = said(networks[variant]);
}

function connect() {
  if (!ready()) { requestAnimationFrame(connect); return; }
  for (const variant of Object.keys(GRIDS)) {
    grid(variant).addEventListener('pg-pick', ({ detail }) => {
      const [down, along] = sweep.kind.split('_');
      stage.dispatchEvent(new CustomEvent('codes-pick', { detail: { [down]: sweep.rows[detail.row], [along]: sweep.columns[detail.col] } }));
    });
  }
  ask();
}

stage.addEventListener('codes-knobs', ({ detail }) => { state = { ...state, ...detail }; ask(); });
stage.addEventListener('codes-section', () => ask());
whenSeen('without', async () => { networks = playground.check(await server.tables()); show(); });
playground.onLang(show);
connect();
