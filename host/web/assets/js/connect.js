// Connecting without leaving the page: post, watch, and show how it ended. The attempt lives on the
// hub, so a reload finds it again, and without this module the same addresses answer with pages.
import { carryOver, checkRequired, startFields } from './connect_fields.js';
import { isFramed } from './frame.js';
import { documentOf, fragmentOf } from './html.js';
import { get, pause, post } from './hub.js';
import { localTimes } from './times.js';

const kPage = '/connect';

function showProgress(main, running) {
  const form = main.querySelector('#connect-form');
  const progress = main.querySelector('#connect-progress');
  if (!form || !progress) return;
  form.hidden = running;
  progress.hidden = !running;
  for (const past of main.querySelectorAll('.ask, #failure')) past.hidden = running;
  if (running) progress.querySelector('h2').focus();
}

async function showConfirmation(main) {
  if (isFramed()) { // a dialog would stand in a window within a window
    window.location.replace(kPage);
    return;
  }
  const reply = await get('/connect/result');
  if (!reply.ok || reply.redirected) {
    window.location.replace(kPage);
    return;
  }
  const dialog = main.querySelector('#confirmation');
  const content = fragmentOf(await reply.text());
  localTimes(content);
  dialog.querySelector('[data-content]').replaceChildren(content);
  for (const busy of main.querySelectorAll('.spinner, form[action="/connect/cancel"]')) busy.hidden = true;
  // Underneath is a form that has done its work.
  dialog.addEventListener('close', () => window.location.replace(kPage));
  dialog.setAttribute('aria-labelledby', 'confirmation-title'); // came with the content
  dialog.showModal();
  dialog.querySelector('#confirmation-title').focus();
}

// Puts the page as the hub sees it now in place of this one, keeping what is not secret.
async function showFailure(main) {
  const reply = await get(kPage);
  const fresh = documentOf(await reply.text());
  const successor = document.importNode(fresh.querySelector('main'), true);
  const [before, after] = [main, successor].map((root) => root.querySelector('#connect-form'));
  if (before && after) carryOver(before, after);
  main.replaceWith(successor);
  document.title = fresh.title;
  localTimes(successor);
  startConnect();
  const failure = successor.querySelector('#failure');
  failure?.scrollIntoView({ block: 'center' });
  failure?.focus();
}

async function watch(main) {
  for (let round = 0; ; round += 1) {
    let state = 'running';
    let go;
    try {
      ({ state, go } = await (await get('/connect/status')).json());
    } catch {
      // The hub is away for a moment; the attempt is not.
    }
    if (state === 'linked') return showConfirmation(main);
    if (state === 'failed') return showFailure(main);
    if (state === 'waiting' && go && !isFramed()) return window.location.assign(go);
    if (state === 'waiting' || state === 'none') return window.location.replace(kPage);
    await pause(round < 10 ? 250 : 1000);
  }
}

async function submit(main, form) {
  if (!checkRequired(form)) return;
  const body = post(kPage, form);
  showProgress(main, true);
  for (const secret of form.querySelectorAll('[data-secret]')) secret.value = '';
  try {
    const reply = await body;
    const { state } = await reply.json();
    if (state === 'running') await watch(main);
    else window.location.replace(kPage);
  } catch {
    await watch(main);
  }
}

function startCancel(main) {
  const form = main.querySelector('form[action="/connect/cancel"]');
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    button.textContent = form.dataset.cancelling;
    post('/connect/cancel', form).catch(() => { button.disabled = false; });
  });
}

export function startConnect() {
  const main = document.querySelector('main');
  if (!main) return;
  if (main.dataset.connecting !== undefined) {
    startCancel(main);
    watch(main);
    return;
  }
  const form = main.querySelector('#connect-form');
  if (!form) return;
  startFields(form);
  startCancel(main);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(main, form);
  });
  if (main.querySelector('#failure') && document.activeElement === document.body) {
    main.querySelector('#failure').focus();
  }
}
