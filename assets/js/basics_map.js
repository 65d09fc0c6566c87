// The map of the field: what a model knows of p(x), across; how it samples, down. A name that has a stage on this page leads there.
const FIELD = @FIELD@, DENSITY = ['exact', 'bound', 'none'], SAMPLING = ['steps', 'pass'];
const root = element.querySelector('.pg-basics-map'), grid = root.querySelector('.pg-basics-grid'), stage = element.closest('#pg-basics');
const stages = JSON.parse(document.getElementById('pg-config').textContent).stages;
const { t } = playground;
const make = (tag, name, words = '') => Object.assign(document.createElement(tag), { className: name, textContent: words });

function href({ id, stage: to }) { // the model's own tab, or its stage with the model chosen where there is that choice
  const query = new URLSearchParams({ tab: stages.includes(id) ? id : to, ...(to === 'pixels' ? { model: id } : {}), lang: playground.lang });
  return `?${query}`;
}
function chip(model) {
  const here = stages.includes(model.stage), node = make(here ? 'a' : 'span', 'pg-basics-chip'), key = [`pixels.${model.id}`, `ladder.name_${model.id}`].find((name) => t(name) !== name);
  if (here) node.href = href(model);
  else node.title = t('basics.map.not_here');
  node.dataset.model = model.id;
  node.append(make('b', '', key ? t(key) : model.name));
  if (model.nll) node.append(make('small', '', t('basics.map.nats', { nats: model.nll.toFixed(1) })));
  return node;
}
function head(key, name) { const node = make('div', `pg-basics-head ${name}`); node.append(make('b', '', t(`basics.map.${key}`)), make('span', '', t(`basics.map.${key}_says`))); return node; }

function paint() {
  const nodes = [make('div', 'pg-basics-corner'), head('explicit', 'pg-explicit'), head('implicit', 'pg-implicit'), make('div', 'pg-basics-corner'), ...DENSITY.map((density) => head(density, `pg-${density}`))];
  for (const sampling of SAMPLING) {
    nodes.push(head(sampling, 'pg-side'));
    for (const density of DENSITY) {
      const box = make('div', `pg-basics-box pg-${density}`), models = FIELD.filter((model) => model.density === density && model.sampling === sampling);
      box.dataset.head = t(`basics.map.${density}`); // on a phone the heads of the columns stand in the boxes
      box.classList.toggle('pg-empty', !models.length);
      box.append(...(models.length ? models.map(chip) : [make('i', '', t('basics.map.empty'))]));
      nodes.push(box);
    }
  }
  grid.replaceChildren(...nodes);
  root.dataset.seq = playground.lang;
}
playground.onLang(paint);
playground.translate(root);
paint();
