// A page that shows itself again when what it was made from has changed.
import { get, pause } from './hub.js';

const kEvery = 500; // milliseconds, unless the mark says another

async function follow({ reload, version, every = kEvery }) {
  for (;;) {
    await pause(Number(every));
    try {
      const reply = await get(reload);
      if (reply.ok && (await reply.text()) !== version) {
        window.location.reload();
        return;
      }
    } catch {
      // Ended, or busy for a moment; it may come back.
    }
  }
}

export function startReload() {
  const mark = document.querySelector('[data-reload]');
  if (mark) follow(mark.dataset);
}
