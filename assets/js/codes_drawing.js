// The codes of a drawing: what Q reads, eight pictures with these codes, and the same after a search for the noise.
const PAD = @PAD@, MADE = @MADE@, SURE = 0.9, MIDDLE = 0.25;
const root = element.querySelector('.pg-codes-drawing');
const part = (name) => root.querySelector(`[data-part="${name}"]`);
let drawing = null, seed = playground.link.get('codes').seed;
let reading = null;      // the newest answer: {image, verdict, p, c1, c2, c3, seeds, made}
let found = null;        // {key, searched}: the newest search
let floor = null;        // what to expect of a drawing
let chosen = null;       // [list, k]: the attempt that is shown large
let asked = '';

const key = () => JSON.stringify([drawing, seed]);
const searching = () => playground.link.get('codes').search;
const percent = (p) => (100 * p).toFixed(0);
const judge = ({ digit, confidence }) => t('codes.judge_short', { digit, percent: percent(confidence) });

// ---- asking ----------------------------------------------------------------------------------------------------------------
const ask = playground.gate(async () => {
  if (!drawing) return;
  const wanted = key(), got = playground.check(await server.read_drawing(drawing, seed));
  if (!got || wanted !== key()) return;
  reading = { ...got, key: wanted };
  chosen = null;
  show();
  search();
});

function search() { // in the queue, since it takes longer
  if (!reading || !searching() || (found && found.key === reading.key) || asked === reading.key) return;
  asked = reading.key;
  props.value = { drawing, seed, key: asked };
  trigger('search');
}

function load() {
  const value = props.value;
  if (!value) return;
  if ('found' in value) {
    asked = '';
    if (value.found && value.key === key()) { found = { key: value.key, searched: value.found }; chosen = null; show(); }
  } else if ('drawn' in value) {
    const strokes = value.drawn?.strokes?.length ? { strokes: value.drawn.strokes } : null;
    if (JSON.stringify(strokes) === JSON.stringify(drawing)) return;
    drawing = strokes;
    if (!drawing) { reading = found = null; show(); } else ask();
  }
}

// ---- showing ---------------------------------------------------------------------------------------------------------------
const lists = () => ({ made: reading?.made, searched: found && reading && found.key === reading.key && searching() ? found.searched : null });
const best = () => chosen || (lists().searched ? ['searched', lists().searched.nearest] : ['made', reading.made.nearest]);

function show() {
  root.dataset.state = reading ? 'read' : 'empty';
  root.querySelector('[data-attempts="searched"]').hidden = !searching();
  if (!reading) { root.querySelector('.pg-codes-note').textContent = ''; root.dataset.key = ''; return; }
  paintDigit(part('drawn').querySelector('canvas'), playground.unpack(reading.image));
  part('drawn').querySelector('p').textContent = judge(reading.verdict);
  showBars(); showTurns(); showAttempts(); showAgain(); showNote();
  root.dataset.key = reading.key; root.dataset.searched = String(Boolean(lists().searched));
}

function showBars() {
  const place = part('bars');
  while (place.children.length < 10) place.appendChild(document.createElement('div')).innerHTML = '<span></span><i><b></b></i><em></em>';
  reading.p.forEach((p, c1) => {
    const row = place.children[c1];
    row.classList.toggle('pg-likeliest', c1 === reading.c1);
    row.querySelector('span').textContent = t('codes.code_draws', { c1, digit: reading.digit_of_code[c1] });
    row.querySelector('b').style.width = `${100 * p}%`;
    row.querySelector('em').textContent = p < 0.005 ? '0 %' : `${percent(p)} %`;
  });
}

function showTurns() {
  const place = part('turns');
  for (const code of ['c2', 'c3']) {
    let row = place.querySelector(`[data-code="${code}"]`);
    if (!row) { row = place.appendChild(document.createElement('div')); row.dataset.code = code; row.innerHTML = '<span></span><i><b></b></i><em></em><small></small>'; }
    const value = reading[code], cut = playground.clamp(value, -1, 1);
    row.querySelector('span').textContent = t(`codes.short_${code}`);
    row.querySelector('b').style.left = `${50 * (cut + 1)}%`;
    row.querySelector('em').textContent = minus(value);
    row.querySelector('small').textContent = value !== cut ? t('codes.cut', { value: minus(cut, 0) }) : Math.abs(value) < MIDDLE ? t('codes.middle') : t(`codes.${code}_${value < 0 ? 'low' : 'high'}`);
  }
}

