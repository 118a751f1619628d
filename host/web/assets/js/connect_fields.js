// The generated form: secrets can be looked at, fields that depend on others come and go, and wrong
// shapes are marked while typing. The hub's own check is the one that counts: patterns are written
// for another engine, so one that this browser can't read marks nothing.

const kSettle = 500; // after the last key

const formats = {
  email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text),
  https_url: (text) => /^https:\/\/[^\s/]+/.test(text),
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text),
  host_label: (text) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text),
};

function readable(pattern) {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return null;
  }
}

function fitsShape(input) {
  const text = input.value.trim();
  if (text === '') return true;
  const format = formats[input.dataset.format];
  if (format && !format(text)) return false;
  const pattern = input.dataset.pattern ? readable(input.dataset.pattern) : null;
  return !pattern || pattern.test(text);
}

function describe(input, id, on) {
  const ids = new Set((input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean));
  if (on) ids.add(id);
  else ids.delete(id);
  if (ids.size > 0) input.setAttribute('aria-describedby', [...ids].join(' '));
  else input.removeAttribute('aria-describedby');
}

// Marks the field, or takes all marks off when there is no message.
function mark(input, message) {
  const field = input.closest('[data-field]');
  for (const old of field.querySelectorAll('.field-error')) {
    describe(input, old.id, false);
    old.remove();
  }
  if (!message) {
    input.removeAttribute('aria-invalid');
    return;
  }
  const error = document.createElement('p');
  error.className = 'field-error';
  error.id = `${input.id}-error`;
  error.textContent = message;
  (input.closest('.input-row') ?? input).after(error);
  input.setAttribute('aria-invalid', 'true');
  describe(input, error.id, true);
}

function watchShape(input) {
  let settled = 0;
  const check = () => mark(input, fitsShape(input) ? '' : input.dataset.wrongShape);
  input.addEventListener('input', () => {
    clearTimeout(settled);
    if (input.getAttribute('aria-invalid') === 'true' && fitsShape(input)) mark(input, '');
    else settled = setTimeout(check, kSettle);
  });
  input.addEventListener('change', () => {
    clearTimeout(settled);
    check();
  });
}

function addReveal(form, input) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'reveal';
  const show = (shown) => {
    input.type = shown ? 'text' : 'password';
    button.textContent = shown ? form.dataset.hide : form.dataset.show;
    button.setAttribute('aria-label', `${button.textContent}: ${input.dataset.label}`);
  };
  show(false);
  button.addEventListener('click', () => show(input.type === 'password'));
  // A browser may remember what was typed into a text field, but not into a password field.
  form.addEventListener('submit', () => show(false), { capture: true });
  input.after(button);
  input.closest('.input-row').classList.add('has-reveal');
}

function watchDependencies(form) {
  const dependents = [...form.querySelectorAll('[data-depends-on]')];
  const update = () => {
    for (const field of dependents) {
      const decider = form.elements.namedItem(field.dataset.dependsOn);
      const wanted = field.dataset.dependsValues.split('\n');
      field.hidden = !decider || Boolean(decider.closest('[data-field][hidden]'))
        || !wanted.includes(decider.value.trim());
    }
  };
  if (dependents.length === 0) return;
  form.addEventListener('input', update);
  update();
}

// True when nothing that has to be there is missing; otherwise the first gap has the focus.
export function checkRequired(form) {
  let first = null;
  for (const input of form.querySelectorAll('[data-required]')) {
    if (input.closest('[data-field][hidden]') || input.value.trim() !== '') continue;
    mark(input, form.dataset.required.replace('{field}', input.dataset.label));
    first ??= input;
  }
  first?.focus();
  return first === null;
}

export function startFields(form) {
  form.noValidate = true;
  for (const input of form.querySelectorAll('[data-wrong-shape]')) watchShape(input);
  for (const input of form.querySelectorAll('input[data-secret]')) addReveal(form, input);
  watchDependencies(form);
}

// What was typed into fields that are not secret, from one form into its successor.
export function carryOver(from, to) {
  for (const input of from.querySelectorAll('[data-field] [name]:not([data-secret])')) {
    const successor = to.elements.namedItem(input.name);
    if (successor && successor.dataset.secret === undefined) successor.value = input.value;
  }
}
