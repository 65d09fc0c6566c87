// Numbers in words: four large ones under each panel, all of them in a table that unfolds, each beside what real points score.
const ALL = ['modes', 'hq', 'near', 'js', 'kl', 'swd', 'gradient', 'loss_d', 'loss_g', 'work', 'seconds'], LARGE = ['modes', 'hq', 'js', 'gradient'];
const FLOORS = { hq: 'floor_hq', near: 'floor_near', js: 'floor_js', kl: 'floor_kl', swd: 'floor_swd' }; // of as many real points

const floorOf = (name) => (film && film.scene && FLOORS[name] ? film.scene[FLOORS[name]] ?? NaN : NaN);

const SMALL = 0.01;
function scientific(v) {
  if (!(v > 0) || v >= SMALL) return Number.isFinite(v) ? v.toPrecision(2) : 'NaN';
  const e = Math.floor(Math.log10(v));
  return e < -30 ? '0' : `${(v / 10 ** e).toFixed(0)}·${power(e)}`;
}
const signed = (v) => (Math.abs(v) >= 1e4 ? v.toExponential(1) : Math.abs(v) < 100 ? v.toFixed(3) : v.toFixed(1)).replace('-', '−');
const WRITE = {
  modes: (v) => String(Math.round(v)), hq: (v) => `${(100 * v).toFixed(1)} %`, near: (v) => `${(100 * v).toFixed(1)} %`,
  js: (v) => v.toFixed(4), kl: (v) => v.toFixed(4), swd: (v) => v.toFixed(3), gradient: scientific, loss_d: signed, loss_g: signed,
  work: (v) => Math.round(v).toLocaleString(playground.lang), seconds: (v) => `${v.toFixed(2)} s`,
};

const format = {
  modes: (f, l) => [String(number(f, l, 'modes')), t('lab.of', { total: f.modes })],
  hq: (f, l) => [percent(number(f, l, 'hq')), t('lab.best', { value: percent(floorOf('hq')) })],
  js: (f, l) => [number(f, l, 'js').toFixed(3), t('lab.floor', { value: floorOf('js').toFixed(4) })],
  gradient: (f, l) => [scientific(number(f, l, 'gradient')), '|∂L/∂x|'],
};

const sentence = (frame, l) => t('lab.panel', { loss: nameOf(l, frame.step), modes: number(frame, l, 'modes'), total: frame.modes, hq: Math.round(100 * number(frame, l, 'hq')) });

function writeNumbers() {
  const pair = between();
  if (!pair || !film.scene) return;
  const frame = pair.share > 0.5 ? pair.b : pair.a;
  if (frame === shownFrame) return;
  shownFrame = frame;
  for (const panel of panels) {
    panel.root.hidden = panel.l >= frame.L;
    if (!panel.root.hidden) writePanel(panel, frame);
  }
  for (const panel of originals) panel.root.hidden = panel.l >= frame.L;
  box.dataset.modes = panels.slice(0, frame.L).map((panel) => number(frame, panel.l, 'modes')).join(',');
  box.dataset.panels = String(frame.L);
  writeTable(frame);
}

function writePanel({ root, l }, frame) {
  const diverged = number(frame, l, 'diverged'), note = root.querySelector('.pg-lab-note'), reason = why({ l }, { a: frame });
  put(note, reason); note.hidden = !reason;
  root.classList.toggle('pg-lab-diverged', !!diverged);
  root.classList.toggle('pg-lab-full', !diverged && number(frame, l, 'modes') === frame.modes);
  for (const name of LARGE) {
    const [value, beside] = diverged ? ['NaN', ''] : format[name](frame, l);
    root.querySelector(`[data-number="${name}"] dd`).replaceChildren(value, Object.assign(document.createElement('small'), { textContent: beside }));
  }
  put(root.querySelector('figcaption span'), nameOf(l, frame.step));
  put(root.querySelector('figcaption small'), plan.keys[l] === 'own' ? ownSettings(l, frame.step) : '');
  root.querySelector('canvas').setAttribute('aria-label', diverged ? t('lab.diverged') : sentence(frame, l));
}

