// What the lab trains on, from the link's values: the id of a recorded data set, or {name, ...} as the server takes it, or null where
// nothing was drawn yet. Drawn points are too many for a link; they stay with this window.
const OWN_DATA = ['pair', 'mixture', 'points']; // without a recorded run
const DATA_KNOBS = { ring8: ['modes', 'std'], grid25: ['rows', 'columns', 'std'], moons: ['std'], spiral: ['std'], pair: ['weight', 'std'], mixture: ['std'], points: ['std'] };
const DATA_NAMES = { ring8: 'ring', grid25: 'grid' };
const DATA_PLAIN = { modes: 8, rows: 5, columns: 5, weight: 0.2, std: 0 }; // std 0: as usual
const DATA_LIMIT = 3, DATA_MOST = { mixture: 64, points: 10000 };
const DATA_KEY = 'pg-lab-points';

const rounded = (v) => Math.round(v * 1000) / 1000;
const inSquare = (p) => Array.isArray(p) && p.length === 2 && p.every((v) => Number.isFinite(v) && Math.abs(v) <= DATA_LIMIT);

function keptPoints() {
  if (playground.labPoints) return playground.labPoints;
  try { const kept = JSON.parse(sessionStorage.getItem(DATA_KEY) || '[]'); playground.labPoints = Array.isArray(kept) && kept.every(inSquare) ? kept : []; } catch { playground.labPoints = []; }
  return playground.labPoints;
}

function keepPoints(points) {
  playground.labPoints = points;
  try { sessionStorage.setItem(DATA_KEY, JSON.stringify(points)); } catch { /* a reload forgets them */ }
}

const centresText = (points) => points.map((p) => p.map((v) => Math.round(v * 100) / 100).join(',')).join(';');
function centresOf(text) { // null where the text is no list of centres
  if (!text) return [];
  const points = text.split(';').map((pair) => (/^[-+.\d]+,[-+.\d]+$/.test(pair) ? pair.split(',').map(Number) : null));
  return points.length <= DATA_MOST.mixture && points.every(inSquare) ? points : null;
}

const drawnPoints = (state) => (state.dataset === 'mixture' ? centresOf(state.centres) || [] : keptPoints());

function dataOf(state) {
  const id = state.dataset, own = OWN_DATA.includes(id), knobs = DATA_KNOBS[id];
  if (!own && knobs.every((name) => state[name] === DATA_PLAIN[name])) return id;
  const data = { name: DATA_NAMES[id] || id };
  for (const name of knobs) if (name !== 'std' || state.std > 0) data[name] = name === 'std' ? Math.max(0.01, state.std) : state[name];
  if (id !== 'mixture' && id !== 'points') return data;
  const points = drawnPoints(state);
  return points.length ? { ...data, points } : null;
}
