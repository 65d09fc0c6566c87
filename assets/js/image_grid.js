// n x m grey pictures on one canvas, under a grid of transparent cells that carry pointer, keyboard and ARIA.
// Value and interface: playground/ui/components/image_grid.py.
const root = element.querySelector('.pg-image-grid');
const grid = root.querySelector('.pg-grid');
const box = root.querySelector('.pg-grid-pictures');
const atlas = document.createElement('canvas');
const ink = atlas.getContext('2d', { willReadFrequently: true });
const CHOOSE = @CHOOSE@;
let smooth = @SMOOTH@;
let shown = null;      // {R, C, H, W, bytes, top, rows, columns, row_title, column_title}
let selected = null;   // [row, col]
let current = null;    // the cell under the pointer or with the focus
let layout = '';       // what the cells were built for

const cellAt = (row, col) => grid.querySelector(`[data-row="${row}"][data-col="${col}"]`);
const same = (a, b) => !!a && !!b && a[0] === b[0] && a[1] === b[1];

function read(value) {
  const packed = value.images;
  const bytes = packed.data instanceof Uint8Array ? packed.data : playground.unpack(packed);
  const shape = packed.shape.length === 3 ? [1, ...packed.shape] : packed.shape.length === 2 ? [1, 1, ...packed.shape] : packed.shape;
  const [R, C, H, W] = shape;
  if (bytes.length !== R * C * H * W) throw new Error(`expected ${R * C * H * W} bytes for pictures of shape ${shape}, got ${bytes.length}`);
  return { R, C, H, W, bytes, top: value.top || 255, rows: value.rows || [], columns: value.columns || [], row_title: value.row_title || '', column_title: value.column_title || '' };
}

