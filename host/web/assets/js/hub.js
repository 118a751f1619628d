// Requests to the hub itself. The header tells it that a script asks, so that it answers with data
// or a status rather than with a page to go to.
export function get(path, headers = {}) {
  return fetch(path, { cache: 'no-store', headers: { 'X-Requested-With': 'patchbay', ...headers } });
}

export function post(path, form) {
  return fetch(path, {
    method: 'POST',
    body: new URLSearchParams(new FormData(form)),
    headers: { 'X-Requested-With': 'patchbay' },
  });
}

export function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
