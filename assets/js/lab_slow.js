// The lab's slow motion: one iteration in its phases, on a drawing of what hangs together: z -> G -> x_hat -> D -> loss, x -> D, and the
// gradient's way back. The server tells an iteration of all panels once; phases, steps back and other panels are local.
const D_PHASES = @D_PHASES@, G_PHASES = @G_PHASES@, Z_UNIT = @Z_UNIT@;
const OUTSIDE = 65535, WIDE = 820, ARROW = 1 / 12, SMALL = 0.03; // of the plane's side per unit of gradient; what is too short to see
const { t, color, px, font, clamp } = playground;
const box = element.querySelector('.pg-slow'), part = (name) => box.querySelector(`[data-part="${name}"]`);
const stage = box.querySelector('.pg-slow-stage');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const state = { step: 0, playing: false, hover: null }; // step: which phase
let told = null, asked = null, token = 0, busy = false; // the iteration shown; {run, step, classes} of the last wish
let panel = 0, phases = [], wanted = null; // wanted: {panel, phase} of a link
let began = 0, shown = -1, moving = 0, seq = 0;

// ---- what is asked for ------------------------------------------------------------------------------------------------------------

const view = () => document.querySelector(`#${@VIEW@} .pg-lab`);
function plan() {
  const detail = {};
  view()?.dispatchEvent(new CustomEvent('plan', { detail }));
  return detail.preset ? detail : null;
}
function runOf({ changes, list, step, total, source, playing, losses, classes, ...run }) { return { ...run, ...changes, changes: list }; }
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function ask(run, step, classes) { // classes: the panels' colours
  asked = { run, step, classes };
  busy = true;
  trigger('slowly', { token: ++token, ...run, step });
  wait(t('lab_slow.starting'), null);
}

function open() {
  const now = plan();
  if (!now) return;
  view().dispatchEvent(new CustomEvent('runto', { detail: now.step })); // the film rests where it is
  ask(runOf(now), Math.min(now.step, now.total - 1), now.classes);
}

function wait(words, share) {
  box.querySelector('.pg-slow-busy').textContent = words;
  const bar = box.querySelector('progress');
  bar.hidden = share === null; bar.value = share || 0;
  box.dataset.state = busy ? 'busy' : told ? 'shown' : 'closed';
}

function hear(message) {
  if (message.token !== token || !busy) return;
  if (message.queue) { wait(t('lab.status.waiting', { place: message.queue }), null); return; }
  if (message.progress !== undefined) { wait(t('lab_slow.training', { step: count(asked.step) }), message.progress / Math.max(1, asked.step)); return; }
  if (message.error) { busy = false; playground.check(message); wait('', null); }
  if (message.told) { busy = false; load(message.told); }
}

function close() {
  if (busy) trigger('leave', { token });
  [busy, told, phases, wanted] = [false, null, [], null];
  state.playing = false;
  stage.hidden = true;
  playground.link.set('lab', { slow: -1, slow_panel: 0, phase: 0 });
  wait('', null);
  door();
}

const count = (n) => n.toLocaleString(playground.lang);
function door() {
  const now = plan(), button = part('open');
  button.disabled = !now;
  button.textContent = now ? t('lab_slow.open', { step: count(Math.min(now.step, now.total - 1)) }) : t('lab_slow.door');
}

function moved() { // of the film: another step, or another run, which is not the one that is told
  door();
  const now = plan();
  if (!now) return;
  const { slow, slow_panel, phase } = playground.link.get('lab');
  if (!asked && slow >= 0) { // a link
    wanted = { panel: slow_panel, phase };
    view().dispatchEvent(new CustomEvent('runto', { detail: now.step }));
    ask(runOf(now), Math.min(slow, now.total - 1), now.classes);
  } else if ((told || busy) && !same(runOf(now), asked.run)) close();
}

// ---- the iteration -------------------------------------------------------------------------------------------------------------------

const units = (packed) => Float32Array.from(playground.unpack(packed), (v) => (v === OUTSIDE ? NaN : (v / 32767 - 1) * 1.25)); // of half the box
function unpacked(step) {
  const made = { ...step, n: step.z.shape[0], z: Float32Array.from(playground.unpack(step.z), (v) => v / Z_UNIT), fake: units(step.fake), logits: playground.unpack(step.logits) };
  if (step.x) Object.assign(made, { x: units(step.x), logits_real: playground.unpack(step.logits_real), field: playground.unpack(step.field) });
  if (step.moved) Object.assign(made, { moved: units(step.moved), push: playground.unpack(step.push) });
  return made;
}

function load(packed) {
  const fresh = stage.hidden;
  told = { ...packed, panels: packed.panels.map((one) => ({ ...one, field: playground.unpack(one.field), curves: Object.fromEntries(Object.entries(one.curves).map(([name, curve]) => [name, playground.unpack(curve)])), d: one.d.map(unpacked), g: one.g.map(unpacked) })) };
  stage.hidden = false;
  panel = Math.min(wanted ? wanted.panel : panel, told.panels.length - 1);
  const phase = wanted ? wanted.phase : 0, linked = Boolean(wanted);
  wanted = null;
  names();
  pick(panel, phase);
  wait('', null);
  if (fresh && !linked) { stage.scrollIntoView({ block: 'start', behavior: still.matches ? 'auto' : 'smooth' }); stage.focus({ preventScroll: true }); }
  if (!linked && !still.matches) film.play();
}

