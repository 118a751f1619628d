// What every page in every state has to hold, for looks_*.test.mjs: findings as {rule, ...}.
import { HtmlValidate, StaticConfigLoader } from 'html-validate';

// What the HTML standard says, and no house style: pages come out of templates and are then changed
// by scripts, so how something is written down is not theirs to choose.
const validator = new HtmlValidate(new StaticConfigLoader({
  root: true,
  extends: ['html-validate:standard'],
  // A header cell may hold what folds (html.spec.whatwg.org/#the-th-element).
  rules: {
    'no-missing-references': 'error',
    'no-raw-characters': 'off', // how the browser writes down what it has is not ours
  },
  elements: ['html5', { th: { permittedDescendants: [{ exclude: ['header', 'footer', '@heading'] }] } }],
}));

export async function invalidHtml(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((result) => result.messages)
    .map(({ ruleId, message, line, selector }) => ({
      rule: `HTML: ${ruleId}`, message, selector, line: html.split('\n')[line - 1].trim().slice(0, 160),
    }));
}

// Keeps the source of each page that is sent; source() is that of the one shown.
export function keepSources(page) {
  let latest = Promise.resolve('');
  page.on('response', (response) => {
    if (!response.request().isNavigationRequest() || response.frame() !== page.mainFrame()) return;
    if (response.status() >= 300 && response.status() < 400) return;
    latest = response.text().catch(() => '');
  });
  return () => latest;
}

export function widerThanTheWindow(page) {
  return page.evaluate(() => {
    const { clientWidth: window, scrollWidth: content } = document.documentElement;
    return content > window ? [{ rule: 'fits the window', window, content }] : [];
  });
}

// Fingers need 44 pixels; links inside a sentence are exempt.
export function smallTargets(page) {
  return page.evaluate(() => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select, summary, .menu a, .languages a')]
    .filter((element) => element.checkVisibility() && !element.closest('.alert, .unused'))
    // A box to tick, a choice: their labels take the finger, too.
    .map((element) => (['checkbox', 'radio'].includes(element.type) ? element.closest('label') : element))
    .map((element) => [element.textContent.trim() || element.id || element.className, element.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5)
    .map(([name, box]) => ({ rule: 'target size', name, width: box.width, height: box.height })));
}

// Bytes of the page and of what it loads, as they are sent to somebody who comes for the first time.
export const kMostBytes = 60_000;
const kHeaderBytes = 400; // of one answer: a page's has 720, style sheet and scripts have 300

export async function heavierThanAllowed(page) {
  await page.waitForLoadState(); // before it the size of what still comes is 0
  return page.evaluate(([most, headers]) => {
    const [navigation] = performance.getEntriesByType('navigation');
    const loaded = [navigation, ...performance.getEntriesByType('resource')]
      .filter((entry) => entry.startTime <= (navigation.loadEventEnd || Infinity));
    const bytes = loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize + headers, 0);
    return bytes > most || bytes <= headers ? [{ rule: 'page weight', bytes, answers: loaded.length }] : [];
  }, [kMostBytes, kHeaderBytes]);
}

// Begins to watch how far things move that nobody touched (web.dev/articles/cls); before the first page.
export function watchShifts(page) {
  return page.addInitScript(() => {
    window.layoutShifts = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        // Told as 0.00: a time written in the visitor's own zone that takes a comma along, a header that
        // is drawn before all of it has arrived.
        if (hadRecentInput || value < 0.005) continue;
        window.layoutShifts.push({
          rule: 'layout shift', value, what: sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.textContent),
        });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

// Each is told once.
export function layoutShifts(page) {
  return page.evaluate(() => window.layoutShifts.splice(0));
}
