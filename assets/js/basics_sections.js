// The bar of sections. The tab carries the chosen one as data-basics; the style sheet shows what belongs to it.
const bar = element.querySelector('.pg-basics-bar'), stage = element.closest('#pg-basics'), tab = element.closest('.tabitem') || stage.parentElement;
const buttons = [...bar.querySelectorAll('button')];

function paint() {
  const { section } = playground.link.get('basics');
  if (tab.dataset.basics === section) return;
  tab.dataset.basics = section;
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.section === section));
}
function choose(section) {
  playground.link.set('basics', { section });
  stage.dispatchEvent(new CustomEvent('knobs'));
}

bar.addEventListener('click', (event) => { const button = event.target.closest('button'); if (button) choose(button.dataset.section); });
const step = (by) => (event) => { const k = buttons.indexOf(event.target), next = buttons[(k + by + buttons.length) % buttons.length]; if (k >= 0) { choose(next.dataset.section); next.focus(); } };
playground.keys(bar, { left: step(-1), right: step(1) });
stage.addEventListener('knobs', paint);
playground.translate(bar);
paint();
