// A list that follows what happens on the hub: asked for once a second while the page is seen.
import { fragmentOf } from './html.js';
import { get, pause } from './hub.js';

const kEvery = 300;
const kAfterTrouble = 3000;

// Names of the cards in a state, by what tells two of them apart.
function names(root, state) {
  const found = new Map();
  for (const card of root.querySelectorAll(`[data-state="${state}"]`)) {
    found.set(card.dataset.key, card.dataset.name);
  }
  return found;
}

function look(root) {
  return { ready: names(root, 'ready'), waiting: names(root, 'awaiting_approval') };
}

function announce(list, before, after) {
  const lines = [];
  const say = (text, these, but) => {
    for (const [key, name] of these) if (!but.has(key)) lines.push(text.replace('{name}', name));
  };
  say(list.dataset.appeared, after.ready, before.ready);
  say(list.dataset.disappeared, before.ready, after.ready);
  say(list.dataset.waiting, after.waiting, before.waiting);
  const place = document.getElementById('live-announcement');
  if (place && lines.length > 0) place.textContent = lines.join(' ');
}

function cardId(card) {
  return `${card.dataset.state} ${card.dataset.key}`;
}

function replace(list, html) {
  const before = look(list);
  const known = new Set([...list.querySelectorAll('[data-connector]')].map(cardId));
  const focused = list.contains(document.activeElement) ? document.activeElement.id : '';
  list.replaceChildren(fragmentOf(html));
  const after = look(list);
  for (const card of list.querySelectorAll('[data-connector]')) {
    if (!known.has(cardId(card))) card.classList.add('arriving');
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
