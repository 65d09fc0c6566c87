// Which digits the judge reads from each c1: one table of counts per network, the matched cells framed.
const root = element.querySelector('.pg-codes-tables');
let networks = null;

function table(network) {
  const { counts, facts } = network, node = document.createElement('table');
  const add = (parent, tag, words, attributes = {}) => { const cell = parent.appendChild(document.createElement(tag)); cell.textContent = words; for (const [k, v] of Object.entries(attributes)) cell.setAttribute(k, v); return cell; };
  const head = node.appendChild(document.createElement('thead')).insertRow();
  add(head, 'th', t('codes.table_corner'), { scope: 'col' });
  for (let digit = 0; digit < 10; digit += 1) add(head, 'th', digit, { scope: 'col' });
  const body = node.appendChild(document.createElement('tbody'));
  counts.forEach((row, c1) => {
    const line = body.insertRow(), sum = row.reduce((a, b) => a + b, 0);
    add(line, 'th', `c₁ = ${c1}`, { scope: 'row' });
    row.forEach((count, digit) => {
      const cell = add(line, 'td', ''), share = count / sum;
      add(cell, 'span', count); // a narrow screen shows the percentage of the row instead
      add(cell, 'small', Math.round(100 * share));
      cell.style.setProperty('--share', `${Math.round(100 * share)}%`);
      cell.classList.toggle('pg-full', share > 0.5);
      cell.classList.toggle('pg-matched', facts.digit_of_code[c1] === digit);
      cell.classList.toggle('pg-none', !count);
    });
  });
  return node;
}

function show() {
  if (!networks) return;
  for (const figure of root.querySelectorAll('figure')) {
    const network = networks[figure.dataset.variant], place = figure.querySelector('.pg-codes-table');
    place.replaceChildren(...(network ? [table(network)] : []));
    figure.querySelector('[data-part="said"]').textContent = network ? t('codes.matched', { accuracy: network.facts.code_accuracy.toFixed(1), n: network.facts.n.toLocaleString('en') }) : t('codes.not_measured');
  }
  root.dataset.ready = 'true';
}

whenSeen('carry', async () => { networks = playground.check(await server.tables()); show(); });
playground.translate(root);
playground.onLang(show);