function pick(l, phase) {
  panel = l;
  const of = told.panels[l], turns = (steps, turn, kinds) => steps.flatMap((_, at) => kinds.map((kind, order) => ({ turn, at, of: steps.length, kind, order })));
  phases = [...turns(of.d, 'd', D_PHASES), ...turns(of.g, 'g', G_PHASES)];
  chips();
  shown = -1;
  film.go(Math.min(phase, phases.length - 1));
}

function step() { const { turn, at } = phases[state.step]; return told.panels[panel][turn][at]; }
function fields() { // D before and after the step that the phase belongs to
  const { turn, at } = phases[state.step], of = told.panels[panel];
  const k = turn === 'd' ? at : of.d.length, before = k ? of.d[k - 1].field : of.field;
  return [before, turn === 'd' ? of.d[at].field : before];
}

// ---- the player ------------------------------------------------------------------------------------------------------------------------

const film = playground.player(stage, {
  stage: 'lab', state, first: () => 0, last: () => Math.max(0, phases.length - 1), ready: () => phases.length > 0, show, settle,
  on: { d: () => jump('d'), g: () => jump('g'), n: next, escape: close },
});
function settle() { if (told) playground.link.set('lab', { slow: told.step, slow_panel: panel, phase: state.step }); }
function jump(turn) { // to the last step of D or of G
  const at = phases.findLastIndex((phase) => phase.turn === turn && phase.order === 0);
  if (at >= 0) film.go(at);
}
function next() { if (told && !busy && told.step + 1 < told.steps) { film.pause(); ask(asked.run, told.step + 1, asked.classes); } }

const lasts = () => Math.min(1300, 700 / Number(part('speed').value)); // ms that something moves in a phase
function share() { const s = clamp((performance.now() - began) / lasts(), 0, 1); return s * s * (3 - 2 * s); }
function show() {
  film.paint();
  if (!phases.length) return;
  if (state.step !== shown) {
    began = still.matches || state.step === shown - 1 ? -1e9 : performance.now();
    shown = state.step;
    box.dataset.still = 'false'; // until this phase is drawn
    say();
  }
  if (!moving) moving = requestAnimationFrame(animate);
}
function animate() {
  moving = 0;
  if (!stage.isConnected || stage.hidden) return;
  const ends = share() >= 1; // before drawing, so that the last picture is the finished one
  flow.draw();
  if (!ends) moving = requestAnimationFrame(animate);
}

// ---- words ---------------------------------------------------------------------------------------------------------------------------------

const sign = (v, digits = 3) => (v === null || !Number.isFinite(v) ? 'NaN' : (Math.abs(v) >= 0.001 || v === 0 ? String(Number(v.toPrecision(digits))) : v.toExponential(0)).replace('-', '−'));
const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
const sigma = (v) => 1 / (1 + Math.exp(-v));
const plus = (v) => (v < 0 ? ` − ${sign(-v)}` : ` + ${sign(v)}`);
const family = (loss) => (loss === 'minimax' || loss === 'nonsaturating' ? 'bce' : loss);
const sub = (name, below) => `${name}<sub>${below}</sub>`;
const turnName = ({ turn, at, of }) => `${turn.toUpperCase()}${of > 1 ? ` ${at + 1}/${of}` : ''}`;

const LOSS_D = {
  bce: () => '−𝔼 ln σ(D(x)) − 𝔼 ln(1 − σ(D(x̂)))',
  lsgan: ([a, b]) => `½ 𝔼 (D(x)${minus(b)})² + ½ 𝔼 (D(x̂)${minus(a)})²`,
  wgan_gp: (_, penalty) => `−𝔼 f(x) + 𝔼 f(x̂) + ${penalty} · 𝔼 (‖∇f‖ − 1)²`,
};
const LOSS_G = {
  minimax: () => '𝔼 ln(1 − σ(D(x̂)))',
  nonsaturating: () => '−𝔼 ln σ(D(x̂))',
  lsgan: ([, , c]) => `½ 𝔼 (D(x̂)${minus(c)})²`,
  wgan_gp: () => '−𝔼 f(x̂)',
};
const minus = (v) => (v < 0 ? ` + ${-v}` : v ? ` − ${v}` : '');
const layers = (one) => one.layers.map((norm, i) => `W<sub>${i + 1}</sub> ${sign(norm, 2)}`).join(' · ');
const FORMULA = { // of a phase, with the numbers of this moment put in
  z: (one) => `z ~ N(0, I), &nbsp;d = ${told.z_dim}, &nbsp;B = ${told.batch}`,
  fake: () => 'x̂ = G(z)',
  judge: (one, { loss }, turn) => {
    const how = family(loss) === 'bce' ? ['𝔼 σ(D(', '))', sigma] : loss === 'wgan_gp' ? ['𝔼 f(', ')', Number] : ['𝔼 D(', ')', Number];
    const about = (name, logits) => `${how[0]}${name}${how[1]} = <b>${sign(mean(Array.from(logits, how[2])))}</b>`;
    return [...(turn === 'd' ? [about('x', one.logits_real)] : []), about('x̂', one.logits)].join(' &nbsp;·&nbsp; ');
  },
  loss: (one, { loss, targets, penalty }, turn) => {
    if (turn === 'g') return `${sub('L', 'G')} = ${LOSS_G[loss](targets)} = <b>${sign(one.loss)}</b>`;
    const last = loss === 'wgan_gp' ? plus(one.penalty) : '';
    return `${sub('L', 'D')} = ${LOSS_D[family(loss)](targets, penalty)} = ${sign(one.real_part)}${plus(one.fake_part)}${last} = <b>${sign(one.loss)}</b>`;
  },
  push: (one) => `−∂${sub('L', 'G')}/∂x̂ : &nbsp;${t('lab_slow.median')} <b>${sign(one.median_push, 2)}</b>`,
  gradient: (one, _, turn) => { const N = turn.toUpperCase(); return `‖∂${sub('L', N)}/∂${sub('θ', N)}‖ = <b>${sign(one.gradient)}</b> &nbsp; (${layers(one)})`; },
  step: (one, _, turn) => { const N = turn.toUpperCase(); return `${sub('θ', N)} ← ${sub('θ', N)} − Adam(∂${sub('L', N)}/∂${sub('θ', N)})`; },
};

