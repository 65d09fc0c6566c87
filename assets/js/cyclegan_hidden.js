// The picture in the middle under a magnifying glass and under noise; computed once, played here.
const gain = find('#cyclegan-gain'), noise = find('#cyclegan-noise');
const outputOf = (input) => root.querySelector(`output[for="${input.id}"]`);
// One of the two curves over the size of the noise: {title, values, low, high, peak, step, digits, aim: [value, words] or null}.
function chart(g, width, height, sigmas, { title, values, low, high, peak, step, digits, aim, top, last }) {
  const box = { left: px(64), right: width - px(30), top: px(34), bottom: height - px(last ? 46 : 22) }, most = sigmas[sigmas.length - 1];
  const X = (v) => box.left + (box.right - box.left) * v / most, Y = (v) => box.bottom - (box.bottom - box.top) * v / peak;
  g.textBaseline = 'middle'; g.textAlign = 'left'; g.fillStyle = color('ink'); g.font = font(px(15), 650); g.fillText(title, 0, px(10));
  g.font = font(px(15)); g.lineWidth = 1;
  for (let v = 0; v <= peak; v += step) { g.strokeStyle = color('line'); line(g, box.left, Y(v), box.right, Y(v)); g.fillStyle = color('muted'); g.textAlign = 'right'; g.fillText(digits(v), box.left - px(8), Y(v)); }
  g.textAlign = 'center';
  for (const v of [0, 0.04, 0.08, 0.12, 0.16]) g.fillText(number(v, 2), X(v), box.bottom + px(14));
  if (last) g.fillText(t('cyclegan.axis_sigma'), (box.left + box.right) / 2, box.bottom + px(34));
  if (low) {
    g.fillStyle = color('accent'); g.globalAlpha = 0.22; g.beginPath();
    sigmas.forEach((s, k) => g.lineTo(X(s), Y(high[k]))); [...sigmas].reverse().forEach((s, k) => g.lineTo(X(s), Y(low[low.length - 1 - k])));
    g.fill(); g.globalAlpha = 1;
  }
  g.strokeStyle = color('accent'); g.lineWidth = 3;
  g.beginPath(); sigmas.forEach((s, k) => g.lineTo(X(s), Y(Math.max(0, values[k])))); g.stroke();
  if (aim) {
    g.strokeStyle = color('accent-2'); g.setLineDash([8, 6]); line(g, box.left, Y(aim[0]), box.right, Y(aim[0])); g.setLineDash([]);
    g.fillStyle = color('accent-2'); g.textAlign = 'right'; g.font = font(px(15), 600); g.fillText(aim[1], box.right, top ? box.top + px(6) : Y(aim[0]) + px(15));
  }
  g.fillStyle = color('ink'); g.beginPath(); g.arc(X(sigmas[state.noise]), Y(Math.max(0, values[state.noise])), px(7), 0, 7); g.fill();
}
const curve = playground.canvas(find('[data-view="error"]'), (g, width, height) => {
  const found = got.hidden;
  if (!found) return;
  const peak = 1.1 * Math.max(found.stranger || 0, ...found.high), step = [0.01, 0.02, 0.05, 0.1, 0.2].find((s) => peak / s <= 5) || 0.5;
  chart(g, width, height, found.sigmas, { title: t('cyclegan.curve_error'), values: found.cycle, low: found.low, high: found.high, peak, step, digits: (v) => number(v, 2), aim: found.stranger === null ? null : [found.stranger, t('cyclegan.stranger')], last: !found.memory });
});
const memory = playground.canvas(find('[data-view="memory"]'), (g, width, height) => {
  const found = got.hidden;
  if (found && found.memory) chart(g, width, height, found.sigmas, { title: t('cyclegan.curve_memory'), values: found.memory, top: true, peak: 1.05, step: 0.5, digits: (v) => `${number(100 * v, 0)} %`, aim: [0, t('cyclegan.memory_none')], last: true });
});
function line(g, x0, y0, x1, y1) { g.beginPath(); g.moveTo(x0, y0); g.lineTo(x1, y1); g.stroke(); }

function showHidden(found) {
  const names = namesOf(found.way), twins = found.x.length > 3 * AREA, first = find('[data-twin="0"]'), second = find('[data-twin="1"]');
  second.hidden = !twins;
  find('[data-hint]').hidden = twins || given().source === 'photo';
  find('[data-view="memory"]').hidden = !found.memory;
  [first, second].slice(0, twins ? 2 : 1).forEach((row, k) => {
    for (const part of ['x', 'there', 'back']) put(tile(part, row), { name: k ? names[`${part}_twin`] : names[part], draw: (canvas) => picture(canvas, found[part], k), says: k === 0 && part === 'back' ? t('cyclegan.cycle_of', { error: number(found.cycle[0]) }) : '' });
  });
  const kinds = Object.keys(found.residuals), kind = kinds.includes(state.residual) ? state.residual : kinds[0];
  for (const button of all('[data-residual]')) { button.disabled = !kinds.includes(button.dataset.residual); button.setAttribute('aria-pressed', String(button.dataset.residual === kind)); }
  const values = found.residuals[kind], size = mean(values.map(Math.abs));
  put(tile('residual'), { name: names[`residual_${kind}`], draw: (canvas) => signed(canvas, values, state.gain), says: t(`cyclegan.residual_says_${kind}`, { gain: number(state.gain, state.gain < 10 ? 1 : 0), size: number(255 * size, 1) }) });
  gain.value = Math.log2(state.gain); outputOf(gain).textContent = `× ${number(state.gain, state.gain < 10 ? 1 : 0)}`;
  showNoise(found, names);
}
function showNoise(found, names) {
  const k = state.noise, sigma = found.sigmas[k];
  noise.value = k;
  outputOf(noise).textContent = t('cyclegan.sigma_is', { sigma: number(sigma), levels: number(255 * sigma, 1) });
  put(tile('noisy'), { name: names.noisy, draw: (canvas) => picture(canvas, found.noisy, k) });
  put(tile('returned'), { name: names.returned, draw: (canvas) => picture(canvas, found.returned, k), says: t('cyclegan.cycle_of', { error: number(found.cycle[k]) }) });
  const stranger = found.stranger === null ? '' : ` ${t('cyclegan.stranger_says', { error: number(found.stranger), memory: number(100 * found.memory[k], 0) })}`;
  find('[data-says="noise"]').textContent = t('cyclegan.noise_says', { sigma: number(sigma), error: number(found.cycle[k]), zero: number(found.cycle[0]), times: number(found.cycle[k] / found.cycle[0], 1) }) + stranger;
  for (const view of [curve, memory]) view.canvas.setAttribute('aria-label', find('[data-says="noise"]').textContent);
  curve.later(); memory.later();
}
function change(changes) { Object.assign(state, changes); playground.link.set(STAGE, changes); if (got.hidden) showHidden(got.hidden); root.dataset.state = JSON.stringify(state); }
gain.addEventListener('input', () => change({ gain: Number((2 ** Number(gain.value)).toPrecision(3)) }));
noise.addEventListener('input', () => change({ noise: Number(noise.value) }));
find('[data-hint] button').addEventListener('click', () => stage.dispatchEvent(new CustomEvent('pg-choose', { detail: { way: 'zebra_coat' } })));
root.addEventListener('click', (event) => { const button = event.target.closest('[data-residual]'); if (button) change({ residual: button.dataset.residual }); });
