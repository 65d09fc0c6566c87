// The text2image stage. Its state (captions, seed, the word to swap) lives here and in the URL. Several files, one script: this one,
// text2image_words (the caption and its menus), one per section, and text2image_view, which joins them.
const { t, color, font, px, clamp } = playground;
const STAGE = 'text2image', SIDE = 32, SIZE = SIDE * SIDE, LARGEST_SEED = 2147483647, SHOWN = 8;
const VALUES = @VALUES@, FIRST = @FIRST@, SECOND = @SECOND@, EXAMPLES = @EXAMPLES@, SECTIONS = @SECTIONS@;
const ATTRIBUTES = Object.keys(VALUES);
const root = element.querySelector('.pg-t2i'), tab = element.closest('.tabitem') || element.closest('#pg-text2image').parentElement;
const find = (selector) => root.querySelector(selector), part = (section, selector) => root.querySelector(`[data-section="${section}"] ${selector}`);
const state = playground.link.get(STAGE);
let knobs = null;      // the column of controls, once it is there

// ---- words -------------------------------------------------------------------------------------------------------------------------
const nameOf = (attribute) => t(`text2image.attribute.${attribute}`);
const valueOf = (value) => (typeof value === 'number' ? String(value) : t(`text2image.value.${value}`));
const valueAt = (k, index) => valueOf(VALUES[ATTRIBUTES[k]][index]);
const shown = (k, index) => (ATTRIBUTES[k] === 'ground' ? t('text2image.ground_is', { value: valueAt(k, index) }) : valueAt(k, index));
const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;
const make = (tag, text = '', name = '') => Object.assign(document.createElement(tag), { textContent: text, className: name });

function renew(place, nodes) { // new children; what had the focus keeps it
  const held = place.contains(document.activeElement) ? Object.entries(document.activeElement.dataset) : [];
  place.replaceChildren(...nodes);
  for (const [name, value] of held) place.querySelector(`[data-${name}="${CSS.escape(value)}"]`)?.focus({ preventScroll: true });
}

// ---- asking ------------------------------------------------------------------------------------------------------------------------
const notice = find('.pg-t2i-notice');
let missing = null;    // the newest message of missing weights
function taken(result, field) { // the answer, or null after its error was shown: of a caption below it, of weights above, the rest as a toast
  const error = result && result.error;
  if (error && error.kind === 'weights') { missing = error.message; tell(); return null; }
  if (error && field && /^caption|^too_/.test(error.kind)) { complain(field, error.message); return null; }
  return playground.check(result);
}
function tell() { notice.hidden = !missing; notice.textContent = missing ? missing[playground.lang] : ''; }
const complaints = {};
function complain(field, message) {
  complaints[field] = message;
  const place = find(`[data-error="${field}"]`);
  place.hidden = !message; place.textContent = message ? message[playground.lang] : '';
  root.querySelector(`[data-input="${field}"]`).setAttribute('aria-invalid', String(Boolean(message)));
}

// ---- pictures ----------------------------------------------------------------------------------------------------------------------
function picture(canvas, bytes, k) { // number k of (n, 32, 32, 3)
  const g = canvas.getContext('2d'), image = g.createImageData(SIDE, SIDE), from = k * SIZE * 3;
  for (let i = 0; i < SIZE; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = bytes[from + 3 * i + c];
    image.data[4 * i + 3] = 255;
  }
  g.putImageData(image, 0, 0);
}
function heat(canvas, bytes, k, most) { // number k of (n, 32, 32): the page's ramp, brightest at `most`
  const g = canvas.getContext('2d'), image = g.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIZE; i += 1) { const [r, b, c] = playground.ramp(bytes[k * SIZE + i] / most); image.data.set([r, b, c, 255], 4 * i); }
  g.putImageData(image, 0, 0);
}
