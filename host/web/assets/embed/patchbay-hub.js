// <patchbay-hub>: the hub's connect page in a page of yours. See docs/embedding.md.
//
//   <script type="module" src="https://hub.example.com/embed/patchbay-hub.js"></script>
//   <patchbay-hub token="..."></patchbay-hub>
//
// The page runs in a frame of the hub's origin: what is typed there never reaches this one.

const kLabels = { en: 'Connect an account', de: 'Konto verbinden' };
const kStyle = `
  :host { display: block; inline-size: 100%; block-size: 44rem; min-block-size: 20rem; }
  :host([hidden]) { display: none; }
  iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; border-radius: inherit; color-scheme: normal; }
`;
const kVariables = { '--patchbay-accent': 'accent', '--patchbay-radius': 'radius', '--patchbay-font': 'font' };

class PatchbayHub extends HTMLElement {
  static observedAttributes = ['token', 'hub', 'lang', 'theme'];

  #frame = null;
  #queued = false;
  #listen = (event) => this.#hear(event);

  // The hub's address; by default where this script came from.
  get hub() {
    return new URL(this.getAttribute('hub') || import.meta.url).origin;
  }

  connectedCallback() {
    window.addEventListener('message', this.#listen);
    this.#plan();
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#listen);
    this.#frame?.remove();
    this.#frame = null;
  }

  attributeChangedCallback(name, before, now) {
    if (before !== now) this.#plan();
  }

  // Attributes are often set one after the other; the page is loaded once for all of them.
  #plan() {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      if (this.isConnected) this.#load();
    });
  }

  #load() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    this.#frame?.remove();
    this.#frame = null;
    const token = this.getAttribute('token');
    if (!token) return;
    const style = new CSSStyleSheet();
    style.replaceSync(kStyle);
    root.adoptedStyleSheets = [style];
    const page = new URL(`/connect/${encodeURIComponent(token)}`, this.hub);
    const language = this.getAttribute('lang')?.slice(0, 2).toLowerCase();
    if (language in kLabels) page.searchParams.set('lang', language);
    const theme = this.getAttribute('theme');
    if (theme === 'light' || theme === 'dark') page.searchParams.set('theme', theme);
    const frame = document.createElement('iframe');
    frame.title = this.getAttribute('label') || kLabels[language] || kLabels.en;
    frame.referrerPolicy = 'no-referrer';
    frame.allow = 'clipboard-write';
    frame.src = page.href;
    root.append(frame);
    this.#frame = frame;
  }

  #hear(event) {
    if (!this.#frame || event.source !== this.#frame.contentWindow || event.origin !== this.hub) return;
    const { patchbay: name, ...detail } = event.data ?? {};
    if (name === 'ready') this.#dress();
    if (typeof name !== 'string') return;
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  // Hands the page's colours on.
  #dress() {
    const style = getComputedStyle(this);
    const look = {};
    for (const [variable, name] of Object.entries(kVariables)) {
      const value = style.getPropertyValue(variable).trim();
      if (value) look[name] = value;
    }
    this.#frame.contentWindow.postMessage({ patchbay: 'look', ...look }, this.hub);
  }
}

if (!customElements.get('patchbay-hub')) customElements.define('patchbay-hub', PatchbayHub);