// ---- pictures --------------------------------------------------------------------------------------------------------------
function rgb(name) { // a colour token as three numbers, whatever its notation
  ink.save(); ink.fillStyle = playground.color(name); ink.fillRect(0, 0, 1, 1); ink.restore();
  return [...ink.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function fillAtlas() {
  const { R, C, H, W, bytes, top } = shown;
  atlas.width = W; atlas.height = Math.max(1, R * C * H);
  const paper = rgb('bg'), pen = rgb('ink');
  const table = Uint8ClampedArray.from({ length: 256 * 3 }, (_, i) => paper[i % 3] + (pen[i % 3] - paper[i % 3]) * Math.min(1, Math.floor(i / 3) / top));
  const image = ink.createImageData(W, R * C * H);
  for (let i = 0, o = 0; i < bytes.length; i += 1, o += 4) {
    const k = bytes[i] * 3;
    image.data[o] = table[k]; image.data[o + 1] = table[k + 1]; image.data[o + 2] = table[k + 2]; image.data[o + 3] = 255;
  }
  ink.putImageData(image, 0, 0);
}

function thin(width) { // narrow columns: every second or third heading only
  const heads = [...grid.querySelectorAll('[data-column-head]')], cell = width / Math.max(1, heads.length);
  const widest = Math.max(0, ...heads.map((head) => head.textContent.length)) * 0.62 * parseFloat(heads.length ? getComputedStyle(heads[0]).fontSize : 0);
  const every = Math.max(1, Math.ceil((widest + 4) / cell));
  heads.forEach((head, c) => { head.style.visibility = c % every ? 'hidden' : ''; });
}

function paint(g, width, height) {
  if (!shown) return;
  thin(width);
  fillAtlas();
  const { R, C, H, W } = shown;
  const ratio = window.devicePixelRatio || 1, snap = (v) => Math.round(v * ratio) / ratio;
  const gap = C * R === 1 ? 0 : Math.max(1, Math.min(4, width / C / 16));
  g.imageSmoothingEnabled = smooth; g.imageSmoothingQuality = 'high';
  for (let r = 0; r < R; r += 1) {
    for (let c = 0; c < C; c += 1) {
      const x = snap((c * width) / C + gap / 2), y = snap((r * height) / R + gap / 2);
      const right = snap(((c + 1) * width) / C - gap / 2), bottom = snap(((r + 1) * height) / R - gap / 2);
      g.drawImage(atlas, 0, (r * C + c) * H, W, H, x, y, right - x, bottom - y);
    }
  }
}

// ---- cells -----------------------------------------------------------------------------------------------------------------
function make(tag, className, row, col) {
  const node = document.createElement(tag);
  node.className = className;
  if (row) node.style.gridRow = row;
  if (col) node.style.gridColumn = col;
  return node;
}

function build() {
  const { R, C, H, W, rows, columns } = shown;
  const wanted = JSON.stringify([R, C, H, W, rows.length, columns.length]);
  if (wanted === layout) return;
  layout = wanted;
  grid.querySelectorAll('[role="row"]').forEach((node) => node.remove());
  root.style.setProperty('--columns', C); root.style.setProperty('--rows', R); root.style.setProperty('--shape', `${W} / ${H}`);
  root.classList.toggle('pg-one', R * C === 1);
  root.setAttribute('role', 'group');
  if (CHOOSE) grid.setAttribute('role', 'grid'); else grid.removeAttribute('role');
  if (columns.length) {
    const line = grid.appendChild(make('div', '')); line.setAttribute('role', 'row');
    columns.forEach((_, c) => { const head = line.appendChild(make('div', 'pg-grid-head', 1, c + 2)); head.setAttribute('role', 'columnheader'); head.dataset.columnHead = c; });
  }
  for (let r = 0; r < R; r += 1) {
    const line = grid.appendChild(make('div', '')); line.setAttribute('role', 'row');
    if (rows.length) { const head = line.appendChild(make('div', 'pg-grid-head', r + 2, 1)); head.setAttribute('role', 'rowheader'); head.dataset.rowHead = r; }
    for (let c = 0; c < C; c += 1) {
      const cell = line.appendChild(make('div', 'pg-grid-cell', r + 2, c + 2));
      cell.dataset.row = r; cell.dataset.col = c;
      if (CHOOSE) { cell.setAttribute('role', 'gridcell'); cell.tabIndex = r + c ? -1 : 0; }
    }
  }
  if (!CHOOSE) grid.querySelectorAll('[role="row"]').forEach((node) => node.setAttribute('aria-hidden', 'true'));
}

function label() {
  if (!shown) return;
  const t = playground.t;
  for (const head of grid.querySelectorAll('[data-column-head]')) head.textContent = t(shown.columns[head.dataset.columnHead]);
  for (const head of grid.querySelectorAll('[data-row-head]')) head.textContent = t(shown.rows[head.dataset.rowHead]);
  root.querySelector('.pg-grid-column-title').textContent = t(shown.column_title);
  root.querySelector('.pg-grid-row-title').textContent = t(shown.row_title);
  for (const cell of grid.querySelectorAll('.pg-grid-cell')) {
    const row = t(shown.rows[cell.dataset.row] ?? String(+cell.dataset.row + 1)), col = t(shown.columns[cell.dataset.col] ?? String(+cell.dataset.col + 1));
    if (CHOOSE) cell.setAttribute('aria-label', t('image_grid.cell', { row: `${t(shown.row_title)} ${row}`.trim(), column: `${t(shown.column_title)} ${col}`.trim() }));
  }
}

function select(cell) {
  selected = cell;
  for (const node of grid.querySelectorAll('.pg-grid-cell')) {
    const on = same(cell, [+node.dataset.row, +node.dataset.col]);
    if (CHOOSE) node.setAttribute('aria-selected', String(on));
  }
  if (cell && !grid.contains(document.activeElement)) rove(cell);
}

function rove(cell) { // one cell of the grid is in the tab order
  const next = cellAt(...cell);
  if (!next) return;
  grid.querySelectorAll('.pg-grid-cell[tabindex="0"]').forEach((node) => { node.tabIndex = -1; });
  next.tabIndex = 0;
}

// ---- pointing and choosing -------------------------------------------------------------------------------------------------
function hover(cell) {
  if (same(cell, current) || (!cell && !current)) return;
  current = cell;
  grid.querySelectorAll('.pg-at').forEach((node) => node.classList.remove('pg-at'));
  if (cell) cellAt(...cell).classList.add('pg-at');
  root.dataset.at = cell ? cell.join(',') : '';
  root.dispatchEvent(new CustomEvent('pg-hover', { detail: cell && { row: cell[0], col: cell[1] } }));
  trigger('hover', cell ? { row: cell[0], col: cell[1] } : { row: -1, col: -1 });
}

function pick(cell) {
  select(cell); rove(cell);
  root.dispatchEvent(new CustomEvent('pg-pick', { detail: { row: cell[0], col: cell[1] } }));
  trigger('pick', { row: cell[0], col: cell[1] });
}

const cellOf = (node) => { const cell = node && node.closest && node.closest('.pg-grid-cell'); return cell && grid.contains(cell) ? [+cell.dataset.row, +cell.dataset.col] : null; };

if (CHOOSE) {
  grid.addEventListener('pointermove', (event) => hover(cellOf(document.elementFromPoint(event.clientX, event.clientY)))); // a finger keeps its first target
  grid.addEventListener('pointerleave', () => hover(null));
  grid.addEventListener('pointercancel', () => hover(null));
  grid.addEventListener('click', (event) => { const cell = cellOf(event.target); if (cell) pick(cell); });
  grid.addEventListener('focusin', (event) => { if (event.target.matches(':focus-visible')) hover(cellOf(event.target)); });
  grid.addEventListener('focusout', (event) => { if (!grid.contains(event.relatedTarget)) hover(null); });
  const go = (dr, dc) => (event) => {
    const from = cellOf(event.target) || selected || [0, 0];
    const to = [playground.clamp(from[0] + dr, 0, shown.R - 1), playground.clamp(from[1] + dc, 0, shown.C - 1)];
    rove(to); cellAt(...to).focus({ preventScroll: false }); hover(to);
  };
  const choose = (event) => { const cell = cellOf(event.target); if (cell) { event.stopPropagation(); pick(cell); } }; // space plays elsewhere
  playground.keys(grid, { left: go(0, -1), right: go(0, 1), up: go(-1, 0), down: go(1, 0), home: go(0, -Infinity), end: go(0, Infinity), space: choose, enter: choose });
}

// ---- value -----------------------------------------------------------------------------------------------------------------
const view = playground.canvas(box, paint);

function show(value) {
  shown = read(value);
  build(); label();
  if ('selected' in value) select(value.selected);
  view.draw();
  root.dataset.frame = Number(root.dataset.frame || 0) + 1;
}

root.show = show;
root.pictures = (images) => { shown.bytes = read({ images }).bytes; view.draw(); }; // others in the same cells
root.select = select;
root.cell = (row, col) => { const size = shown.H * shown.W, at = (row * shown.C + col) * size; return shown.bytes.subarray(at, at + size); };
root.smooth = (on) => { smooth = on; view.draw(); };
playground.translate(root);
playground.onLang(label);

function load() {
  if (!props.value) return;
  show(props.value);
  view.canvas.dataset.seq = props.value.seq;
}
watch('value', load); load();
root.dispatchEvent(new CustomEvent('pg-ready', { bubbles: true }));
