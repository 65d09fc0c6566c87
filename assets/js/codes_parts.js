// What the views of the codes stage share.
const stage = element.closest('#pg-codes') || document.querySelector('#pg-codes');
const t = playground.t;
const minus = (v, digits = 2) => v.toFixed(digits).replace('-', '−');
const signed = (v, digits = 1) => `${Number(v.toFixed(digits)) < 0 ? '−' : '+'}${Math.abs(v).toFixed(digits)}`;

// The codes that a sweep does not turn, and the cell of a sweep that is closest to the knobs.
const KEPT = { c1_c2: ['c3'], c1_c3: ['c2'], c2_c3: ['c1'], c1_z: ['c2', 'c3'] };
const keyOfSweep = (state) => [state.sweep, ...KEPT[state.sweep].map((code) => state[code]), state.seed].join();
const valueOf = (state, name) => (name === 'z' ? state.seed : state[name]);
function cellOf(sweep, state) {
  const closest = (values, v) => values.reduce((best, value, i) => (Math.abs(value - v) < Math.abs(values[best] - v) ? i : best), 0);
  const [down, along] = sweep.kind.split('_');
  return [closest(sweep.rows, valueOf(state, down)), closest(sweep.columns, valueOf(state, along))];
}
const picked = (sweep, { row, col }) => { // what a cell of a sweep sets
  const [down, along] = sweep.kind.split('_');
  return { [down]: sweep.rows[row], [along === 'z' ? 'seed' : along]: sweep.columns[col] };
};

// run() when the section is shown for the first time, now or later.
function whenSeen(section, run) {
  let done = false;
  const look = () => { if (!done && stage.dataset.codes === section) { done = true; run(); } };
  stage.addEventListener('codes-section', look);
  look();
}

function rgb(name) { // a colour token as three numbers, whatever its notation
  const g = document.createElement('canvas').getContext('2d');
  g.fillStyle = playground.color(name); g.fillRect(0, 0, 1, 1);
  return [...g.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function paintDigit(canvas, bytes) { // (28, 28) ink on paper, in the page's colours
  const g = canvas.getContext('2d'), image = g.createImageData(28, 28), paper = rgb('bg'), pen = rgb('ink');
  for (let k = 0; k < 784; k += 1) {
    for (let i = 0; i < 3; i += 1) image.data[4 * k + i] = paper[i] + (pen[i] - paper[i]) * bytes[k] / 255;
    image.data[4 * k + 3] = 255;
  }
  g.putImageData(image, 0, 0);
}

// What a network's facts say in one line. {facts, pixel} of a network, or null.
const said = (network) => (network ? t('codes.said', {
  accuracy: network.facts.code_accuracy.toFixed(1), bound: Math.max(0, network.facts.information[0].bound).toFixed(2),
  c2: network.pixel.c2.toFixed(3), c3: network.pixel.c3.toFixed(3),
}) : t('codes.not_measured'));