function showAttempts() {
  for (const [name, attempts] of Object.entries(lists())) {
    const place = root.querySelector(`[data-attempts="${name}"] > div`);
    while (place.children.length < MADE) place.appendChild(document.createElement('button')).innerHTML = '<canvas width="28" height="28" aria-hidden="true"></canvas><span></span><small></small>';
    [...place.children].forEach((button, k) => {
      button.type = 'button'; button.className = 'pg-button'; button.dataset.attempt = `${name} ${k}`; button.disabled = !attempts;
      button.style.visibility = attempts ? '' : 'hidden';
      if (!attempts) return;
      paintDigit(button.querySelector('canvas'), playground.unpack(attempts.images).subarray(784 * k, 784 * (k + 1)));
      button.querySelector('span').textContent = judge(attempts.verdicts[k]);
      button.querySelector('small').textContent = `${attempts.nearest === k ? '★ ' : ''}${t('codes.error', { error: attempts.errors[k].toFixed(2) })}`;
      const [list, at] = best();
      button.setAttribute('aria-pressed', String(list === name && at === k));
      button.setAttribute('aria-label', t('codes.attempt', { seed: reading.seeds[k], judge: judge(attempts.verdicts[k]), error: attempts.errors[k].toFixed(2) }));
    });
  }
}

function showAgain() {
  const [list, k] = best(), attempts = lists()[list];
  paintDigit(part('again').querySelector('canvas'), playground.unpack(attempts.images).subarray(784 * k, 784 * (k + 1)));
  part('again').querySelector('p').textContent = `${judge(attempts.verdicts[k])} · ${t('codes.error', { error: attempts.errors[k].toFixed(2) })}`;
}

function showNote() { // what is wrong with the drawing, if anything
  const { searched } = lists(), note = root.querySelector('.pg-codes-note'), q = reading.digit_of_code[reading.c1];
  const far = searched && floor && searched.errors[searched.nearest] > floor.high;
  const kind = reading.verdict.confidence < SURE ? 'unsure' : reading.verdict.digit !== q ? 'differ' : far ? 'far' : 'agree';
  note.dataset.kind = kind;
  note.textContent = t(`codes.note_${kind}`, { digit: reading.verdict.digit, percent: percent(reading.verdict.confidence), q, high: floor ? floor.high.toFixed(2) : '?' });
  part('typical').textContent = floor ? t('codes.typical', { read: floor.read.toFixed(1), n: floor.n.toLocaleString('en'), before: floor.before.toFixed(2), after: floor.after.toFixed(2), high: floor.high.toFixed(2), steps: floor.steps }) : '';
}

// ---- choosing --------------------------------------------------------------------------------------------------------------
root.addEventListener('click', (event) => {
  const button = event.target.closest('[data-attempt]');
  if (!button) return;
  const [list, k] = button.dataset.attempt.split(' ');
  chosen = [list, Number(k)];
  showAttempts(); showAgain();
});
stage.addEventListener('codes-knobs', ({ detail }) => { if (detail.seed !== seed) { seed = detail.seed; ask(); } });
stage.addEventListener('codes-search', () => { show(); search(); });

// ---- the pad ---------------------------------------------------------------------------------------------------------------
function follow(pad) { // the example that is on the pad stands in the link
  const remember = (example) => playground.link.set('codes', { example });
  pad.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) remember(button.dataset.example === undefined ? -1 : Number(button.dataset.example));
  });
  pad.addEventListener('pointerup', (event) => { if (event.target.tagName === 'CANVAS') remember(-1); });
}
function first() { // it opens on the example of the link
  const pad = document.querySelector(`#${PAD}`), { example } = playground.link.get('codes');
  if (!pad?.querySelector('[data-example]')) { requestAnimationFrame(first); return; }
  follow(pad);
  if (example >= 0 && !drawing) pad.querySelector(`[data-example="${example}"]`).click();
}

whenSeen('drawing', async () => {
  first();
  floor = playground.check(await server.typical());
  show();
});
playground.translate(root);
playground.onLang(show); playground.onTheme(show);
watch('value', load); load(); show();
