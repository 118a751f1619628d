// A list that follows what happens on the hub: asked for once a second while the page is seen.
import { fragmentOf } from './html.js';
import { get, pause } from './hub.js';

const kEvery = 300;
const kAfterTrouble = 3000;

function names(root) {
  const found = new Map();
  for (const card of root.querySelectorAll('[data-connector][data-name]')) {
    found.set(card.dataset.connector, card.dataset.name);
  }
  return found;
}

function announce(list, before, after) {
  const lines = [];
  for (const [id, name] of after) {
    if (!before.has(id)) lines.push(list.dataset.appeared.replace('{name}', name));
  }
  for (const [id, name] of before) {
    if (!after.has(id)) lines.push(list.dataset.disappeared.replace('{name}', name));
  }
  const place = document.getElementById('live-announcement');
  if (place && lines.length > 0) place.textContent = lines.join(' ');
}

function replace(list, html) {
  const before = names(list);
  const focused = list.contains(document.activeElement) ? document.activeElement.id : '';
  list.replaceChildren(fragmentOf(html));
  const after = names(list);
  for (const card of list.querySelectorAll('[data-connector]')) {
    if (!before.has(card.dataset.connector)) card.classList.add('arriving');
  }
  if (focused) document.getElementById(focused)?.focus();
  announce(list, before, after);
}

function seen() {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true });
  });
}

async function follow(list) {
  let tag = list.dataset.etag;
  for (;;) {
    let wait = kEvery;
    try {
      const reply = await get(list.dataset.live, { 'If-None-Match': tag });
      if (reply.status === 403) {
        window.location.reload();
        return;
      }
      if (reply.status === 200) {
        const html = await reply.text();
        replace(list, html);
        tag = reply.headers.get('ETag') ?? '';
      }
    } catch {
      wait = kAfterTrouble;
    }
    await pause(wait);
    await seen();
  }
}

export function startLiveLists() {
  for (const list of document.querySelectorAll('[data-live]')) follow(list);
}
