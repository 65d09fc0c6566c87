// ---- which view --------------------------------------------------------------------------------------------------------------------
const tabs = [...root.querySelectorAll('.pg-sight-tabs [data-view]')];
function open(name) {
  if (name === state().view) return;
  stop(() => {})();
  set({ view: name, step: -1 });
  opened = false; film = null; hover = null;
  show();
  askAll(0);
}
for (const tab of tabs) tab.addEventListener('click', () => open(tab.dataset.view));
const turn = (d) => () => { const k = tabs.findIndex((tab) => tab.dataset.view === state().view), next = tabs[(k + d + tabs.length) % tabs.length]; open(next.dataset.view); next.focus(); };
playground.keys(find('.pg-sight-tabs'), { left: turn(-1), right: turn(1) });

function show() {
  const now = state(), sees = now.view === 'sees';
  for (const tab of tabs) { const on = tab.dataset.view === now.view; tab.setAttribute('aria-selected', String(on)); tab.setAttribute('aria-pressed', String(on)); tab.tabIndex = on ? 0 : -1; }
  find('.pg-sight-maps').hidden = !sees;
  panel.hidden = sees;
  panel.setAttribute('aria-labelledby', `pg-sight-tab-${now.view}`);
  root.dataset.view = now.view;
  if (sees) { showMaps(); return; }
  if (film && filmKey() === [film.kind, film.H, film.W, film.space, ...(film.kind === 'row' ? [] : [film.shift])].join()) showFilm(); else fetchFilm();
}
root.addEventListener('configure', () => { hover = null; show(); if (state().view === 'sees') askAll(0); });
playground.translate(root);
playground.onLang(show);
show();
askAll(0);
