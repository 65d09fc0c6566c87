// The film so far as a GIF: its panels are drawn here, frame by frame, and the server puts them together.
const GIF_FRAMES = 80, GIF_MS = 90, GIF_BYTES = 12e6, GIF_WIDE = 800, GIF_CELL = 260;

// Base64 of a GIF, or null after a message. say(done, total): how many frames are drawn; said again with total, total while the server works.
async function gif(say) {
  if (!film || !film.frames.length || !film.scene) { playground.toast(t('lab.save.empty'), 'warn'); return null; }
  const [shown, of, all] = [film, plan, film.frames], many = Math.min(GIF_FRAMES, all.length);
  const chosen = Array.from({ length: many }, (_, k) => all[many > 1 ? Math.round((k * (all.length - 1)) / (many - 1)) : 0]);
  const L = all[0].L, gap = 8, side = Math.min(GIF_CELL, Math.floor((GIF_WIDE - gap * (L + 1)) / L));
  const node = Object.assign(document.createElement('canvas'), { width: Math.max(360, gap + L * (side + gap)), height: side + 88 }), g = node.getContext('2d', { willReadFrequently: true });
  const pictures = [];
  for (const frame of chosen) {
    withFilm(shown, of, frame.step, () => drawPage(g, node, frame, side, gap));
    pictures.push(await encoded(node));
    say(pictures.length, many);
    await new Promise((done) => setTimeout(done, 0));
  }
  if (pictures.reduce((sum, text) => sum + text.length, 0) * 0.75 > GIF_BYTES) { playground.toast(t('lab.save.large'), 'warn'); return null; }
  const got = await server.gif([node.width, node.height, GIF_MS, pictures]).then(playground.check).catch((error) => { playground.toast(t('page.offline'), 'bad'); console.warn(error); return null; });
  return got && got.data;
}

async function encoded(node) { // a PNG of so many soft shades would take ten times the bytes
  const as = (kind) => new Promise((done) => node.toBlob(done, kind, 0.92)), webp = await as('image/webp');
  const blob = webp.type === 'image/webp' ? webp : await as('image/jpeg'), bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}

function drawPage(g, { width, height }, frame, side, gap) {
  g.fillStyle = color('panel'); g.fillRect(0, 0, width, height);
  g.textBaseline = 'alphabetic'; g.textAlign = 'left'; g.fillStyle = color('ink'); g.font = font(18, 700);
  g.fillText(`${t('lab.step')} ${frame.step.toLocaleString(playground.lang)} / ${film.total.toLocaleString(playground.lang)}`, gap, 24);
  const margin = (width - (frame.L * (side + gap) - gap)) / 2;
  for (let l = 0; l < frame.L; l++) {
    const left = margin + l * (side + gap), done = number(frame, l, 'diverged');
    g.fillStyle = playground.classColor(lookOf(l)); g.fillRect(left, 40, 14, 5);
    g.fillStyle = color('ink'); g.font = font(15, 600); g.textAlign = 'left'; g.textBaseline = 'alphabetic';
    g.fillText(nameOf(l, frame.step), left + 20, 48, side - 20);
    g.save();
    g.translate(left, 56); g.beginPath(); g.rect(0, 0, side, side); g.clip();
    g.fillStyle = color('bg'); g.fillRect(0, 0, side, side);
    drawPanel({ l, field: page }, g, side, side);
    g.restore();
    g.font = font(14, 400); g.fillStyle = color('ink'); g.textAlign = 'left'; g.textBaseline = 'alphabetic';
    g.fillText(done ? t('lab.diverged') : `${t('lab.number.modes')} ${number(frame, l, 'modes')} / ${frame.modes} · HQ ${percent(number(frame, l, 'hq'))}`, left, side + 76, side);
  }
}
const page = document.createElement('canvas'); // for the background of a panel
