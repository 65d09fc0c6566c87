// What turning a code does: slant, width, stroke and height over the turn, with and without lambda.
const root = element.querySelector('.pg-codes-effects');
const ATTRIBUTES = ['slant', 'width', 'thickness', 'height'];
let networks = null; // {lambda_1, lambda_0 or null}
let ranges = {};     // of every attribute, the same in all its panels, so that sizes can be compared
const panels = [];

const present = () => Object.entries(networks || {}).filter(([, network]) => network);
const unit = (name) => t(name === 'slant' ? 'codes.degrees' : 'codes.pixels');

function measure() {
  for (const name of ATTRIBUTES) {
    const all = present().flatMap(([, { effects }]) => Object.values(effects).flatMap((of) => [...of[name].low, ...of[name].high]));
    const [low, high] = [Math.min(...all), Math.max(...all)], pad = 0.08 * (high - low);
    ranges[name] = [low - pad, high + pad];
  }
}

function draw(way, name) {
  return (g, width, height) => {
    if (!networks) return;
    const size = playground.px(14), left = 3.2 * size, bottom = 1.7 * size, top = 6, right = 8;
    const [low, high] = ranges[name], axis = present()[0][1].axis;
    const x = (v) => left + ((v + 1) / 2) * (width - left - right), y = (v) => height - bottom - ((v - low) / (high - low)) * (height - bottom - top);
    g.font = playground.font(size); g.lineWidth = 1; g.fillStyle = playground.color('muted'); g.strokeStyle = playground.color('line');
    g.textAlign = 'center'; g.textBaseline = 'bottom';
    for (const v of [-1, 0, 1]) { g.beginPath(); g.moveTo(x(v), top); g.lineTo(x(v), height - bottom); g.stroke(); g.fillText(minus(v, 0), x(v), height); }
    g.textAlign = 'right'; g.textBaseline = 'middle';
    const step = [1, 2, 5, 10, 20, 50].find((s) => (high - low) / s <= 5);
    for (let v = Math.ceil(low / step) * step; v <= high; v += step) { g.beginPath(); g.moveTo(left, y(v)); g.lineTo(width - right, y(v)); g.stroke(); g.fillText(minus(v, 0), left - 6, y(v)); }
    for (const [variant, { effects }] of present().reverse()) { // lambda = 1 above
      const { mean, low: below, high: above } = effects[way][name], plain = variant === 'lambda_0';
      const colour = playground.color(plain ? 'accent-2' : 'accent');
      const line = (values, back) => values.map((v, i) => [x(axis[i]), y(v)]).sort((a, b) => (back ? b[0] - a[0] : a[0] - b[0]));
      if (!plain) {
        g.globalAlpha = 0.16; g.fillStyle = colour; g.beginPath();
        [...line(above), ...line(below, true)].forEach(([u, v]) => g.lineTo(u, v));
        g.fill(); g.globalAlpha = 1;
      }
      g.strokeStyle = colour; g.lineWidth = playground.px(3); g.lineJoin = 'round'; g.setLineDash(plain ? [9, 6] : []);
      g.beginPath(); line(mean).forEach(([u, v]) => g.lineTo(u, v)); g.stroke(); g.setLineDash([]);
    }
  };
}

function show() {
  if (!networks) return;
  const [ours, plain] = [networks.lambda_1, networks.lambda_0];
  root.querySelector('[data-part="lead"]').textContent = t('codes.effects_lead', { n: ours.n });
  for (const section of root.querySelectorAll('section')) {
    const way = section.dataset.way, own = ours.effects[way], name = ours.name[way];
    section.querySelector('[data-part="does"]').textContent = t('codes.does', { name: t(`codes.attribute.${name}`), correlation: signed(own[name].correlation, 2) });
    section.querySelector('[data-part="factor"]').textContent = plain ? t('codes.factor', { ours: ours.pixel[way].toFixed(3), plain: plain.pixel[way].toFixed(3), factor: (ours.pixel[way] / plain.pixel[way]).toFixed(1) }) : t('codes.not_measured');
    for (const figure of section.querySelectorAll('figure')) {
      const of = figure.dataset.attribute, words = { change: signed(own[of].change), unit: unit(of), plain: plain ? signed(plain.effects[way][of].change) : '?' };
      figure.classList.toggle('pg-strongest', of === name);
      figure.querySelector('figcaption span').textContent = t('codes.change', words);
      figure.querySelector('.pg-codes-curve').setAttribute('aria-label', `${t(`codes.way.${way}`)}, ${t(`codes.attribute.${of}`)}: ${t('codes.change', words)}`);
    }
  }
  for (const panel of panels) panel.draw();
  root.dataset.ready = 'true';
}

whenSeen('effects', async () => {
  networks = playground.check(await server.effects());
  if (!networks) return;
  measure();
  for (const section of root.querySelectorAll('section')) for (const figure of section.querySelectorAll('figure')) panels.push(playground.canvas(figure.querySelector('.pg-codes-curve'), draw(section.dataset.way, figure.dataset.attribute)));
  show();
});
playground.translate(root);
playground.onLang(show);
