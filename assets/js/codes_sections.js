// The bar of sections of the codes stage. The stage carries the chosen one as data-codes; 'codes-section' tells the views.
const bar = element.querySelector('.pg-codes-bar'), stage = element.closest('#pg-codes');
const buttons = [...bar.querySelectorAll('button')];

function paint() {
  const { section } = playground.link.get('codes');
  stage.dataset.codes = section;
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.section === section));
  stage.dispatchEvent(new CustomEvent('codes-section', { detail: section }));
}
function choose(section) { playground.link.set('codes', { section }); paint(); }

bar.addEventListener('click', (event) => { const button = event.target.closest('button'); if (button) choose(button.dataset.section); });
const step = (by) => (event) => { const k = buttons.indexOf(event.target), next = buttons[(k + by + buttons.length) % buttons.length]; if (k >= 0) { choose(next.dataset.section); next.focus(); } };
playground.keys(bar, { left: step(-1), right: step(1) });
playground.translate(bar);
paint();
