// HTML that the hub sent. The one place that turns text into elements: the Content-Security-Policy
// lets nothing but this policy do it.
const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy('patchbay', { createHTML: (html) => html })
  : { createHTML: (html) => html };

export function fragmentOf(html) {
  const template = document.createElement('template');
  template.innerHTML = policy.createHTML(html);
  return template.content;
}

export function documentOf(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), 'text/html');
}
