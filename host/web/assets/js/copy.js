// Buttons that copy the value of an input, or a text of their own; hidden where the browser has no
// clipboard for us.
export function startCopyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll('[data-copy], [data-copy-text]')) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const input = document.getElementById(button.dataset.copy);
      input?.select();
      try {
        await navigator.clipboard.writeText(input?.value ?? button.dataset.copyText);
      } catch {
        return; // an input is selected, so that it can be copied by hand
      }
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}