function sentence() {
  const { turn, kind, at } = phases[state.step], of = told.panels[panel], one = step();
  let key = `${turn}_${kind}`;
  if (kind === 'loss') key += `.${turn === 'd' ? family(of.loss) : of.loss}`;
  if (key === 'g_z') key += of.d.length && at === 0 && same([...one.z], [...of.d[of.d.length - 1].z]) ? '.same' : '.fresh';
  if (kind === 'push') key += one.median_push !== null && one.median_push < SMALL ? '.small' : '.seen';
  return t(`lab_slow.say.${key}`, { n: told.batch, d: told.z_dim, value: sign(turn === 'g' ? (kind === 'step' ? one.median_move : one.median_push) : 0, 2), times: kind === 'step' && turn === 'g' ? longer(one) : 1 });
}

function say() {
  const phase = phases[state.step], of = told.panels[panel];
  part('name').textContent = `${t(`lab_slow.turn.${phase.turn}`, { turn: turnName(phase) })}: ${t(`lab_slow.phase.${phase.kind}`, { net: phase.turn.toUpperCase() })}`;
  part('say').textContent = sentence();
  part('formula').innerHTML = FORMULA[phase.kind](step(), of, phase.turn); // numbers and signs of ours only
  flow.canvas.setAttribute('aria-label', `${part('name').textContent}. ${part('say').textContent} ${part('formula').textContent}`);
  for (const chip of box.querySelectorAll('[data-group]')) chip.setAttribute('aria-pressed', String(chip.dataset.group === `${phase.turn}${phase.at}`));
  const kinds = phase.turn === 'd' ? D_PHASES : G_PHASES;
  box.querySelector('.pg-slow-phases').replaceChildren(...kinds.map((kind, order) => {
    const chip = button(`${order + 1}. ${t(`lab_slow.phase.${kind}`, { net: phase.turn.toUpperCase() })}`, { phase: kind });
    chip.setAttribute('aria-pressed', String(kind === phase.kind));
    if (order < phase.order) chip.classList.add('pg-slow-past');
    return chip;
  }));
  const end = told.step + 1 >= told.steps;
  part('next').disabled = end;
  Object.assign(box.dataset, { phase: phase.kind, turn: phase.turn, at: String(phase.at), place: String(state.step), panel: String(panel), iteration: String(told.step) });
}

function button(words, data) {
  const made = Object.assign(document.createElement('button'), { type: 'button', className: 'pg-button', textContent: words });
  Object.assign(made.dataset, data);
  return made;
}

function chips() {
  const heads = phases.filter((phase) => phase.order === 0);
  box.querySelector('.pg-slow-groups').replaceChildren(...heads.map((phase) => button(t(`lab_slow.turn.${phase.turn}`, { turn: turnName(phase) }), { group: `${phase.turn}${phase.at}` })));
}

function names() {
  part('title').textContent = t('lab_slow.title', { step: count(told.step), next: count(told.step + 1) });
  part('next').textContent = t('lab_slow.next');
  part('panel').replaceChildren(...told.panels.map((one, l) => new Option(told.panels.filter((other) => other.loss === one.loss).length > 1 ? `${l + 1}. ${t(`lab.loss.${one.loss}`)}` : t(`lab.loss.${one.loss}`), l)));
  part('panel').value = panel;
}

// ---- the drawing: where everything stands --------------------------------------------------------------------------------------------------

