// The column that says what to translate: a sample's digit, a drawing, a picture of one's own, the scene's seed, and the stage's
// own choices. Its state stands in the URL; the stage element carries it as `given` and hears 'pg-given'. See
// playground/ui/components/translator_view.py.
const STAGE = @STAGE@, PAD = @PAD@, CHOICES = @CHOICES@, LARGEST_SEED = 2147483647, MOST_BYTES = 8 * 2 ** 20;
const { t } = playground;
const root = element.querySelector('.pg-given'), stage = element.closest(`#pg-${STAGE}`) || document.querySelector(`#pg-${STAGE}`);
const find = (selector) => root.querySelector(selector);
const state = playground.link.get(STAGE);
const file = find('input[type="file"]'), seed = find('input[type="number"]');
let strokes = null;      // of the pad, or null
let photo = null;        // {x: packed, size, format}: the newest upload, or null
let uploading = false;

const value = () => ({ sample: state.digit, drawing: strokes, photo: photo && photo.x })[state.source];
function tell() {
  const choices = Object.fromEntries(CHOICES.map((name) => [name, state[name]]));
  stage.given = { source: state.source, value: value(), seed: state.seed, ...choices };
  stage.dataset.source = state.source;
  stage.dispatchEvent(new CustomEvent('pg-given'));
}
function set(changes) {
  Object.assign(state, changes);
  playground.link.set(STAGE, changes);
  show(); tell();
}
function show() {
  for (const node of root.querySelectorAll('[data-for]')) node.hidden = !node.dataset.for.split(' ').includes(state.source);
  for (const button of root.querySelectorAll('[data-source]')) button.setAttribute('aria-pressed', String(button.dataset.source === state.source));
  for (const button of root.querySelectorAll('[data-digit]')) button.setAttribute('aria-pressed', String(Number(button.dataset.digit) === state.digit));
  for (const button of root.querySelectorAll('[data-choice]')) button.setAttribute('aria-pressed', String(state[button.dataset.choice] === button.dataset.value));
  if (document.activeElement !== seed) seed.value = state.seed;
  find('.pg-given-photo').hidden = !photo && !uploading;
  if (uploading) find('[data-says="photo"]').textContent = t('given.reading');
  else if (photo) find('[data-says="photo"]').textContent = t('given.photo_is', { width: photo.size[0], height: photo.size[1], format: photo.format });
  root.dataset.state = JSON.stringify(state);
}

// ---- a picture of one's own --------------------------------------------------------------------------------------------------
const bytesOf = (blob) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result); reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(blob);
});
async function take(blob) {
  if (!blob) return;
  if (blob.size > MOST_BYTES) { // the server would say the same, after all these bytes
    playground.toast(t('error.upload_bytes', { field: t('field.picture'), high: 8, got: `${(blob.size / 2 ** 20).toFixed(1)} MB` }), 'warn');
    return;
  }
  uploading = true; show();
  let got = null;
  try { got = playground.check(await server.picture(await bytesOf(blob))); } catch { playground.toast(t('page.offline'), 'bad'); }
  uploading = false;
  if (got) {
    photo = got;
    const canvas = find('.pg-given-photo canvas'), made = new ImageData(32, 32), bytes = playground.unpack(got.x);
    for (let k = 0; k < 1024; k += 1) made.data.set([bytes[3 * k], bytes[3 * k + 1], bytes[3 * k + 2], 255], 4 * k);
    canvas.getContext('2d').putImageData(made, 0, 0);
    root.dataset.photo = got.size.join('x');
  }
  if (got) set({ source: 'photo' }); else show(); // the picture that was there stays
}
file.addEventListener('change', () => { take(file.files[0]); file.value = ''; });
const drop = find('.pg-given-drop');
for (const name of ['dragenter', 'dragover']) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add('pg-over'); });
for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('pg-over'));
drop.addEventListener('drop', (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });

// ---- the pad ---------------------------------------------------------------------------------------------------------------
const pad = () => document.querySelector(`#${PAD} .pg-digit-pad`);
function follow(node) { // the example that is on the pad stands in the link
  const remember = (example) => { state.example = example; playground.link.set(STAGE, { example }); };
  node.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) remember(button.dataset.example === undefined ? -1 : Number(button.dataset.example));
  });
  node.addEventListener('pointerup', (event) => { if (event.target.tagName === 'CANVAS') remember(-1); });
}
let followed = false;
function padded() { // it opens on the example of the link, when it is first shown
  if (followed || state.source !== 'drawing') return;
  if (!pad()?.querySelector('[data-example]')) { requestAnimationFrame(padded); return; }
  followed = true;
  follow(pad());
  if (state.example >= 0 && !strokes) pad().querySelector(`[data-example="${state.example}"]`)?.click();
}
function load() {
  const drawn = props.value && props.value.drawn;
  const next = drawn?.strokes?.length ? { strokes: drawn.strokes } : null;
  if (!props.value || JSON.stringify(next) === JSON.stringify(strokes)) return;
  strokes = next;
  tell();
}

// ---- choosing ----------------------------------------------------------------------------------------------------------------
function next() { set({ seed: state.seed >= LARGEST_SEED ? 0 : state.seed + 1 }); }
root.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const { source, digit, choice, value: chosen, act } = button.dataset;
  if (source) { set({ source }); padded(); if (source === 'photo' && !photo) file.click(); }
  if (digit !== undefined) set({ digit: Number(digit) });
  if (choice) set({ [choice]: chosen });
  if (act === 'next') next();
});
seed.addEventListener('change', () => {
  const raw = seed.value.trim(), number = Number(raw);
  if (raw !== '' && Number.isInteger(number) && number >= 0 && number <= LARGEST_SEED) { set({ seed: number }); return; }
  playground.toast(t('error.integer_range', { field: t('field.seed'), low: 0, high: LARGEST_SEED, got: raw || '∅' }), 'warn');
  seed.value = state.seed;
});
playground.keys(root, { n: next, ...Object.fromEntries([...Array(10).keys()].map((digit) => [String(digit), () => set({ source: 'sample', digit })])) });
stage.addEventListener('pg-choose', (event) => set(event.detail)); // a view chooses too: a digit of the matrix
playground.translate(root);
playground.onLang(show);
watch('value', load);
show(); tell(); padded(); load();