function ownSettings(l, step) { // what one's own panel has of its own, as short as in a formula
  const SIGNS = { lr_g: 'lr G', lr_d: 'lr D', k_d: 'k D', k_g: 'k G', penalty: 'λ', a: 'a', b: 'b', c: 'c' };
  const applies = (knob) => ({ penalty: 'wgan_gp', a: 'lsgan', b: 'lsgan', c: 'lsgan' }[knob] ?? lossAt(l, step)) === lossAt(l, step);
  return OWN_KNOBS.filter((knob) => plan.panels[l][knob] !== undefined && applies(knob)).map((knob) => `${SIGNS[knob]} ${String(trainedWith(l, knob, step)).replace('-', '−')}`).join(', ');
}

// ---- the table of all numbers ---------------------------------------------------------------------------------------------------------------------

const cellOf = (kind, text = '') => Object.assign(document.createElement(kind), { textContent: text });
let tableOf = '';
function buildTable(frame) { // rows stay while a film runs, so that a row's button keeps the keyboard's focus
  const names = Array.from({ length: frame.L }, (_, l) => nameOf(l, frame.step));
  const key = [playground.lang, ...names, ...plan.looks].join();
  if (key === tableOf) return;
  tableOf = key;
  const head = names.map((name, l) => { const th = cellOf('th', name); th.style.setProperty('--pg-loss', `var(--pg-class-${lookOf(l)})`); th.className = 'pg-lab-named'; return th; });
  find('.pg-lab-all thead tr').replaceChildren(cellOf('th'), ...head, cellOf('th', t('lab.all_real')));
  find('.pg-lab-all tbody').replaceChildren(...ALL.map((name) => {
    const row = document.createElement('tr'), th = cellOf('th'), button = cellOf('button', t(`lab.number.${name}`));
    Object.assign(button, { type: 'button', title: t(`lab.number.${name}_hint`) });
    button.dataset.series = name;
    row.dataset.row = name;
    th.append(button);
    row.append(th, ...names.map(() => cellOf('td')), cellOf('td'));
    return row;
  }));
  paintChoices();
}

function writeTable(frame) {
  if (!overlay.numbers) return;
  buildTable(frame);
  for (const row of box.querySelectorAll('.pg-lab-all [data-row]')) {
    const name = row.dataset.row, cells = row.querySelectorAll('td'), floor = floorOf(name);
    for (let l = 0; l < frame.L; l++) put(cells[l], cell(frame, l, name));
    put(cells[frame.L], name === 'modes' ? String(frame.modes) : Number.isFinite(floor) ? WRITE[name](floor) : '—');
  }
  const said = [...new Set(Array.from({ length: frame.L }, (_, l) => meaning(l, frame.step)))];
  find('.pg-lab-means').replaceChildren(...said.map((text) => cellOf('li', text)), cellOf('li', t('lab.means.cost')), ...(frame.seconds ? [] : [cellOf('li', t('lab.none.seconds'))]));
}

function cell(frame, l, name) {
  const value = number(frame, l, name);
  if (Number.isNaN(value) && !number(frame, l, 'diverged')) return '—';
  if (!Number.isFinite(value)) return 'NaN';
  return name === 'work' && value ? `${WRITE.work(value)} (${passes(l, frame.step)})` : WRITE[name](value);
}

function passes(l, step) { // of a batch in one iteration, forward and backward: a penalty costs a second one
  const [k_d, k_g] = ['k_d', 'k_g'].map((knob) => trainedWith(l, knob, step));
  return `${k_d}${lossAt(l, step) === 'wgan_gp' ? '·2' : ''} + ${k_g}`;
}

function meaning(l, step) { // what the losses say, where D cannot tell
  const loss = lossAt(l, step), [a, b, c] = ['a', 'b', 'c'].map((knob) => trainedWith(l, knob, step)), middle = (a + b) / 2;
  const value = (v) => String(Number(v.toPrecision(3)));
  return t(`lab.means.${loss}`, { loss: nameOf(l, step), d: value((b - a) ** 2 / 4), g: value((middle - c) ** 2 / 2) });
}

function csv() { // the curves of all panels
  if (!film || !film.frames.length) return '';
  const names = [...NUMBERS, ...MORE, 'seconds'], told = (value) => (Number.isNaN(value) ? '' : value);
  const rows = film.frames.flatMap((frame) => Array.from({ length: frame.L }, (_, l) => [frame.step, l + 1, lossAt(l, frame.step), ...names.map((name) => told(number(frame, l, name)))].join(',')));
  return `${['step', 'panel', 'loss', ...names].join(',')}\n${rows.join('\n')}\n`;
}