const rect = (x, y, w, h) => ({ x, y, w, h, cx: x + w / 2, cy: y + h / 2, right: x + w, bottom: y + h });
function places(width, height) {
  if (width >= WIDE) {
    const top = px(34), lane = px(64), side = Math.min(height - top - lane, width * 0.38), middle = top + side / 2;
    const zs = width * 0.145, net = width * 0.078, out = width * 0.235, rim = px(3), gap = (width - zs - 2 * net - side - out - 2 * rim) / 4;
    const z = rect(rim, middle - zs / 2 + px(20), zs, zs), tall = side * 0.56;
    const G = rect(z.right + gap, z.cy - tall / 2, net, tall), plane = rect(G.right + gap, top, side, side);
    const D = rect(plane.right + gap, middle - tall / 2, net, tall), o = rect(D.right + gap, top, out, side);
    const x = rect(zs * 0.1, top + px(4), zs * 0.8, px(40)), low = plane.bottom + lane * 0.62, off = px(16);
    const edges = {
      zG: [[z.right, z.cy], [G.x, z.cy]], GP: [[G.right, z.cy], [plane.x, z.cy]], xP: [[x.right, x.cy], [plane.x, x.cy]],
      PD: [[plane.right, D.cy], [D.x, D.cy]], DO: [[D.right, D.cy], [o.x, D.cy]],
    };
    const back = { OD: [[o.cx, o.bottom], [o.cx, low], [D.cx + off, low], [D.cx + off, D.bottom]], DP: [[D.cx - off, D.bottom], [D.cx - off, low], [plane.cx + off, low], [plane.cx + off, plane.bottom]], PG: [[plane.cx - off, plane.bottom], [plane.cx - off, low], [G.cx, low], [G.cx, G.bottom]] };
    return { wide: true, z, G, plane, D, out: o, x, edges, back, tags: { OD: [(o.cx + D.cx) / 2, low], DP: [(D.cx + plane.cx) / 2, low], PG: [(plane.cx + G.cx) / 2, low] } };
  }
  const side = width - 6, zs = width * 0.33, gap = px(26), top = px(26), key = px(30); // the plane's key stands above it
  const z = rect(3, top, zs, zs), G = rect(zs + gap, top, width * 0.24, zs), x = rect(width * 0.73, top + zs * 0.3, width * 0.26, px(42));
  const plane = rect(3, z.bottom + px(46) + key, side, side), D = rect(3, plane.bottom + px(36), width * 0.24, width * 0.62);
  const out = rect(D.right + px(30), D.y, width - D.right - px(32), D.h), low = D.bottom + px(24), off = px(11);
  const edges = {
    zG: [[z.right, z.cy], [G.x, z.cy]], GP: [[G.cx - off, G.bottom], [G.cx - off, plane.y - key]], xP: [[x.cx, x.bottom], [x.cx, plane.y - key]],
    PD: [[D.cx - off, plane.bottom], [D.cx - off, D.y]], DO: [[D.right, D.cy], [out.x, D.cy]],
  };
  const back = { OD: [[out.cx, out.bottom], [out.cx, low], [D.cx, low], [D.cx, D.bottom]], DP: [[D.cx + off, D.y], [D.cx + off, plane.bottom]], PG: [[G.cx + off, plane.y - key], [G.cx + off, G.bottom]] };
  return { wide: false, z, G, plane, D, out, x, edges, back, tags: { OD: [(out.cx + D.cx) / 2, low], DP: [D.cx + width * 0.2, plane.bottom + px(18)], PG: [G.cx + width * 0.2, plane.y - key - px(20)] } };
}

const ACTIVE = { // what the moment is about
  z: () => ['z'], fake: () => ['G', 'zG', 'GP', 'plane'], judge: (turn) => ['D', 'PD', 'DO', 'out', ...(turn === 'd' ? ['x', 'xP'] : [])],
  loss: () => ['out'], push: () => ['OD', 'DP', 'plane'], gradient: (turn) => (turn === 'd' ? ['OD', 'D'] : ['OD', 'DP', 'PG', 'G']),
  step: (turn) => [turn.toUpperCase(), 'plane'],
};
const WAYS = { d: ['OD'], g: ['OD', 'DP', 'PG'] };

const flow = playground.canvas(box.querySelector('.pg-slow-flow'), (g, width, height) => {
  if (!told || !phases.length) return;
  const phase = phases[state.step], s = share(), at = places(width, height), on = new Set(ACTIVE[phase.kind](phase.turn)), one = step();
  for (const [name, line] of Object.entries(at.edges)) if (name !== 'xP' || phase.turn === 'd') edge(g, line, on.has(name) ? 'accent' : 'muted', on.has(name), false, s);
  ways(g, at, phase, on, s);
  drawZ(g, at.z, one, phase, on.has('z'), s);
  if (phase.turn === 'd') pill(g, at.x, 'x', t('lab_slow.data'), on.has('x'));
  net(g, at.G, 'G', phase, on.has('G'), s);
  drawPlane(g, at.plane, phase, one, on.has('plane'), s, at.wide);
  net(g, at.D, 'D', phase, on.has('D'), s);
  drawOut(g, at.out, phase, one, on, s);
  flights(g, at, phase, one, s);
  Object.assign(box.dataset, { lowest: String(Math.ceil(Math.max(at.out.bottom, ...Object.values(at.back).flat().map(([, y]) => y)))), seq: String(++seq), still: String(s >= 1) });
});

function edge(g, points, ink, active, dashed, s) {
  const wide = px(active ? 5 : 2), [[x1, y1], [x2, y2]] = points.slice(-2), long = Math.hypot(x2 - x1, y2 - y1) || 1, head = px(active ? 13 : 9), [dx, dy] = [(x2 - x1) / long, (y2 - y1) / long];
  g.strokeStyle = g.fillStyle = color(ink); g.lineWidth = wide; g.lineJoin = 'round'; g.globalAlpha = active ? 1 : 0.55;
  if (dashed) { g.setLineDash([px(11), px(7)]); g.lineDashOffset = active ? -px(54) * s : 0; }
  g.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? g.moveTo(x, y) : g.lineTo(i === points.length - 1 ? x - dx * head * 0.8 : x, i === points.length - 1 ? y - dy * head * 0.8 : y)));
  g.stroke(); g.setLineDash([]);
  g.beginPath(); g.moveTo(x2, y2); g.lineTo(x2 - head * (dx + 0.6 * dy), y2 - head * (dy - 0.6 * dx)); g.lineTo(x2 - head * (dx - 0.6 * dy), y2 - head * (dy + 0.6 * dx)); g.fill();
  g.globalAlpha = 1;
}

