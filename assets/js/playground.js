// The page's own toolbox, window.playground: language, theme, colours, canvas, keys, links. Runs in <head>, before Gradio starts,
// so that the first picture already has the right language, theme, tab and values. Its settings stand in <script id="pg-config">.
(() => {
  'use strict';
  const config = JSON.parse(document.getElementById('pg-config').textContent); // {stages, links, tabs, core, lang}
  const LANGS = ['en', 'ko'];
  const RESERVED = ['tab', 'lang'];
  const root = document.documentElement;
  const query = new URLSearchParams(location.search);
  const tables = (window.gradio_config && window.gradio_config.i18n_translations) || {};
  const callbacks = { lang: [], theme: [] };
  const problems = [];

  // ---- storage that may be forbidden (private windows) -------------------------------------------------------------------
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* the page works without it */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

  // ---- text ------------------------------------------------------------------------------------------------------------
  function text(lang, key, params) {
    const found = (tables[lang] || {})[key] ?? (tables.en || {})[key];
    if (found === undefined) return key;
    return found.replace(/\{([a-z_][a-z_0-9]*)\}/g, (whole, name) => (params && name in params ? String(params[name]) : whole));
  }
  const t = (key, params) => text(playground.lang, key, params);

  function firstLang() {
    const asked = query.getAll('lang');
    if (asked.length === 1 && LANGS.includes(asked[0])) return asked[0];
    const fallback = [recall('lang'), config.lang, (navigator.language || 'en').slice(0, 2)].find((l) => LANGS.includes(l)) || 'en';
    if (asked.length) problems.push(refusal('choice', 'lang', asked.length > 1 ? asked : asked[0], { choices: LANGS }, fallback));
    return fallback;
  }

  function keepLang(lang) {
    remember('lang', lang);
    document.cookie = `lang=${lang}; path=/; max-age=31536000; samesite=lax`;
    root.lang = lang;
    document.title = text(lang, 'page.title');
  }

  async function setLang(lang) {
    if (!LANGS.includes(lang) || lang === playground.lang) return;
    playground.lang = lang;
    keepLang(lang);
    link.write();
    try { // Gradio's own switch is not part of its public surface: if it is gone, a reload does the same.
      const core = await import(new URL(config.core, document.baseURI).href);
      core.changeLocale(lang);
    } catch { link.flush(); location.reload(); return; }
    nameTabs();
    callbacks.lang.forEach((run) => run(lang));
  }

  // Gradio leaves the label of a tab that was never opened as it was, in the row and in its menu for narrow screens.
  function nameTabs() {
    const keys = [...config.stages.map((id) => `page.tab.${id}`), ...Object.keys(config.groups || {}).map((id) => `page.group.${id}`)];
    const keyOf = new Map(LANGS.flatMap((lang) => keys.map((key) => [text(lang, key), key])));
    for (const button of document.querySelectorAll('#pg-tabs > .tab-wrapper button, .pg-inner-tabs > .tab-wrapper button')) {
      const words = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (words && keyOf.has(words.data.trim())) words.data = t(keyOf.get(words.data.trim()));
    }
  }

  // Fills [data-t] (text), [data-t-label] (aria-label), [data-t-title] (title and aria-label) under `element`, now and on every switch.
  function translate(element) {
    const fill = () => {
      for (const [attribute, put] of TRANSLATED) {
        const own = element.matches(`[${attribute}]`) ? [element] : [];
        for (const node of [...own, ...element.querySelectorAll(`[${attribute}]`)]) put(node, t(node.getAttribute(attribute)));
      }
    };
    fill();
    onLang(fill);
  }
  const TRANSLATED = [
    ['data-t', (node, words) => { node.textContent = words; }],
    ['data-t-label', (node, words) => { node.setAttribute('aria-label', words); }],
    ['data-t-title', (node, words) => { node.setAttribute('aria-label', words); node.title = words; }],
  ];
  const onLang = (run) => callbacks.lang.push(run);
  const onTheme = (run) => callbacks.theme.push(run);

  // ---- theme -----------------------------------------------------------------------------------------------------------
  const system = matchMedia('(prefers-color-scheme: dark)');
  const wanted = () => (['light', 'dark'].includes(recall('theme')) ? recall('theme') : system.matches ? 'dark' : 'light');

  function applyTheme() {
    const dark = playground.theme === 'dark';
    for (const node of [root, document.body]) if (node && node.classList.contains('dark') !== dark) node.classList.toggle('dark', dark);
    root.style.colorScheme = playground.theme;
  }

  function setTheme(theme) {
    remember('theme', theme);
    changeTheme(theme);
  }

  function changeTheme(theme) {
    playground.theme = theme;
    applyTheme();
    colours.clear();
    callbacks.theme.forEach((run) => run(theme));
  }

  // ---- colours ---------------------------------------------------------------------------------------------------------
  const colours = new Map();
  const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
  function color(name) {
    if (!colours.has(name)) colours.set(name, getComputedStyle(document.body || root).getPropertyValue(`--pg-${name}`).trim());
    return colours.get(name);
  }

  // OKLCH (lightness 0..1, chroma, hue in degrees) to sRGB bytes: equal steps of lightness look equal. A colour that no
  // screen has gives up chroma, not lightness or hue.
  function oklch(l, c, h) {
    let [low, high] = [0, c];
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (linearRgb(l, middle, h).every((v) => v >= -1e-4 && v <= 1.0001)) low = middle; else high = middle;
    }
    return linearRgb(l, low, h).map((v) => Math.round(255 * clamp(v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055, 0, 1)));
  }
  function linearRgb(l, c, h) {
    const a = c * Math.cos((h * Math.PI) / 180), b = c * Math.sin((h * Math.PI) / 180);
    const [L, M, S] = [l + 0.3963377774 * a + 0.2158037573 * b, l - 0.1055613458 * a - 0.0638541728 * b, l - 0.0894841775 * a - 1.291485548 * b].map((v) => v ** 3);
    return [4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S, -1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S, -0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S];
  }
  const STEPS = 256;
  const RAMP = Array.from({ length: STEPS }, (_, i) => { // indigo, blue, green, yellow, ever lighter
    const v = i / (STEPS - 1);
    return oklch(0.22 + 0.72 * v, 0.088 + 0.15 * (v - 0.38) ** 2, 292 - 190 * v); // chroma that a screen has everywhere
  });
  const side = (v, dark) => (v < 0 ? oklch(dark ? 0.24 - 0.5 * v : 0.97 + 0.45 * v, 0.15 * -v, 255) : oklch(dark ? 0.24 + 0.52 * v : 0.97 - 0.4 * v, 0.16 * v, 45));
  const DIVERGING = [false, true].map((dark) => Array.from({ length: STEPS }, (_, i) => side((2 * i) / (STEPS - 1) - 1, dark)));
  const ramp = (v) => RAMP[Math.round(clamp(Number.isFinite(v) ? v : 0, 0, 1) * (STEPS - 1))];
  const diverging = (v) => DIVERGING[playground.theme === 'dark' ? 1 : 0][Math.round(((clamp(Number.isFinite(v) ? v : 0, -1, 1) + 1) / 2) * (STEPS - 1))];
  const classColor = (k) => color(`class-${((k % 10) + 10) % 10}`);

  // ---- arrays and canvas -------------------------------------------------------------------------------------------------
  const TYPES = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array, int32: Int32Array, float32: Float32Array };
  function unpack(packed) {
    if (!packed || !TYPES[packed.dtype]) throw new Error(`expected a packed array of ${Object.keys(TYPES)}, got ${JSON.stringify(packed).slice(0, 80)}`);
    const bytes = Uint8Array.from(atob(packed.data), (c) => c.charCodeAt(0));
    return new TYPES[packed.dtype](bytes.buffer);
  }

  const large = matchMedia('(min-width: 1600px)');
  const px = (size) => size * (large.matches ? 1.25 : 1);
  const font = (size, weight = 400) => `${weight} ${size}px ${color('font') || 'system-ui, sans-serif'}`;

  // A canvas that fills `element`: draw(g, width, height) in CSS pixels, again on resize, theme and language. An existing <canvas> is used.
  function canvas(element, draw) {
    const node = element.querySelector('canvas') || element.appendChild(document.createElement('canvas'));
    const g = node.getContext('2d');
    const view = { canvas: node, g, width: 0, height: 0, draw: paint, later };
    let waiting = 0;
    function fit() {
      const ratio = window.devicePixelRatio || 1;
      const box = node.parentElement.getBoundingClientRect();
      view.width = Math.max(1, Math.round(box.width)); view.height = Math.max(1, Math.round(box.height));
      const [w, h] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
      if (node.width !== w || node.height !== h) { node.width = w; node.height = h; }
      node.style.width = `${view.width}px`; node.style.height = `${view.height}px`;
      g.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    function paint() {
      if (!node.isConnected) return;
      fit();
      g.clearRect(0, 0, view.width, view.height);
      draw(g, view.width, view.height);
    }
    function later() { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; paint(); }); }
    node.classList.add('pg-fit');
    node.parentElement.classList.add('pg-fit-box');
    new ResizeObserver(later).observe(node.parentElement);
    onTheme(later); onLang(later);
    fit();
    later(); // the caller's own names may stand below its call
    return view;
  }

  // ---- asking the server ---------------------------------------------------------------------------------------------------
  // One call in flight, the newest waits, those between are dropped: ask(...args).
  function gate(fn) {
    let busy = false, next = null;
    return async function ask(...args) {
      if (busy) { next = args; return; }
      busy = true;
      try { await fn(...args); } catch (error) { toast(t('page.offline'), 'bad'); console.warn(error); } finally {
        busy = false;
        if (next) { const queued = next; next = null; ask(...queued); }
      }
    };
  }

  // The result of a server function, or null after its error was shown.
  function check(result) {
    if (!result || !result.error) return result ?? null;
    const { kind, message } = result.error;
    toast((message && message[playground.lang]) || t(`error.${kind}`), 'warn');
    return null;
  }

  // ---- keyboard --------------------------------------------------------------------------------------------------------------
  const NAMES = { ' ': 'space', ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
  const ACTIVE = { space: 'BUTTON A SUMMARY', enter: 'BUTTON A SUMMARY' };
  // keys(element, {space, left, 'shift+left', r, ...}): leaves typing, sliders and pressed buttons alone.
  function keys(element, actions) {
    element.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const name = NAMES[event.key] || (/^Key[A-Z]$/.test(event.code) ? event.code[3] : event.key).toLowerCase();
      const action = actions[event.shiftKey ? `shift+${name}` : name];
      const tag = event.target.tagName;
      if (!action || /^(INPUT|TEXTAREA|SELECT)$/.test(tag) || (ACTIVE[name] || '').split(' ').includes(tag)) return;
      event.preventDefault();
      action(event);
    });
  }

  // ---- the player of a film ----------------------------------------------------------------------------------------------------
  // Moves `state` {step, playing, hover} of a film that plays in the browser alone, by the row of ui/components/player_bar.py in
  // `root` and by keys. first() and last(): the steps it plays between; ready(): there is a film; show(): draw this step; settle(): it
  // rests, tell the link and a screen reader. acts: further buttons by their data-part; on: further keys, or others for the same keys.
  function player(root, { stage, state, first, last, ready, show, settle, acts = {}, on = {} }) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const slider = part('slider'), speed = part('speed');
    let turn = 0, before = 0, owed = 0;
    const finished = () => state.step >= last();
    function pause() { state.playing = false; show(); settle(); }
    function go(step) {
      if (!ready()) return;
      Object.assign(state, { step: clamp(Math.round(step), 0, last()), hover: null });
      pause();
    }
    function play() {
      if (!ready() || state.playing) return;
      if (finished()) state.step = first();
      Object.assign(state, { playing: true, hover: null });
      before = performance.now(); owed = 0; turn += 1;
      link.set(stage, { step: -1 });
      show();
      const mine = turn;
      requestAnimationFrame(function tick(now) {
        if (!state.playing || mine !== turn || !root.isConnected) return;
        owed += (Math.max(0, now - before) / 1000) * Number(speed.value);
        before = now;
        const whole = Math.floor(owed);
        owed -= whole;
        state.step = Math.min(last(), state.step + whole);
        if (finished()) { pause(); return; }
        if (whole) show();
        requestAnimationFrame(tick);
      });
    }
    const toggle = () => (state.playing ? pause() : play());
    function restart() { if (ready()) { Object.assign(state, { playing: false, step: first() }); play(); } }
    function paint() { // the row itself, as part of show()
      slider.max = last(); slider.value = state.step; slider.disabled = !ready();
      part('play').setAttribute('aria-pressed', String(state.playing));
      part('play').dataset.icon = state.playing ? 'pause' : 'play';
    }
    const label = () => { for (const option of speed.options) option.textContent = t(`${stage}.per_second`, { value: option.value }); };
    const own = { restart, play: toggle, back: () => go(state.step - 1), step: () => go(state.step + 1), end: () => go(last()) };
    for (const [name, act] of Object.entries({ ...own, ...acts })) part(name).addEventListener('click', act);
    slider.addEventListener('input', () => go(Number(slider.value)));
    keys(root, { space: toggle, left: own.back, right: own.step, home: () => go(0), end: own.end, r: restart, ...on });
    onLang(label);
    label();
    return { go, play, pause, restart, paint };
  }

  // ---- messages ----------------------------------------------------------------------------------------------------------------
  function toast(message, kind = 'accent', seconds = 8) {
    if (!document.body) { document.addEventListener('DOMContentLoaded', () => toast(message, kind, seconds)); return; }
    let tray = document.querySelector('.pg-toasts');
    if (!tray) { tray = document.body.appendChild(document.createElement('div')); tray.className = 'pg-toasts'; tray.setAttribute('role', 'status'); tray.setAttribute('aria-live', 'polite'); }
    for (const old of [...tray.children]) if (old.firstChild.textContent === message) old.remove();
    const box = tray.appendChild(document.createElement('div'));
    box.className = `pg-toast pg-${kind}`;
    box.appendChild(document.createElement('span')).textContent = message;
    const close = box.appendChild(document.createElement('button'));
    close.textContent = '×'; close.setAttribute('aria-label', t('page.close')); close.onclick = () => box.remove();
    while (tray.children.length > 4) tray.firstChild.remove();
    setTimeout(() => box.remove(), seconds * 1000);
  }

  // ---- links: the state of a stage in the URL --------------------------------------------------------------------------------------
  const NUMBER = { int: /^[+-]?[0-9]{1,15}$/, float: /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$/ };
  const BOOLS = { 1: true, true: true, 0: false, false: false };
  const shown = (got) => { const s = JSON.stringify(got) ?? String(got); return s.length <= 60 ? s : `${s.slice(0, 59)}…`; };
  const refusal = (kind, field, got, limits, fallback) => ({ kind, field, got, limits, fallback });

  // The value of `raw` (URL text, all its occurrences, or a plain value) for a field: {value} or {problem}.
  function read(name, field, raw) {
    const refuse = (kind, limits) => ({ problem: refusal(kind, name, raw, limits, field.default) });
    if (Array.isArray(raw)) {
      if (raw.length !== 1) return refuse('single', {});
      raw = raw[0];
    }
    if (field.kind === 'choice') return field.choices.includes(raw) ? { value: raw } : refuse('choice', { choices: field.choices });
    if (field.kind === 'text') return typeof raw === 'string' && [...raw].length <= field.high ? { value: raw } : refuse('too_long', { high: field.high });
    if (field.kind === 'bool') {
      const value = typeof raw === 'boolean' ? raw : typeof raw === 'string' && Object.hasOwn(BOOLS, raw.toLowerCase()) ? BOOLS[raw.toLowerCase()] : null;
      return value === null ? refuse('choice', { choices: ['true', 'false'] }) : { value };
    }
    const value = typeof raw === 'string' ? (NUMBER[field.kind].test(raw) ? Number(raw) : NaN) : typeof raw === 'number' ? raw : NaN;
    const whole = field.kind !== 'int' || Number.isInteger(value);
    if (Number.isFinite(value) && whole && value >= field.low && value <= field.high) return { value };
    return refuse(field.kind === 'int' ? 'integer_range' : 'number_range', { low: field.low, high: field.high });
  }

  function say({ kind, field, got, limits, fallback }) {
    const label = t(`field.${field}`) === `field.${field}` ? field : t(`field.${field}`);
    const plain = Object.fromEntries(Object.entries(limits).map(([k, v]) => [k, Array.isArray(v) ? v.join(', ') : v]));
    const message = t(`error.${kind}`, { ...plain, field: label, got: shown(got) });
    toast(t('error.link_default', { message, default: shown(fallback) }), 'warn', 15);
  }

  const groupOf = (stage) => Object.values(config.groups || {}).find((group) => group.stages.includes(stage));

  const link = {
    tab: null, state: {}, timer: 0,
    start() {
      const tabs = query.getAll('tab');
      this.tab = config.stages[0];
      if (tabs.length) {
        const { value, problem } = read('tab', { kind: 'choice', choices: config.stages, default: this.tab }, tabs);
        if (problem) problems.push(problem); else this.tab = value;
      }
      for (const [stage, fields] of Object.entries(config.links)) {
        this.state[stage] = {};
        for (const [name, field] of Object.entries(fields)) this.state[stage][name] = stage === this.tab ? this.first(name, field) : field.default;
      }
    },
    first(name, field) {
      if (!query.has(name)) return field.default;
      const { value, problem } = read(name, field, query.getAll(name));
      if (problem) problems.push(problem);
      return problem ? field.default : value;
    },
    get(stage) { return { ...this.state[stage] }; },
    set(stage, values) {
      let changed = false;
      for (const [name, raw] of Object.entries(values)) {
        const field = (config.links[stage] || {})[name];
        if (!field) throw new Error(`expected a field of ${stage} (${Object.keys(config.links[stage] || {})}), got ${name}`);
        const { value, problem } = read(name, field, raw);
        if (problem || value === this.state[stage][name]) continue; // half-typed numbers wait until they are whole
        this.state[stage][name] = value;
        changed = true;
      }
      if (changed && stage === this.tab) this.write();
    },
    open(stage) {
      if (stage === this.tab) return;
      this.tab = stage;
      const group = groupOf(stage);
      if (group) group.current = stage;
      this.write();
    },
    openGroup(name) { const group = config.groups[name]; this.open(group.current || group.stages[0]); }, // where it was left
    href() {
      const url = new URL(location.href);
      const known = [...RESERVED, ...Object.values(config.links).flatMap(Object.keys)];
      known.forEach((name) => url.searchParams.delete(name));
      url.searchParams.set('tab', this.tab);
      for (const [name, value] of Object.entries(this.state[this.tab] || {})) url.searchParams.set(name, typeof value === 'number' ? String(Number(value.toPrecision(10))) : String(value));
      url.searchParams.set('lang', playground.lang);
      return url.href;
    },
    write() { clearTimeout(this.timer); this.timer = setTimeout(() => this.flush(), 250); },
    flush() { clearTimeout(this.timer); history.replaceState(history.state, '', this.href()); },
  };

  async function copyLink() {
    link.flush();
    try {
      if (navigator.clipboard && window.isSecureContext) await navigator.clipboard.writeText(location.href);
      else if (!copyByHand(location.href)) throw new Error('copy was refused');
      toast(t('page.copied'), 'good', 4);
    } catch { toast(t('page.copy_failed'), 'warn'); }
  }

  function copyByHand(words) { // plain http on a lecture room's network has no clipboard API
    const area = document.body.appendChild(document.createElement('textarea'));
    area.value = words; area.className = 'pg-offscreen'; area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }

  // ---- the page's header -----------------------------------------------------------------------------------------------------------
  function header(element) {
    translate(element);
    const theme = element.querySelector('[data-theme]');
    const paint = () => {
      for (const button of element.querySelectorAll('[data-lang]')) button.setAttribute('aria-pressed', String(button.dataset.lang === playground.lang));
      const to = playground.theme === 'dark' ? 'light' : 'dark';
      theme.textContent = `${to === 'dark' ? '☾' : '☀'} ${t(`page.${to}`)}`;
      theme.title = t(`page.to_${to}`);
      theme.setAttribute('aria-label', theme.title);
    };
    for (const button of element.querySelectorAll('[data-lang]')) button.addEventListener('click', () => setLang(button.dataset.lang));
    theme.addEventListener('click', () => setTheme(playground.theme === 'dark' ? 'light' : 'dark'));
    element.querySelector('[data-copy]').addEventListener('click', copyLink);
    onLang(paint); onTheme(paint); paint();
  }

  // ---- start -------------------------------------------------------------------------------------------------------------------------
  // Gradio reads its configuration when it starts; tab and values go in there, so nothing is drawn twice.
  function seedGradio() {
    const gradio = window.gradio_config || {};
    const byId = new Map((gradio.components || []).map((component) => [component.id, component]));
    gradio.title = t('page.title');
    const name = Object.keys(config.groups || {}).find((key) => config.groups[key].stages.includes(link.tab));
    if (name) config.groups[name].current = link.tab;
    if (byId.has(config.tabs)) byId.get(config.tabs).props.selected = name ? `group-${name}` : link.tab;
    if (name && byId.has(config.groups[name].tabs)) byId.get(config.groups[name].tabs).props.selected = link.tab;
    for (const [name, field] of Object.entries(config.links[link.tab] || {})) {
      if (byId.has(field.component)) byId.get(field.component).props.value = link.state[link.tab][name];
    }
  }

  const playground = { t, onLang, onTheme, translate, setLang, setTheme, color, ramp, diverging, classColor, unpack, px, font, canvas, gate, check, keys, player, toast, link, header, read, clamp };
  window.playground = playground;
  playground.theme = wanted();
  playground.lang = firstLang();
  keepLang(playground.lang);
  Object.defineProperty(navigator, 'language', { configurable: true, get: () => playground.lang }); // what Gradio starts from
  link.start();
  seedGradio();
  applyTheme();
  system.addEventListener('change', () => { if (!recall('theme')) changeTheme(wanted()); });
  large.addEventListener('change', () => callbacks.theme.forEach((run) => run(playground.theme)));
  document.addEventListener('DOMContentLoaded', () => {
    applyTheme();
    new MutationObserver(applyTheme).observe(document.body, { attributes: true, attributeFilter: ['class'] });
    problems.forEach(say);
    if (problems.length) link.write();
  });
})();
