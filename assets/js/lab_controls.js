// The lab's controls. Their state is the URL's; the view reads it there and is told by a `configure` event on its own element.
const PRESETS = @PRESETS@, HOME = @HOME@, CLAIMS = @CLAIMS@;
const { t } = playground;
const box = element.querySelector('.pg-lab-controls');
const find = (selector) => box.querySelector(selector);
const seed = find('#lab-seed');
const CHANGES = ['lr_g', 'lr_d', 'k'];
const PLAIN = { lr_g: '1', lr_d: '1', k: 'preset', ema: false };

const state = () => playground.link.get('lab');

function change(values) {
  playground.link.set('lab', { ...values, step: 0 });
  paint();
  const view = document.querySelector(`#${@VIEW@} .pg-lab`);
  if (view) view.dispatchEvent(new CustomEvent('configure'));
}

function paint() {
  const now = state();
  for (const kind of ['preset', 'dataset']) {
    for (const button of box.querySelectorAll(`[data-${kind}]`)) button.setAttribute('aria-pressed', String(button.dataset[kind] === now[kind]));
  }
  if (document.activeElement !== seed) seed.value = now.seed;
  for (const name of CHANGES) find(`[data-knob=${name}]`).value = now[name];
  find('[data-knob=ema]').checked = now.ema;
  if (Object.keys(PLAIN).some((name) => now[name] !== PLAIN[name])) find('details').open = true;
  say(now);
}

// What the preset shows, in words and numbers that the evidence carries; nothing is claimed for any other setting.
function say(now) {
  const claimed = PRESETS[now.preset].dataset === now.dataset && Object.keys(PLAIN).every((name) => now[name] === PLAIN[name]);
  const says = find('.pg-lab-says'), table = says.querySelector('table');
  says.querySelector('b').textContent = t(`lab.preset.${now.preset}`);
  says.querySelector('p').textContent = t(claimed ? `lab.says.${now.preset}` : 'lab.says.other');
  table.hidden = !claimed;
  const claim = CLAIMS[now.preset];
  const { steps, seed: chosen } = PRESETS[now.preset];
  const words = [t('lab.says.evidence', { seeds: claim.seeds, steps: steps.toLocaleString(playground.lang) }), ...(chosen ? [t('lab.says.chosen', { seed: chosen })] : [])];
  says.querySelector('small').textContent = claimed ? words.join(' ') : '';
  if (!claimed) return;
  const head = ['', t(['moons', 'spiral'].includes(now.dataset) ? 'lab.number.stretches' : 'lab.number.modes'), t('lab.number.hq')];
  const rows = Object.keys(claim.modes).map((loss, l) => {
    const [median, low, high] = claim.modes[loss];
    return row('td', [t(`lab.loss.${loss}`), `${median} / ${claim.total} (${low}–${high})`, `${Math.round(100 * claim.hq[loss][0])} %`], l);
  });
  table.tBodies[0].replaceChildren(row('th', head), ...rows);
}

function row(kind, cells, l = null) {
  const tr = document.createElement('tr');
  tr.append(...cells.map((text) => Object.assign(document.createElement(kind), { textContent: text })));
  if (l !== null) tr.style.setProperty('--pg-loss', `var(--pg-class-${l})`);
  return tr;
}

// From recording to recording; a seed of the visitor's own stays.
const seedFor = (preset) => (state().seed === PRESETS[state().preset].seed ? { seed: PRESETS[preset].seed } : {});

const draw = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1000;

box.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { preset, dataset, act } = button.dataset;
  if (preset) change({ ...PLAIN, ...seedFor(preset), preset, dataset: PRESETS[preset].dataset });
  if (dataset) change({ ...PLAIN, ...seedFor(HOME[dataset]), dataset, preset: HOME[dataset] });
  if (act === 'another') { let next; do next = draw(); while (next === state().seed); seed.value = next; change({ seed: next }); }
});
seed.addEventListener('change', () => {
  const { value, problem } = playground.read('seed', { kind: 'int', low: 0, high: 2147483647, default: 0 }, seed.value);
  if (problem) { playground.check({ error: { kind: 'integer_range', message: { [playground.lang]: t('error.integer_range', { field: t('field.seed'), low: 0, high: 2147483647, got: seed.value }) } } }); seed.value = state().seed; return; }
  if (value !== state().seed) change({ seed: value });
});
for (const name of CHANGES) find(`[data-knob=${name}]`).addEventListener('change', (event) => change({ [name]: event.target.value }));
find('[data-knob=ema]').addEventListener('change', (event) => change({ ema: event.target.checked }));

playground.translate(box);
playground.onLang(paint);
paint();