function ways(g, at, phase, on, s) { // the gradient's way back, dashed and in a colour of its own
  const N = phase.turn.toUpperCase(), tag = { OD: `∂L${below(N)}/∂D`, DP: `∂L${below(N)}/∂x̂`, PG: `∂L${below(N)}/∂θ${below('G')}` };
  if (phase.turn === 'd') tag.OD = `∂L${below('D')}/∂θ${below('D')}`;
  for (const name of WAYS[phase.turn]) {
    edge(g, at.back[name], 'class-7', on.has(name), true, s);
    if (!on.has(name)) continue;
    const [x, y] = at.tags[name];
    g.font = font(px(18), 700); g.textAlign = 'center'; g.textBaseline = 'middle';
    const w = g.measureText(tag[name]).width + px(14);
    g.fillStyle = color('panel'); g.fillRect(x - w / 2, y - px(12), w, px(24));
    g.fillStyle = color('class-7'); g.fillText(tag[name], x, y);
  }
}
const below = (N) => ({ D: 'ᴅ', G: 'ɢ' })[N];

function frame(g, r, active, round = 10) {
  g.beginPath(); g.roundRect(r.x, r.y, r.w, r.h, px(round));
  g.strokeStyle = color(active ? 'accent' : 'line'); g.lineWidth = px(active ? 4 : 1.5); g.stroke();
}

function title(g, words, x, y, active, align = 'center', most = 1e4) {
  g.font = font(px(17), active ? 700 : 400); g.fillStyle = color(active ? 'ink' : 'muted'); g.textAlign = align; g.textBaseline = 'alphabetic';
  g.fillText(words, x, y, most);
}

function pill(g, r, name, words, active) {
  g.beginPath(); g.roundRect(r.x, r.y, r.w, r.h, r.h / 2);
  g.fillStyle = color(active ? 'soft' : 'bg'); g.fill(); g.strokeStyle = color(active ? 'accent' : 'line'); g.lineWidth = px(active ? 4 : 1.5); g.stroke();
  g.beginPath(); g.arc(r.x + px(15), r.cy, px(6), 0, 7); g.fillStyle = color('data'); g.fill();
  g.font = font(px(17), 600); g.fillStyle = color('ink'); g.textAlign = 'center'; g.textBaseline = 'middle'; g.fillText(`${name} ${words}`, r.cx + px(10), r.cy, r.w - px(36));
}

// ---- z, the networks --------------------------------------------------------------------------------------------------------------------------

const STRIP = 48; // codes of more than two dimensions as columns
function zAt(r, one, i) {
  const d = told.z_dim;
  if (d === 2) return [r.x + ((one.z[2 * i] / 3.3 + 1) / 2) * r.w, r.y + ((1 - one.z[2 * i + 1] / 3.3) / 2) * r.h];
  if (d === 1) return [r.x + ((one.z[i] / 3.3 + 1) / 2) * r.w, r.cy + ((i * 0.618) % 1 - 0.5) * r.h * 0.5];
  return [r.x + ((i % STRIP) + 0.5) * (r.w / STRIP), r.cy];
}

function drawZ(g, r, one, phase, active, s) {
  const d = told.z_dim, share = phase.kind === 'z' ? s : 1;
  g.fillStyle = color('bg'); g.beginPath(); g.roundRect(r.x, r.y, r.w, r.h, px(10)); g.fill();
  g.save(); g.clip();
  if (d > 2) for (let i = 0; i < STRIP * share; i++) for (let k = 0; k < d; k++) {
    const c = playground.diverging(one.z[i * d + k] / 2.5), w = r.w / STRIP, h = r.h / d;
    g.fillStyle = `rgb(${c})`; g.fillRect(r.x + i * w, r.y + k * h, w + 0.5, h + 0.5);
  } else dots(g, Array.from({ length: Math.round(one.n * share) }, (_, i) => zAt(r, one, i)), px(2.6), color('ink'));
  g.restore();
  frame(g, r, active);
  title(g, d > 2 ? t('lab_slow.strip', { d }) : `z ~ N(0, I)`, r.cx, r.y - px(9), active, 'center', r.w);
}

function dots(g, at, radius, style) {
  g.beginPath();
  for (const [x, y] of at) if (Number.isFinite(x) && Number.isFinite(y)) { g.moveTo(x + radius, y); g.arc(x, y, radius, 0, 7); }
  g.fillStyle = style; g.fill();
}

