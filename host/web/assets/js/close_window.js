// A window that was opened for one thing goes away when that is done. Where the browser does not let
// it, its words say what to do.
export function startCloseWindow() {
  if (document.querySelector('[data-close-window]')) window.close();
}
