// Picking a known owner's id fills in the name.
export function startOwners() {
  const id = document.getElementById('owner_id');
  const name = document.getElementById('owner_name');
  const known = document.getElementById('owners');
  if (!id || !name || !known) return;
  id.addEventListener('change', () => {
    const option = [...known.options].find((owner) => owner.value === id.value);
    if (option && !name.value) name.value = option.dataset.name;
  });
}