function net(g, r, name, phase, active, s) { // G widens towards the plane, D narrows towards its one output
  const mine = phase.turn.toUpperCase() === name, lean = r.h * 0.16 * (name === 'G' ? 1 : -1), one = step();
  const [left, right] = [Math.max(0, lean), Math.max(0, -lean)];
  g.beginPath(); g.moveTo(r.x, r.y + left); g.lineTo(r.right, r.y + right); g.lineTo(r.right, r.bottom - right); g.lineTo(r.x, r.bottom - left); g.closePath();
  g.fillStyle = color(active ? 'soft' : 'bg'); g.fill(); g.strokeStyle = color(active ? 'accent' : 'muted'); g.lineWidth = px(active ? 4 : 1.5); g.stroke();
  const bars = mine && (phase.kind === 'gradient' || phase.kind === 'step') && one.layers.every((v) => v !== null);
  const low = r.h < px(180), above = r.y + (low ? Math.abs(lean) * 0.6 : Math.abs(lean));
  g.textAlign = 'center'; g.textBaseline = 'middle'; g.fillStyle = color('ink'); g.font = font(px(bars && low ? 22 : 30), 700);
  g.fillText(name, r.cx, bars ? above + px(low ? 14 : 20) : r.cy - px(8));
  g.font = font(px(15), 600); g.fillStyle = color(mine ? 'accent' : 'muted');
  if (!bars || !low) g.fillText(t(mine ? 'lab_slow.learns' : 'lab_slow.fixed'), r.cx, bars ? above + px(44) : r.cy + px(20), r.w - px(8));
  if (!bars) return;
  const most = Math.max(...one.layers, 1e-30), top = above + px(low ? 26 : 58), room = (r.bottom - Math.abs(lean) - px(6) - top) / one.layers.length, grown = phase.kind === 'gradient' ? s : 1;
  one.layers.forEach((norm, i) => {
    const y = top + i * room, written = room >= px(24), tall = Math.min(px(14), room * (written ? 0.4 : 0.7)), full = r.w - px(16); // the numbers stand in the formula, too
    g.fillStyle = color('class-7'); g.fillRect(r.x + px(8), y + room - tall - px(2), Math.max(px(2), (full * grown * norm) / most), tall);
    if (!written) return;
    g.font = font(Math.min(px(15), room * 0.5), 600); g.textAlign = 'left'; g.textBaseline = 'bottom'; g.fillStyle = color('ink');
    g.fillText(`W${'₁₂₃₄₅'[i]} ${sign(norm, 2)}`, r.x + px(8), y + room - tall - px(3), full);
  });
}

// ---- the plane: D's heatmap, data, generated points, arrows ----------------------------------------------------------------------------------------

let palette = null;
function shades() { // pale, so that points stand out: blue is what D holds for data
  if (palette && palette.theme === playground.theme) return palette;
  const [paper, part] = playground.theme === 'dark' ? [[15, 18, 24], 0.5] : [[255, 255, 255], 0.45];
  const mix = (c, share) => c.map((v, k) => Math.round(share * v + (1 - share) * paper[k]));
  const scale = Array.from({ length: 256 }, (_, i) => playground.diverging(1 - (2 * i) / 255));
  palette = { theme: playground.theme, pale: scale.map((c) => mix(c, part)), full: scale.map((c) => mix(c, 0.9)) };
  return palette;
}

const raster = document.createElement('canvas');
function heat(g, r, cells, tones) { // cells: row y from below, 0..255
  const S = Math.sqrt(cells.length);
  if (raster.width !== S) raster.width = raster.height = S;
  const h = raster.getContext('2d'), image = h.createImageData(S, S);
  for (let y = 0; y < S; y++) for (let x = 0; x < S; x++) image.data.set([...tones[Math.round(clamp(cells[y * S + x], 0, 255))], 255], 4 * ((S - 1 - y) * S + x));
  h.putImageData(image, 0, 0);
  g.imageSmoothingEnabled = true; g.imageSmoothingQuality = 'high';
  g.drawImage(raster, r.x, r.y, r.w, r.h);
}

const inPlane = (r, points, i) => [r.x + ((points[2 * i] + 1) / 2) * r.w, r.y + ((1 - points[2 * i + 1]) / 2) * r.h];
const everyOne = (n, at) => Array.from({ length: n }, (_, i) => at(i));
const NICE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
function longer(one) { // how much longer the ways of a step are drawn, so that they can be seen
  const ways = everyOne(one.n, (i) => Math.hypot(one.moved[2 * i] - one.fake[2 * i], one.moved[2 * i + 1] - one.fake[2 * i + 1])).filter(Number.isFinite).sort((a, b) => a - b);
  return NICE.findLast((times) => times * (ways[Math.floor(ways.length / 2)] || 0) <= 0.12) || 1;
}

function drawPlane(g, r, phase, one, active, s, wide) {
  const [before, after] = fields(), stepped = phase.kind === 'step', { turn, kind, order } = phase, tones = shades();
  g.save();
  g.beginPath(); g.roundRect(r.x, r.y, r.w, r.h, px(10)); g.clip();
  heat(g, r, turn === 'd' && stepped ? before.map((v, i) => v + (after[i] - v) * s) : before, tones.pale);
  const radius = Math.max(2.4, r.w / 160), data = told.panels[panel].d.find((d) => d.x);
  const judged = turn === 'd' && order >= 2, x = turn === 'd' ? one.x : data && data.x;
  if (x) { g.globalAlpha = judged ? (kind === 'judge' ? 0.3 + 0.6 * s : 0.9) : 0.25; dots(g, everyOne(x.length / 2, (i) => inPlane(r, x, i)), radius * 0.9, color('data')); g.globalAlpha = 1; }
  if (turn === 'g' && stepped) trails(g, r, one, s);
  const where = turn === 'g' && stepped ? (i) => { const [a, b] = [inPlane(r, one.fake, i), inPlane(r, one.moved, i)]; return [a[0] + (b[0] - a[0]) * s, a[1] + (b[1] - a[1]) * s]; } : (i) => inPlane(r, one.fake, i);
  if (order >= 2) { const at = everyOne(one.n, where); dots(g, at, radius + 1.2, color('panel')); dots(g, at, radius, color('generated')); }
  if (turn === 'g' && order >= 4 && !stepped) arrows(g, r, one, kind === 'push' ? s : 1);
  if (turn === 'd' && stepped) change(g, r, before, after, tones, s);
  g.restore();
  frame(g, r, active);
  key(g, r, turn);
}

