// The controls of the sight stage. Their state is the URL's; the view is told by a `configure` event on its own element and tells
// them by `changed`.
const STAGE = @STAGE@, VIEW = @VIEW@, NAMES = @NAMES@;
const { t } = playground;
const box = element.querySelector('.pg-sight-controls');
const all = (selector) => [...box.querySelectorAll(selector)];
const state = () => playground.link.get(STAGE);
const LIMITS = { height: [3, 10], width: [3, 12] };

function change(values) {
  playground.link.set(STAGE, values);
  paint();
  document.querySelector(`#${VIEW} .pg-sight`)?.dispatchEvent(new CustomEvent('configure'));
}

function paint() {
  for (const option of all('select[data-model] option')) if (NAMES[option.value]) { const key = `pixels.${option.value}`; option.textContent = t(key) === key ? NAMES[option.value] : t(key); }
  const now = state(), film = now.view !== 'sees';
  const shown = { sees: !film, film, diagonal: now.view === 'diagonal', strength: !film && now.show === 'strength' };
  for (const group of all('.pg-sight-group')) group.hidden = !shown[group.dataset.for];
  for (const select of all('select[data-model]')) select.value = now[select.dataset.model];
  for (const input of all('input[data-pixel]')) if (document.activeElement !== input) input.value = now[input.dataset.pixel];
  for (const button of all('[data-set]')) button.setAttribute('aria-pressed', String(now[button.dataset.set] === button.dataset.value));
  if (!film) return;
  for (const input of all('input[data-grid]')) {
    const name = input.dataset.grid, value = now[`${now.view}_${name}`];
    [input.min, input.max] = LIMITS[name]; input.value = value;
    box.querySelector(`[data-says="${name}"]`).textContent = value;
  }
  box.querySelector('[data-says="space"]').textContent = t(`sight.space_${now.space}_hint`);
  box.querySelector('[data-says="shift"]').textContent = t(`sight.shift_${now.shift}_hint`);
}

for (const select of all('select[data-model]')) select.addEventListener('change', () => change({ [select.dataset.model]: select.value }));
for (const button of all('[data-set]')) button.addEventListener('click', () => change({ [button.dataset.set]: button.dataset.value }));
for (const input of all('input[data-grid]')) input.addEventListener('input', () => { const view = state().view; change({ [`${view}_${input.dataset.grid}`]: Number(input.value), [`${view}_cell`]: -1 }); });
for (const input of all('input[data-pixel]')) input.addEventListener('change', () => {
  const name = input.dataset.pixel, { value, problem } = playground.read(name, { kind: 'int', low: 1, high: 28, default: 15 }, input.value);
  if (problem) { playground.check({ error: { kind: 'integer_range', message: { [playground.lang]: t('error.integer_range', { field: t(`field.${name}`), low: 1, high: 28, got: input.value }) } } }); input.value = state()[name]; return; }
  change({ [name]: value });
});
box.addEventListener('changed', paint);
playground.translate(box);
playground.onLang(paint);
paint();
