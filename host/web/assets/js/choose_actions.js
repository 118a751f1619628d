// Whoever ticks an action means those that are ticked, not all reads.
export function startChooseActions() {
  for (const these of document.querySelectorAll('input[name="mode"][value="these"]')) {
    these.form.addEventListener('change', (event) => {
      if (event.target.name === 'action') these.checked = true;
    });
  }
}
