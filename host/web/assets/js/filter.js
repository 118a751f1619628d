// Narrows the rows of this page down while typing; submitting searches all pages. Groups of rows
// that show none are hidden with them.
export function startFilters() {
  for (const input of document.querySelectorAll('[data-filter]')) {
    const list = document.getElementById(input.dataset.filter);
    const rows = list?.querySelectorAll('[data-search]') ?? [];
    const groups = list?.querySelectorAll('[data-filter-group]') ?? [];
    const none = document.getElementById('none-found');
    input.addEventListener('input', () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !row.dataset.search.includes(wanted);
        if (!row.hidden) shown += 1;
      }
      for (const group of groups) group.hidden = !group.querySelector('[data-search]:not([hidden])');
      if (none) none.hidden = shown > 0 || rows.length === 0;
    });
  }
}
