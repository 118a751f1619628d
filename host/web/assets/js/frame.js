// A page of ours inside <patchbay-hub>: tells the page around it what happens, and takes on its
// colours. Only pages that the operator named can hold us in a frame, so whoever is around may hear
// it; nothing that is told is secret.
const kLook = {
  accent: ['color', ['--accent', '--accent-strong']],
  radius: ['border-radius', ['--radius', '--radius-small']],
  font: ['font-family', ['--font']],
};

function tell(name, detail = {}) {
  window.parent.postMessage({ patchbay: name, ...detail }, '*');
}

function channel(value) {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

// Black or white, whichever is read better on this colour (WCAG 2 contrast).
function inkOn(colour) {
  const context = document.createElement('canvas').getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  const light = 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

function dress(look) {
  const { style } = document.documentElement;
  for (const [name, [property, variables]] of Object.entries(kLook)) {
    const value = look[name];
    if (typeof value !== 'string' || value.length > 200 || !CSS.supports(property, value)) continue;
    for (const variable of variables) style.setProperty(variable, value);
    if (name !== 'accent') continue;
    style.setProperty('--accent-ink', inkOn(value));
    style.setProperty('--accent-soft', `color-mix(in oklab, ${value} 12%, var(--surface))`);
  }
}

function hear(event) {
  if (event.source === window.parent && event.data?.patchbay === 'look') dress(event.data);
}

// Each mark in the page is told once: <div data-told="linked" data-account="...">.
function tellMarks(told) {
  for (const mark of document.querySelectorAll('[data-told]')) {
    if (told.has(mark)) continue;
    told.add(mark);
    const { told: name, ...detail } = mark.dataset;
    tell(name, detail);
  }
}

export const isFramed = () => window.parent !== window;

export function startFrame() {
  if (!isFramed()) return;
  const told = new WeakSet();
  window.addEventListener('message', hear);
  tell('ready');
  tellMarks(told);
  new MutationObserver(() => tellMarks(told)).observe(document.body, { childList: true, subtree: true });
}