function key(g, r, turn) { // what the colours of the plane are
  const y = r.y - px(9);
  g.font = font(px(17)); g.textBaseline = 'alphabetic'; g.textAlign = 'left';
  let x = r.x + px(4);
  for (const [ink, words] of [['data', `x`], ['generated', 'x̂ = G(z)']]) {
    dots(g, [[x + px(6), y - px(6)]], px(6), color(ink));
    g.fillStyle = color('ink'); g.fillText(words, x + px(17), y);
    x += px(17) + g.measureText(words).width + px(18);
  }
  const words = t('lab_slow.heat'), bar = Math.min(px(50), r.w * 0.12), tones = shades().pale;
  g.textAlign = 'right'; g.fillStyle = color('muted');
  const wide = Math.min(g.measureText(words).width, r.right - x - bar - px(14));
  g.fillText(words, r.right - px(2), y, wide);
  for (let i = 0; i < bar; i++) { g.fillStyle = `rgb(${tones[Math.round((255 * i) / bar)]})`; g.fillRect(r.right - wide - px(10) - bar + i, y - px(13), 1.2, px(14)); }
}

function arrows(g, r, one, s) {
  const unit = r.w * ARROW, head = r.w / 60;
  g.beginPath();
  for (let i = 0; i < one.n; i++) {
    const [x, y] = inPlane(r, one.fake, i), [u, v] = [one.push[2 * i], -one.push[2 * i + 1]], size = Math.hypot(u, v);
    if (!Number.isFinite(x) || size < SMALL) continue;
    const long = Math.min(1.5, size) * unit * s, [dx, dy] = [u / size, v / size], [X, Y] = [x + dx * long, y + dy * long];
    g.moveTo(x, y); g.lineTo(X, Y);
    g.moveTo(X - head * (dx + 0.6 * dy), Y - head * (dy - 0.6 * dx)); g.lineTo(X, Y); g.lineTo(X - head * (dx - 0.6 * dy), Y - head * (dy + 0.6 * dx));
  }
  g.strokeStyle = color('class-7'); g.lineWidth = Math.max(1.5, r.w / 220); g.stroke();
}

function trails(g, r, one, s) {
  const times = longer(one) * s;
  g.beginPath();
  for (let i = 0; i < one.n; i++) {
    const [[x, y], [X, Y]] = [inPlane(r, one.fake, i), inPlane(r, one.moved, i)];
    if (Number.isFinite(x) && Number.isFinite(X)) { g.moveTo(x, y); g.lineTo(x + (X - x) * times, y + (Y - y) * times); }
  }
  g.strokeStyle = color('ink'); g.lineWidth = Math.max(1.2, r.w / 300); g.globalAlpha = 0.7; g.stroke(); g.globalAlpha = 1;
}

function change(g, r, before, after, tones, s) { // an inset: where D went up and down, enlarged
  const differences = Array.from(after, (v, i) => v - before[i]), most = Math.max(...differences.map(Math.abs)), side = r.w * 0.34;
  const inset = rect(r.right - side - px(8), r.bottom - side - px(8), side, side), times = most ? 127 / most : 1;
  g.globalAlpha = s;
  g.fillStyle = color('panel'); g.fillRect(inset.x - px(3), inset.y - px(28), side + px(6), side + px(31));
  heat(g, inset, differences.map((d) => 127.5 + d * times), tones.full);
  g.strokeStyle = color('accent'); g.lineWidth = px(2); g.strokeRect(inset.x, inset.y, side, side);
  title(g, most ? t('lab_slow.change', { times: sign(times, 2) }) : t('lab_slow.no_change'), inset.cx, inset.y - px(8), true, 'center', side);
  g.globalAlpha = 1;
}

// ---- D's outputs under the curves of the loss ---------------------------------------------------------------------------------------------------------

const BINS = 30;
function out(r) { // where the axis lies
  const low = r.y + r.h * 0.72, split = r.y + r.h * 0.42, { reach } = told.panels[panel];
  return { low, split, X: (v) => r.x + px(8) + ((clamp(v, -reach, reach) / reach + 1) / 2) * (r.w - px(16)) };
}
const bin = (v, reach) => Math.min(BINS - 1, Math.floor(((clamp(v, -reach, reach) / reach + 1) / 2) * BINS));

function drawOut(g, r, phase, one, on, s) {
  const of = told.panels[panel], { low, split, X } = out(r), { turn, kind, order } = phase, N = turn.toUpperCase(), { reach } = of;
  g.fillStyle = color('bg'); g.beginPath(); g.roundRect(r.x, r.y, r.w, r.h, px(10)); g.fill();
  title(g, t(of.loss === 'wgan_gp' ? 'lab_slow.scores' : 'lab_slow.logits'), r.cx, r.y - px(9), on.has('out'), 'center', r.w);
  g.strokeStyle = color('line'); g.lineWidth = 1;
  g.beginPath(); g.moveTo(X(-reach), low); g.lineTo(X(reach), low); g.moveTo(X(0), r.y + px(6)); g.lineTo(X(0), low); g.stroke();
  g.font = font(px(15)); g.fillStyle = color('muted'); g.textBaseline = 'top';
  for (const [v, align] of [[-reach, 'left'], [0, 'center'], [reach, 'right']]) { g.textAlign = align; g.fillText(String(v).replace('-', '−'), X(v), low + px(4)); }
  const grown = order < 2 ? 0 : kind === 'judge' ? Math.max(0, 2 * s - 1) : 1;
  for (const [logits, ink] of turn === 'd' ? [[one.logits_real, 'data'], [one.logits, 'generated']] : [[one.logits, 'generated']]) {
    const bins = new Array(BINS).fill(0);
    for (const v of logits) if (Number.isFinite(v)) bins[bin(v, reach)] += 1;
    const most = Math.max(1, ...bins), w = (r.w - px(16)) / BINS;
    g.fillStyle = color(ink); g.globalAlpha = 0.65;
    bins.forEach((n, i) => { const tall = (n / most) * (low - split - px(8)) * grown; g.fillRect(r.x + px(8) + i * w + 0.5, low - tall, w - 1, tall); });
    g.globalAlpha = 1;
  }
  curves(g, r, of, split, X, turn, order >= 3, kind === 'loss');
  g.textAlign = 'center'; g.textBaseline = 'middle'; g.font = font(px(30), 700); g.fillStyle = color(kind === 'loss' ? 'ink' : 'muted');
  const value = order >= 3 ? ` = ${sign(one.loss)}` : '';
  g.fillText(`L${below(N)}${value}`, r.cx, r.y + r.h * 0.9, r.w - px(12));
  frame(g, r, on.has('out'));
}

