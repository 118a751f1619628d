// A form whose answer takes a while says so and can't be sent twice: <form data-busy="Asking…">.
export function startBusy() {
  for (const form of document.querySelectorAll('form[data-busy]')) {
    form.addEventListener('submit', () => {
      const status = form.querySelector('[role="status"]');
      if (status) status.textContent = form.dataset.busy;
      form.setAttribute('aria-busy', 'true');
      form.querySelector('[type="submit"]').disabled = true;
    });
  }
  // A page that comes back from the browser's memory is not busy any more.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted && document.querySelector('form[aria-busy]')) window.location.reload();
  });
}
