// The knobs of the reparameterization stage. Their state is the URL's; the view reads it there and is told by a `configure` event.
const STAGE = 'reparam', VIEW = '#pg-reparam .pg-reparam';
const box = element.querySelector('.pg-reparam-knobs');
const { t } = playground;
const knob = (name) => box.querySelector(`[data-knob="${name}"]`);
const state = () => playground.link.get(STAGE);
const READ = { mu: Number, sigma: Number, draws: (v) => Math.round(10 ** Number(v)), rate: (v) => Number((10 ** Number(v)).toPrecision(2)) };
const SHOW = { mu: (v) => v, sigma: (v) => v, draws: (v) => Math.log10(v), rate: (v) => Math.log10(v) };
const WORDS = { mu: (v) => v.toFixed(2).replace('-', '−'), sigma: (v) => v.toFixed(2), draws: String, rate: (v) => `× ${v}` };

function change(values) {
  playground.link.set(STAGE, values);
  paint();
  document.querySelector(VIEW)?.dispatchEvent(new CustomEvent('configure'));
}
function paint() {
  const now = state();
  for (const button of box.querySelectorAll('[data-objective]')) button.setAttribute('aria-pressed', String(button.dataset.objective === now.objective));
  for (const name of Object.keys(READ)) {
    const words = WORDS[name](now[name]);
    if (document.activeElement !== knob(name)) knob(name).value = SHOW[name](now[name]);
    knob(name).setAttribute('aria-valuetext', words);
    box.querySelector(`[data-out="${name}"]`).textContent = words;
  }
  knob('baseline').checked = now.baseline;
  if (document.activeElement !== knob('seed')) knob('seed').value = now.seed;
}
for (const name of Object.keys(READ)) knob(name).addEventListener('input', () => change({ [name]: READ[name](knob(name).value) }));
knob('baseline').addEventListener('change', () => change({ baseline: knob('baseline').checked }));
knob('seed').addEventListener('change', () => {
  const { value, problem } = playground.read('seed', { kind: 'int', low: 0, high: 2147483647, default: 0 }, knob('seed').value);
  if (problem) { playground.toast(t('error.integer_range', { field: t('field.seed'), low: 0, high: 2147483647, got: knob('seed').value || '…' }), 'warn'); knob('seed').value = state().seed; return; }
  change({ seed: value });
});
box.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (button?.dataset.objective) change({ objective: button.dataset.objective });
  if (button?.dataset.act === 'again') { const seed = Math.floor(Math.random() * 1e6); knob('seed').value = seed; change({ seed }); }
});
playground.translate(box);
playground.onLang(paint);
paint();
