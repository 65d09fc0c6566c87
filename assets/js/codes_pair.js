// The knobs' sweep in both networks, side by side.
const GRIDS = @GRIDS@;
let state = playground.link.get('codes'), shown = '', networks = null, sweep = null;
const grid = (variant) => document.querySelector(`#${GRIDS[variant]} .pg-image-grid`);
const ready = () => Object.keys(GRIDS).every((variant) => grid(variant)?.show);
const key = () => keyOfSweep(state);

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
      const name = (code, value) => ('c1 z'.includes(code) ? String(value) : minus(value));
      grid(variant).show({ images: got[variant], rows: got.rows.map((v) => name(down, v)), columns: got.columns.map((v) => name(along, v)), row_title: t(`codes.short_${down}`), column_title: t(`codes.short_${along}`), selected: cellOf(sweep, state) });
      grid(variant).dataset.key = wanted;
    }
  }
  for (const variant of Object.keys(GRIDS)) grid(variant).select(cellOf(sweep, state));
});

function show() {
  if (!networks) return;
  for (const variant of Object.keys(GRIDS)) stage.querySelector(`.pg-codes-said[data-variant="${variant}"]`).textContent = said(networks[variant]);
}

function connect() {
  if (!ready()) { requestAnimationFrame(connect); return; }
  for (const variant of Object.keys(GRIDS)) {
    grid(variant).addEventListener('pg-pick', ({ detail }) => stage.dispatchEvent(new CustomEvent('codes-pick', { detail: picked(sweep, detail) })));
  }
  ask();
}

stage.addEventListener('codes-knobs', ({ detail }) => { state = { ...state, ...detail }; ask(); });
stage.addEventListener('codes-section', () => ask());
whenSeen('without', async () => { networks = playground.check(await server.tables()); show(); });
playground.onLang(show);
connect();
