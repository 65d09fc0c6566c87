// ---- the caption, its words and its menus ---------------------------------------------------------------------------------------------
let caption = null;    // the caption as the server read it: {text, lang, words, said, open, twice, half, hidden}
let ours = {};         // by field: what a menu or the page wrote, so that another language writes it anew
const box = (field) => find(`[data-input="${field}"]`);
const spans = (text) => [...text.matchAll(/[\p{L}\p{N}_]+/gu)];

function put(field, text) { box(field).value = text; fit(box(field)); }
function fit(area) { area.style.height = 'auto'; area.style.height = `${Math.min(area.scrollHeight + 2, 160)}px`; }

const askRead = playground.gate(async (text) => {
  const got = taken(await server.read(text), 'caption');
  if (!got || text !== box('caption').value) return;
  complain('caption', null);
  caption = got;
  playground.link.set(STAGE, { caption: text });
  state.caption = text;
  showCaption();
  ask();
});
const askSecond = playground.gate(async (text) => {
  const got = taken(await server.read(text), 'second');
  if (!got || text !== box('second').value) return;
  complain('second', null);
  playground.link.set(STAGE, { second: text });
  state.second = text;
  ask();
});
const ASKERS = { caption: askRead, second: askSecond };

function say(field, text) { delete ours[field]; put(field, text); if (field === 'caption') set({ word: -1, swap_to: '' }, false); ASKERS[field](text); }
async function compose(field, said) { // from menus, or what the page begins with
  const lang = playground.lang, got = playground.check(await server.write(said, lang));
  if (!got) return;
  ours[field] = { said, lang };
  put(field, got.text);
  if (field === 'caption') set({ word: -1, swap_to: '' }, false);
  await ASKERS[field](got.text);
}
function begin() {
  for (const [field, said] of [['caption', FIRST], ['second', SECOND]]) {
    if (state[field]) { put(field, state[field]); ASKERS[field](state[field]); } else compose(field, said);
  }
}
function rewrite() { // in the language that the page has now
  for (const [field, { said, lang }] of Object.entries(ours)) if (lang !== playground.lang) compose(field, said);
}

// ---- showing ------------------------------------------------------------------------------------------------------------------------------
function showCaption() {
  if (!caption) return;
  const kinds = caption.words.map((word) => (!word.known ? 'unknown' : word.overruled ? 'overruled' : word.attribute ? 'says' : 'filler'));
  renew(find('.pg-t2i-words'), caption.words.map((word, k) => chip(word, k, kinds[k])));
  find('.pg-t2i-remarks').replaceChildren(...remarks().map((line) => make('li', line)));
  for (const select of root.querySelectorAll('[data-menu]')) {
    const value = caption.said[select.dataset.menu];
    select.value = value === undefined ? '' : String(value);
    select.dataset.open = String(value === undefined);
  }
  root.dataset.caption = caption.text;
}
function chip(word, k, kind) {
  const swappable = state.section === 'swap' && word.others.length > 0;
  const node = make(swappable ? 'button' : 'span', '', `pg-t2i-word pg-${kind}`);
  if (swappable) { node.type = 'button'; node.dataset.swap = k; node.setAttribute('aria-pressed', String(k === wordNow())); }
  node.append(make('b', word.word));
  const told = kind === 'unknown' ? t('text2image.unknown') : kind === 'overruled' ? t('text2image.overruled') : word.attribute ? nameOf(word.attribute) : '';
  node.append(make('small', told || ' '));
  if (kind !== 'unknown') return node;
  const group = make('span', '', 'pg-t2i-unknown');
  group.append(node, ...word.like.map((like) => { const button = make('button', like, 'pg-button'); button.type = 'button'; button.dataset.like = `${k} ${like}`; button.setAttribute('aria-label', t('text2image.instead', { word: word.word, like })); return button; }));
  return group;
}
function remarks() {
  const list = (names) => names.map(nameOf).join(', '), strange = caption.words.filter((word) => !word.known).map((word) => `“${word.word}”`);
  const out = [];
  if (strange.length) out.push(t('text2image.says_unknown', { words: strange.join(', ') }));
  if (caption.twice.length) out.push(t('text2image.says_twice', { attributes: list(caption.twice) }));
  if (caption.half) out.push(t('text2image.says_half'));
  if (caption.hidden) out.push(t('text2image.says_hidden'));
  const forced = state.section === 'pairs', filled = forced || state.open === 'fill';
  if (caption.open.length) out.push(t(filled ? 'text2image.says_filled' : 'text2image.says_left', { attributes: list(caption.open) }));
  return out;
}

// ---- choosing -----------------------------------------------------------------------------------------------------------------------------
function menuChosen(select) {
  const said = { ...(caption ? caption.said : FIRST) }, name = select.dataset.menu;
  if (select.value === '') delete said[name]; else said[name] = VALUES[name].find((value) => String(value) === select.value);
  compose('caption', said);
}
function takeLike(k, like) {
  const text = box('caption').value, at = spans(text)[k];
  if (at) say('caption', text.slice(0, at.index) + like + text.slice(at.index + at[0].length));
}
root.addEventListener('input', (event) => { const { input } = event.target.dataset; if (input) { fit(event.target); delete ours[input]; if (input === 'caption') set({ word: -1, swap_to: '' }, false); ASKERS[input](event.target.value); } });
root.addEventListener('change', (event) => { if (event.target.dataset.menu) menuChosen(event.target); });
root.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.dataset.input) event.preventDefault(); }); // a caption is one line
root.addEventListener('click', (event) => {
  const like = event.target.closest('[data-like]');
  if (like) { const [k, ...words] = like.dataset.like.split(' '); takeLike(Number(k), words.join(' ')); }
});
