// The stargan stage. Its source comes from the column beside it (translator_source.js); section, target and k live here and in the
// URL. translator_parts.js draws, stargan_count.js counts networks.
const DOMAINS = @DOMAINS@, S = DOMAINS.length;
const names = { x: 'x', there: 'G(x, c)', back: 'G(G(x, c), c′)', cycle: '|x − G(G(x, c), c′)|', truth: () => t('cyclegan.truth'), missed: () => `|G(x, c) − ${t('cyclegan.truth_short')}|` };
const nameOf = (part) => (typeof names[part] === 'function' ? names[part]() : names[part]);
const targetAt = () => DOMAINS.indexOf(state.target);

// ---- the matrix ----------------------------------------------------------------------------------------------------------------
// Rows are the visitor's own source, where there is one, and the ten digits. A row of the page that is not needed hides.
let picked = null;       // a digit that is looked at while the source is the visitor's own
const rowOf = (from) => (from.source === 'sample' ? from.value : picked === null ? 0 : picked + 1);
const lookedAt = (from) => (from.source === 'sample' || picked === null ? from : { ...from, source: 'sample', value: picked });
function showMatrix(found) {
  const from = given(), own = Boolean(found.own), count = found.digits.length, chosen = rowOf(from);
  find('[data-says="head_x"]').textContent = `x: ${from.source === 'photo' ? t('given.kind.photo') : styleName(found.style)}`;
  all('.pg-star-row').forEach((row, r) => {
    row.hidden = r >= count;
    if (row.hidden) return;
    const digit = found.digits[r], name = digit < 0 ? t('stargan.own') : String(digit);
    row.classList.toggle('pg-own', digit < 0);
    find('b', row).textContent = name;
    const x = find('.pg-star-x canvas', row);
    picture(x, found.x, r); x.setAttribute('aria-label', t('stargan.source_of', { name, style: styleName(found.style) }));
    all('.pg-star-cell', row).forEach((cell, c) => {
      const at = S * r + c, p = found.opinion[S * at + c], wrong = digit >= 0 && found.read[at] !== digit;
      picture(find('canvas', cell), found.cells, at);
      find('small', cell).textContent = `${Math.round(100 * p)} %${wrong ? `\n✗ ${found.read[at]}` : ''}`;
      cell.classList.toggle('pg-wrong', wrong);
      cell.setAttribute('aria-pressed', String(r === chosen && c === targetAt()));
      cell.setAttribute('aria-label', t('stargan.cell', { name, style: styleName(DOMAINS[c]), percent: percent(p), read: found.read[at] }));
      cell.tabIndex = r === chosen && c === targetAt() ? 0 : -1;
    });
  });
  root.dataset.own = String(own);
  if (found.round) showDetail(found.round, found);
}
function showDetail(round, found) {
  const within = find('.pg-star-detail'), c = targetAt(), photo = round.truth === null, from = lookedAt(given()), at = S * rowOf(given()) + c;
  const name = from.source === 'sample' ? String(from.value) : t('stargan.own');
  find('[data-says="detail"]').textContent = t('stargan.detail', { name, target: styleName(state.target) });
  const draw = { x: (canvas) => picture(canvas, round.x), cycle: (canvas) => heat(canvas, round.cycle, c), missed: (canvas) => heat(canvas, round.missed, c) };
  const cycle = mean(round.cycle, AREA * c, AREA), missed = photo ? null : mean(round.missed, AREA * c, AREA);
  const said = { cycle: t('cyclegan.cycle_of', { error: number(cycle) }), missed: photo ? '' : `${t('cyclegan.missed_of', { error: number(missed) })} ${t('cyclegan.missed_unchanged', { unchanged: number(round.unchanged[c]) })}` };
  for (const part of ['x', 'there', 'back', 'truth', 'missed', 'cycle']) {
    const empty = photo && (part === 'truth' || part === 'missed') ? t('cyclegan.no_truth') : '';
    put(tile(part, within), { name: nameOf(part), draw: draw[part] || ((canvas) => picture(canvas, round[part], c)), says: empty ? '' : said[part] || '', empty });
  }
  DOMAINS.forEach((style, k) => {
    const bar = find(`.pg-star-bars [data-style="${style}"]`), p = round.opinion[S * c + k];
    bar.classList.toggle('pg-aimed', k === c);
    find('b', bar).style.width = `${100 * p}%`; find('em', bar).textContent = percent(p);
  });
  const digit = most(round.read.digit, 10 * c, 10);
  find('[data-says="cell"]').textContent = t(photo ? 'stargan.cell_photo' : 'stargan.cell_judge', { digit, sure: percent(round.read.digit[10 * c + digit]), style: styleName(state.target), percent: percent(round.read.style[6 * c + STYLES.indexOf(state.target)]), score: number(found.score[at], 1) });
}
function choose(row, col) {
  const found = got.matrix, own = found && found.own;
  state.target = DOMAINS[col]; playground.link.set(STAGE, { target: state.target });
  if (!own) { stage.dispatchEvent(new CustomEvent('pg-choose', { detail: { digit: row } })); return; }
  picked = row === 0 ? null : row - 1;
  page.show(); page.refresh();
}
root.addEventListener('click', (event) => { const cell = event.target.closest('.pg-star-cell'); if (cell && got.matrix) choose(Number(cell.dataset.row), Number(cell.dataset.col)); });
const step = (dr, dc) => (event) => {
  const cell = event.target.closest('.pg-star-cell');
  if (!cell || !got.matrix) return;
  const row = clamp(Number(cell.dataset.row) + dr, 0, got.matrix.digits.length - 1), col = clamp(Number(cell.dataset.col) + dc, 0, S - 1);
  find(`.pg-star-cell[data-row="${row}"][data-col="${col}"]`).focus();
};
playground.keys(find('.pg-star-matrix'), { left: step(0, -1), right: step(0, 1), up: step(-1, 0), down: step(1, 0) });

