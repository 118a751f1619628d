// Signing in at the provider while this page stands in a frame: providers refuse frames, so a window
// of its own opens for it, by the person's click. The hub is asked how it goes there; the window
// itself is only looked at to see that it was closed. In the window, the page goes on by itself.
// Loaded by the pages it is for, beside app.js.
import { get, pause } from './hub.js';

const kPage = '/connect';
const kName = 'patchbay-sign-in';
const kLook = 'popup,width=560,height=720';
const kEvery = 1000; // milliseconds

class Waiting {
  #form;
  #button;
  #status;
  #spinner;
  #window = null;

  constructor(form) {
    this.#form = form;
    this.#button = form.querySelector('[type="submit"]');
    [this.#status, this.#spinner] = ['[role="status"]', '.spinner'].map((mark) => form.parentElement.querySelector(mark));
    form.addEventListener('submit', (event) => this.#open(event));
    this.#watch();
  }

  #say(state, offer) {
    const waits = state === 'open' || state === 'checking';
    this.#spinner.hidden = !waits;
    this.#button.classList.toggle('primary', !waits);
    if (this.#status.textContent !== this.#form.dataset[state]) this.#status.textContent = this.#form.dataset[state];
    if (offer) this.#button.textContent = this.#form.dataset[offer];
  }

  // A browser that lets no window open may still let a link open a tab.
  #open(event) {
    if (this.#form.dataset.tabs === undefined) {
      this.#window = window.open('', kName, kLook);
      if (!this.#window) {
        event.preventDefault();
        this.#form.dataset.tabs = '';
        this.#form.target = '_blank';
        this.#say('blocked', 'tab');
        return;
      }
      this.#window.opener = null; // the provider's page can't lead this one elsewhere
      this.#window.focus();
      this.#form.target = kName;
    }
    this.#say('open', this.#window ? 'again' : undefined);
  }

  async #watch() {
    for (;;) {
      await pause(kEvery);
      try {
        const { state, go } = await (await get('/connect/status')).json();
        if (state === 'running') {
          this.#say('checking');
        } else if (state !== 'waiting' || !go) {
          window.location.replace(kPage);
          return;
        } else if (this.#window?.closed) {
          this.#window = null;
          this.#say('closed', 'again');
        }
      } catch {
        // The hub is away for a moment; what it waits for is not.
      }
    }
  }
}

const link = document.querySelector('a[data-goes-on]');
if (link) window.location.replace(link.href);
const form = document.querySelector('form[data-sign-in]');
if (form) new Waiting(form);
