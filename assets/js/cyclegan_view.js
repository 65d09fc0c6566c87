// The cyclegan stage. Its source comes from the column beside it (translator_source.js); the section, the residual, its gain and the
// noise live here and in the URL. translator_parts.js draws, cyclegan_hidden.js is the section of what hides in the middle.

// ---- formulas: from X to Y and back, or from Y to X ----------------------------------------------------------------------------
function namesOf(way) {
  const [source, target] = way.split('_'), forward = way === 'coat_zebra' || way === 'summer_winter';
  const [x, G, F, D] = forward ? ['x', 'G', 'F', 'D<sub>Y</sub>'] : ['y', 'F', 'G', 'D<sub>X</sub>'];
  const there = `${G}(${x})`, back = `${F}(${there})`, hint = (style) => `<small>${styleName(style)}</small>`;
  return {
    x: `${x} ${hint(source)}`, there: `${there} ${hint(target)}`, back: `${back} ${hint(source)}`, cycle: `|${back} − ${x}|`,
    truth: `${t('cyclegan.truth')} ${hint(target)}`, missed: `|${there} − ${t('cyclegan.truth_short')}|`, patches: `${D}(${there})`, patches_truth: `${D}(${t('cyclegan.truth_short')})`,
    x_twin: `${x}′ ${hint(source)}`, there_twin: `${G}(${x}′) ${hint(target)}`, back_twin: `${F}(${G}(${x}′)) ${hint(source)}`, noisy: `${there} + σε`, returned: `${F}(${there} + σε)`,
    residual_twin: `${there} − ${G}(${x}′)`, residual_truth: `${there} − ${t('cyclegan.truth_short')}`, residual_fine: `${there} − ${t('cyclegan.blurred')}`, target,
  };
}

// ---- one source there and back ---------------------------------------------------------------------------------------------------
function five(trip, within) { // what both sections show of a trip
  const names = namesOf(trip.way), photo = trip.truth === null;
  put(tile('x', within), { name: photo ? `x <small>${t('given.kind.photo')}</small>` : names.x, draw: (canvas) => picture(canvas, trip.x) });
  const reading = judged(trip), style = trip.read.style[STYLES.indexOf(names.target)];
  put(tile('there', within), { name: names.there, draw: (canvas) => picture(canvas, trip.there), says: `${photo ? '' : `${says(reading)} · `}${t('translators.is_style', { style: styleName(names.target), percent: percent(style) })}` });
  put(tile('back', within), { name: names.back, draw: (canvas) => picture(canvas, trip.back) });
  put(tile('cycle', within), { name: names.cycle, draw: (canvas) => heat(canvas, trip.cycle), says: t('cyclegan.cycle_of', { error: number(mean(trip.cycle)) }) });
  const beside = photo ? '' : trip.floor[0] ? t('cyclegan.missed_floor', { unchanged: number(trip.unchanged[0]), floor: number(trip.floor[0]) }) : t('cyclegan.missed_unchanged', { unchanged: number(trip.unchanged[0]) });
  put(tile('missed', within), { name: names.missed, draw: (canvas) => heat(canvas, trip.missed), says: photo ? '' : `${t('cyclegan.missed_of', { error: number(mean(trip.missed)) })} ${beside}`, empty: photo ? t('cyclegan.no_truth') : '' });
  return { names, photo };
}
function showCycle(trip) {
  const within = find('[data-section="cycle"]'), { names, photo } = five(trip, within);
  find('[data-says="cycle_lead"]').textContent = t(photo ? 'cyclegan.photo_lead' : 'cyclegan.cycle_lead');
  put(tile('truth', within), { name: names.truth, draw: (canvas) => picture(canvas, trip.truth), says: photo ? '' : t('cyclegan.truth_says'), empty: photo ? t('cyclegan.no_truth') : '' });
  for (const name of ['patches', 'patches_truth']) {
    const empty = !trip[name] ? t('cyclegan.no_truth') : '', part = patches[name];
    part.tile.name.innerHTML = names[name];
    part.tile.node.dataset.empty = empty;
    part.tile.says.textContent = empty ? '' : t(name === 'patches' ? 'cyclegan.patch_mean' : 'cyclegan.patch_mean_truth', { mean: number(mean(trip[name]), 2) });
    part.view.canvas.setAttribute('aria-label', `${part.tile.name.textContent}. ${part.tile.says.textContent}`);
    part.view.draw();
  }
  sayPatch();
}