function curves(g, r, of, split, X, turn, on, now) {
  const { logits, real, fake, generator } = of.curves, lines = turn === 'd' ? [[real, 'data', []], [fake, 'generated', [7, 5]]] : [[generator, `class-${asked.classes[panel]}`, []]];
  const all = lines.flatMap(([curve]) => [...curve]), most = Math.min(of.reach, Math.max(...all)), least = Math.max(-of.reach, Math.min(...all));
  const Y = (v) => split - px(6) - (split - r.y - px(18)) * ((v - least) / Math.max(1, most - least));
  g.save();
  g.beginPath(); g.rect(r.x, r.y + px(4), r.w, split - r.y); g.clip();
  g.globalAlpha = on ? 1 : 0.3;
  for (const [curve, ink, dash] of lines) {
    g.beginPath();
    logits.forEach((v, i) => (i ? g.lineTo(X(v), Y(curve[i])) : g.moveTo(X(v), Y(curve[i]))));
    g.strokeStyle = color(ink); g.lineWidth = px(now ? 4 : 2.5); g.setLineDash(dash); g.stroke(); g.setLineDash([]);
  }
  g.restore();
  g.globalAlpha = 1;
}

// ---- what flies: z through G to the plane, points through D to their logits -----------------------------------------------------------------------------------

function flights(g, at, phase, one, s) {
  const { kind, turn } = phase, radius = Math.max(2.2, at.plane.w / 190);
  if (kind === 'fake') fly(g, one.n, s, radius, within(one.fake), (i) => zAt(at.z, one, i), (i) => [at.G.cx, at.G.cy + ((i / one.n) - 0.5) * at.G.h * 0.4], (i) => inPlane(at.plane, one.fake, i), color(told.z_dim > 2 ? 'generated' : 'ink'), color('generated'));
  if (kind !== 'judge' || s >= 1) return;
  const { low, X } = out(at.out), through = (i, n) => [at.D.cx, at.D.cy + ((i / n) - 0.5) * at.D.h * 0.3];
  const pairs = turn === 'd' ? [[one.x, one.logits_real, 'data'], [one.fake, one.logits, 'generated']] : [[one.fake, one.logits, 'generated']];
  for (const [points, logits, ink] of pairs) fly(g, points.length / 2, s, radius, within(points), (i) => inPlane(at.plane, points, i), (i) => through(i, points.length / 2), (i) => [X(logits[i]), low - px(4)], color(ink), color(ink));
}

const within = (points) => (i) => Math.abs(points[2 * i]) <= 1 && Math.abs(points[2 * i + 1]) <= 1;
function fly(g, n, s, radius, inside, from, via, to, first, second) {
  const early = [], late = [];
  for (let i = 0; i < n; i++) {
    if (!inside(i)) continue; // of the plane
    const own = clamp(s * 1.5 - (0.5 * i) / n, 0, 1), [a, b, c] = [from(i), via(i), to(i)], half = own < 0.5 ? own * 2 : own * 2 - 1;
    const [p, q] = own < 0.5 ? [a, b] : [b, c];
    (own < 0.5 ? early : late).push([p[0] + (q[0] - p[0]) * half, p[1] + (q[1] - p[1]) * half]);
  }
  if (s > 0 && s < 1) dots(g, early, radius, first);
  dots(g, late, radius + 1, color('panel')); dots(g, late, radius, second);
}

// ---- start -----------------------------------------------------------------------------------------------------------------------------------------------

playground.translate(box);
part('open').addEventListener('click', open);
part('close').addEventListener('click', close);
part('next').addEventListener('click', next);
part('panel').addEventListener('change', () => {
  const { turn, kind } = phases[state.step], l = Number(part('panel').value);
  pick(l, 0);
  const alike = phases.findIndex((phase) => phase.turn === turn && phase.kind === kind); // the same moment of the other panel
  if (alike > 0) film.go(alike);
});
stage.addEventListener('click', (event) => {
  const chip = event.target.closest('[data-group], [data-phase]');
  if (!chip) return;
  const now = phases[state.step], { group, phase } = chip.dataset;
  film.go(phases.findIndex((other) => (group ? `${other.turn}${other.at}` === group && other.order === 0 : other.turn === now.turn && other.at === now.at && other.kind === phase)));
});
document.addEventListener('moved', moved, true); // it does not bubble
playground.onLang(() => { door(); if (told) { names(); chips(); say(); show(); } });
watch('value', () => { if (props.value) hear(props.value); });
wait('', null);
moved();