// ---- one source to every style and back --------------------------------------------------------------------------------------------
function table(within, round) {
  const photo = round.truth === null;
  for (const line of all('[data-line]', within)) {
    const name = line.dataset.line, map = name === 'cycle' || name === 'missed';
    line.hidden = photo && (name === 'truth' || name === 'missed');
    if (line.hidden) continue;
    find(`[data-says="line_${name}"]`, line).textContent = nameOf(name);
    all('canvas', line).forEach((canvas, c) => {
      if (map) heat(canvas, round[name], c); else picture(canvas, round[name], c);
      const words = map ? number(mean(round[name], AREA * c, AREA)) : name === 'there' ? judgedAt(round, c, photo) : '';
      all('small', line)[c].textContent = words;
      canvas.setAttribute('aria-label', `${nameOf(name)}, ${styleName(DOMAINS[c])}. ${words}`);
    });
  }
}
function judgedAt(round, c, photo) { // D's p of the target, and the judge's digit
  const digit = most(round.read.digit, 10 * c, 10), from = given(), asked = from.source === 'sample' ? from.value : null;
  return `${percent(round.opinion[S * c + c])}${photo ? '' : ` · ${digit}${asked === null ? '' : digit === asked ? ' ✓' : ' ✗'}`}`;
}
function showRound(round) {
  const within = find('[data-section="round"]'), means = (name) => mean(round[name]);
  put(tile('x', within), { name: `x <small>${given().source === 'photo' ? t('given.kind.photo') : styleName(round.style)}</small>`, draw: (canvas) => picture(canvas, round.x) });
  table(within, round);
  find('[data-says="round"]').textContent = t(round.truth === null ? 'stargan.round_photo' : 'stargan.round_says', { cycle: number(means('cycle')), missed: round.missed ? number(means('missed')) : '', unchanged: round.unchanged ? number(mean(round.unchanged)) : '', style: styleName(round.style) });
}
function showBoth(found) {
  for (const side of all('[data-lambda]')) {
    const round = found[side.dataset.lambda];
    notice(round.missing || null, find('.pg-tr-notice', side));
    find('.pg-star-table', side).hidden = Boolean(round.missing);
    if (!round.missing) table(side, round);
  }
  numbersTable(found.numbers);
}

const keyOf = (from) => JSON.stringify([from.style, from.source, from.value, from.seed]);
const looked = (from) => { const { source, value } = lookedAt(from); return server.around(from.style, source, value, from.seed); };
let kept = { key: '', answer: null }; // the matrix of samples does not depend on the digit that is looked at
const page = sections({
  matrix: {
    ask: async (from) => {
      const key = JSON.stringify([from.style, from.seed, from.source, from.source === 'sample' ? 0 : from.value]);
      const [answer, round] = await Promise.all([kept.key === key ? kept.answer : server.matrix(from.style, from.source, from.value, from.seed), looked(from)]);
      if (answer.error || round.error) return answer.error ? answer : round;
      kept = { key, answer };
      return { ...answer, round };
    },
    key: (from) => `${keyOf(from)} ${from.source === 'sample' ? '' : picked}`, show: showMatrix,
  },
  round: { ask: (from) => server.around(from.style, from.source, from.value, from.seed), key: keyOf, show: showRound },
  count: { ask: () => server.counts(), key: () => 'count', show: showCount, lone: true },
  without: {
    ask: async (from) => {
      const [both, numbers] = await Promise.all([server.both(from.style, from.source, from.value, from.seed), server.numbers()]);
      return both.error ? both : { ...both, numbers };
    },
    key: keyOf, show: showBoth,
  },
  objective: { show: () => {}, lone: true },
});