// ---- the discriminator's patches over the picture ----------------------------------------------------------------------------------
let looked = null;       // [row, column]: the patch that is pointed at
const opinionOf = (trip, name, row, col) => trip[name][row * Math.round(Math.sqrt(trip[name].length)) + col];
const small = document.createElement('canvas');
function drawPatches(name, shown) {
  return (g, width) => {
    const trip = got.cycle;
    if (!trip || !trip[name]) return;
    const one = width / SIDE, count = Math.round(Math.sqrt(trip[name].length)), { stride, first, field } = trip;
    picture(small, trip[shown]);
    g.imageSmoothingEnabled = false; g.drawImage(small, 0, 0, width, width);
    g.globalAlpha = 0.62;
    for (let row = 0; row < count; row += 1) {
      for (let col = 0; col < count; col += 1) {
        const [x, y] = [col, row].map((i) => (first + stride * (i - 0.5)) * one), v = clamp(opinionOf(trip, name, row, col), 0, 1);
        g.fillStyle = `rgb(${playground.diverging(1 - 2 * v)})`; g.fillRect(x, y, stride * one + 0.5, stride * one + 0.5);
      }
    }
    g.globalAlpha = 1;
    if (!looked) return;
    const [x, y] = [looked[1], looked[0]].map((i) => (first + stride * i - field / 2) * one);
    g.lineWidth = 3; g.strokeStyle = '#fff'; g.strokeRect(x, y, field * one, field * one);
    g.lineWidth = 2; g.strokeStyle = '#000'; g.setLineDash([5, 4]); g.strokeRect(x, y, field * one, field * one); g.setLineDash([]);
  };
}
const patches = Object.fromEntries([['patches', 'there'], ['patches_truth', 'truth']].map(([name, shown]) => {
  const part = tile(name, find('[data-section="cycle"]')), box = part.node.querySelector('.pg-tr-picture'), view = playground.canvas(box, drawPatches(name, shown));
  box.tabIndex = 0; box.setAttribute('role', 'group');
  const at = (event) => {
    const trip = got.cycle, area = box.getBoundingClientRect();
    if (!trip) return;
    const last = Math.round(Math.sqrt(trip.patches.length)) - 1, cell = (v, size) => clamp(Math.round((SIDE * v / size - trip.first) / trip.stride), 0, last);
    look([cell(event.clientY - area.top, area.height), cell(event.clientX - area.left, area.width)]);
  };
  box.addEventListener('pointermove', at); box.addEventListener('pointerdown', at); box.addEventListener('pointerleave', () => look(null)); box.addEventListener('blur', () => look(null));
  const turn = (dr, dc) => () => { const trip = got.cycle, last = trip ? Math.round(Math.sqrt(trip.patches.length)) - 1 : 0, [r, c] = looked || [last >> 1, last >> 1]; look([clamp(r + dr, 0, last), clamp(c + dc, 0, last)]); };
  playground.keys(box, { left: turn(0, -1), right: turn(0, 1), up: turn(-1, 0), down: turn(1, 0) });
  return [name, { tile: part, view }];
}));
function look(cell) { looked = cell; for (const { view } of Object.values(patches)) view.later(); sayPatch(); }
function sayPatch() {
  const trip = got.cycle;
  if (!trip) return;
  const facts = { field: trip.field, count: Math.round(Math.sqrt(trip.patches.length)) };
  if (looked) { const [row, col] = looked; Object.assign(facts, { row: row + 1, column: col + 1, value: number(opinionOf(trip, 'patches', row, col), 2), truth: trip.patches_truth ? number(opinionOf(trip, 'patches_truth', row, col), 2) : '–' }); }
  find('[data-says="patch"]').textContent = t(looked ? 'cyclegan.patch_at' : 'cyclegan.patch_hint', facts);
  root.dataset.patch = looked ? looked.join(',') : '';
}

// ---- with and without the cycle ------------------------------------------------------------------------------------------------------
function showBoth(found) {
  for (const row of all('[data-lambda]')) {
    const trip = found[row.dataset.lambda];
    notice(trip.missing || null, find('.pg-tr-notice', row));
    find('.pg-tr-five', row).hidden = Boolean(trip.missing);
    if (!trip.missing) five(trip, row);
  }
  numbersTable(found.numbers);
}

// ---- eight at once -----------------------------------------------------------------------------------------------------------------
function showEight(trip) {
  const names = namesOf(trip.way);
  let kept = 0;
  for (const line of all('[data-line]')) {
    const name = line.dataset.line;
    find(`[data-says="line_${name}"]`, line).innerHTML = names[name];
    all('canvas', line).forEach((canvas, k) => { if (name === 'cycle') heat(canvas, trip.cycle, k); else picture(canvas, trip[name], k); });
    all('[role="cell"] small', line).forEach((node, k) => {
      const reading = judged(trip, k);
      if (name === 'there') kept += reading.kept === true;
      node.textContent = name === 'there' ? `${reading.digit} ${reading.kept === null ? '' : reading.kept ? '✓' : '✗'}` : name === 'cycle' ? number(mean(trip.cycle, AREA * k, AREA)) : '';
      all('canvas', line)[k].setAttribute('aria-label', `${find(`[data-says="line_${name}"]`, line).textContent}, ${k + 1}. ${node.textContent}`);
    });
  }
  const drawn = trip.digits[0] < 0;
  find('[data-says="eight"]').textContent = t(drawn ? 'cyclegan.eight_drawn' : 'cyclegan.eight_says', { kept, n: trip.digits.length, cycle: number(mean(trip.cycle)), missed: number(mean(trip.missed)), unchanged: number(mean(trip.unchanged)), floor: number(mean(trip.floor)) });
}

const cycled = (from) => from.lambda === '10';
const keyOf = (from) => JSON.stringify([from.way, from.source, from.value, from.seed]);
const keyed = (from) => `${from.lambda} ${keyOf(from)}`;
// a photograph is one of its kind: eight at once are then samples
const eightOf = (from) => (from.source === 'photo' ? { ...from, source: 'sample', value: 0 } : from);
sections({
  cycle: { ask: (from) => server.trip(from.way, from.source, from.value, from.seed, cycled(from)), key: keyed, show: showCycle },
  without: {
    ask: async (from) => {
      const [both, numbers] = await Promise.all([server.both(from.way, from.source, from.value, from.seed), server.numbers(from.way)]);
      return both.error ? both : { ...both, numbers };
    },
    key: keyOf, show: showBoth,
  },
  hidden: { ask: (from) => server.hidden(from.way, from.source, from.value, from.seed, cycled(from)), key: keyed, show: showHidden },
  eight: { ask: (given) => { const from = eightOf(given); return server.eight(from.way, from.source, from.value, from.seed, cycled(from)); }, key: (from) => keyed(eightOf(from)), show: showEight },
  objective: { show: () => {}, lone: true },
});
