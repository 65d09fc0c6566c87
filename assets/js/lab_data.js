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

// ---- panels: some of the four losses, and one with settings of its own --------------------------------------------------------------------

const LOSSES = ['minimax', 'nonsaturating', 'lsgan', 'wgan_gp'];
const KEYS = { m: 'minimax', n: 'nonsaturating', l: 'lsgan', w: 'wgan_gp', o: 'own' }; // the letters that a link has
const ALL_FOUR = 'mnlw';
const OWN_KNOBS = ['lr_g', 'lr_d', 'k_d', 'k_g', 'penalty', 'a', 'b', 'c'];
const keysOf = (letters) => [...letters].map((letter) => KEYS[letter]);

function ownOf(text) { // {loss, lr_g, ...} or null where the text tells no panel; whether the values fit is for the server to say
  const panel = {};
  for (const item of text.split(';')) {
    const [knob, value, more] = item.split(':');
    if (more !== undefined || !value || !(knob === 'loss' ? LOSSES.includes(value) : OWN_KNOBS.includes(knob) && Number.isFinite(Number(value)))) return null;
    panel[knob] = knob === 'loss' ? value : Number(value);
  }
  return panel.loss ? panel : null;
}
const ownText = (panel) => Object.entries(panel).map(([knob, value]) => `${knob}:${value}`).join(';');

function panelsOf(state) { // as the server takes them: null for the four losses as the preset has them
  if (state.panels === ALL_FOUR) return null;
  return keysOf(state.panels).map((key) => (key === 'own' ? ownOf(state.own) : { loss: key }));
}

// ---- networks: 0 and 'preset' are as the preset has them -----------------------------------------------------------------------------------

const NETWORK = ['layers', 'width', 'z_dim', 'batch'];
const LOWEST = { layers: 1, width: 8, z_dim: 1, batch: 16 };
function networkOf(state) {
  const told = state.activation === 'preset' ? {} : { activation: state.activation };
  for (const name of NETWORK) if (state[name] > 0) told[name] = Math.max(LOWEST[name], state[name]);
  return told;
}

// ---- changes on the way, step:knob:value:panel;... -------------------------------------------------------------------------------------------

const changesText = (list) => list.map((c) => [c.step, c.knob, c.value, c.panel ?? ''].join(':')).join(';');
function changesOf(text) { // null where the text is no list of changes; whether they fit is for the server to say
  if (!text) return [];
  const list = text.split(';').map((item) => {
    const [step, knob, value, panel, more] = item.split(':');
    if (!/^\d+$/.test(step) || value === undefined || more !== undefined || !/^[0-3]?$/.test(panel ?? '')) return null;
    return { step: Number(step), knob, value: knob === 'loss' ? value : knob === 'ema' ? value === 'true' : Number(value), panel: panel ? Number(panel) : null };
  });
  return list.some((c) => c === null || Number.isNaN(c.value)) ? null : list.sort((c, d) => c.step - d.step);
}
