// The knobs of the basics stage: they hold no state of their own, they show the URL's and write to it.
const stage = element.closest('#pg-basics'), box = element.querySelector('.pg-basics-knobs');
const { t } = playground;
const fields = JSON.parse(document.getElementById('pg-config').textContent).links.basics;
const state = () => playground.link.get('basics');
const tell = (act) => stage.dispatchEvent(new CustomEvent('knobs', { detail: { act } }));
function put(values) { playground.link.set('basics', values); tell(); }

const FREE = ['w1', 'w2', 'w3', 'w4', 'w5'], THREE = ['pz', 'x0', 'x1', 'y0', 'y1', 'broken'];
// Which knobs mean something for the values of the others.
const SHOWN = {
  levels: (s) => s.kind === 'levels',
  past: (s) => s.fit.startsWith('ar_'),
  outcomes: (s) => s.part === 'categorical',
  mend: (s) => s.part === 'three',
  seed: (s) => s.section === 'samples' || s.part === 'categorical',
  another: (s) => s.section === 'samples' || s.part === 'categorical',
  ...Object.fromEntries(FREE.map((name, i) => [name, (s) => s.part === 'categorical' && i < s.outcomes - 1])),
  ...Object.fromEntries(THREE.map((name) => [name, (s) => s.part === 'three'])),
};
// What changes with a knob: everything here stays a distribution.
const AFTER = {
  outcomes: ({ outcomes }) => Object.fromEntries(FREE.map((name) => [name, Math.round(100 / outcomes) / 100])),
  joint: () => ({ edits: '' }),
  shape: () => ({ edits: '' }),
  ...Object.fromEntries(FREE.map((name) => [name, (values) => room(name, values[name])])),
};

function room(name, value) { // the other free probabilities make room, so that all of them together stay below 1
  const s = state(), others = FREE.slice(0, s.outcomes - 1).filter((other) => other !== name);
  const sum = others.reduce((total, other) => total + s[other], 0);
  return sum + value > 1 ? Object.fromEntries(others.map((other) => [other, Math.floor(1e4 * s[other] * (1 - value) / sum) / 1e4])) : {};
}
const change = (name, value) => put({ [name]: value, ...(AFTER[name] ? AFTER[name]({ [name]: value }) : {}) });

function paint() {
  const s = state();
  for (const row of box.children) row.hidden = Boolean(SHOWN[row.dataset.knob] && !SHOWN[row.dataset.knob](s));
  for (const input of box.querySelectorAll('input')) {
    if (document.activeElement !== input || input.type === 'range') input.value = s[input.dataset.field];
  }
  for (const button of box.querySelectorAll('[data-of]')) button.setAttribute('aria-pressed', String(s[button.dataset.of] === button.dataset.choice));
}

function refuse(problem) {
  const { kind, field, limits } = problem, label = t(`field.${field}`) === `field.${field}` ? field : t(`field.${field}`);
  playground.toast(t(`error.${kind}`, { ...limits, field: label, got: JSON.stringify(problem.got) }), 'warn');
}

box.addEventListener('input', ({ target }) => {
  const name = target.dataset.field, { value, problem } = playground.read(name, fields[name], target.value);
  if (!problem) change(name, value); // a number that is being typed waits
});
box.addEventListener('change', ({ target }) => {
  const name = target.dataset.field, { problem } = playground.read(name, fields[name], target.value);
  if (problem) { refuse(problem); target.value = state()[name]; }
});
box.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { choice, of, act } = button.dataset;
  if (of) change(of, choice);
  if (act === 'another') put({ seed: crypto.getRandomValues(new Uint32Array(1))[0] % 1000000 });
  if (act === 'mend') put({ broken: 0 });
  if (act === 'reset') put({ edits: '' });
  if (act === 'play') tell('play');
});
stage.addEventListener('knobs', paint);
playground.translate(box);
paint();
tell(); // the views may have drawn before the knobs were there
