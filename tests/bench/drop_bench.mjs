// From dropping a connector's file until an open page shows it, beside loading that page anew:
//   PATCHBAY_BUILD=build/release node drop_bench.mjs [ROUNDS]
// Prints JSON, in milliseconds. The browser is Chromium, as in tests/browser, whose packages it uses.
import { launch, signIn, visitor } from '../browser/browser.mjs';
import { startHub } from '../browser/start_hub.mjs';

const rounds = Number(process.argv[2] ?? 30);
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function timed(action) {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

const hub = await startHub({ withConnector: false });
const browser = await launch();
try {
  const page = await visitor(browser);
  await signIn(page, hub.signinUrl);
  const card = page.locator('[data-connector="personio"]');
  const drops = [];
  const loads = [];
  for (let round = 0; round < rounds; ++round) {
    drops.push(await timed(async () => {
      hub.dropConnector();
      await card.waitFor();
    }));
    loads.push(await timed(async () => {
      await page.reload();
      await card.waitFor();
    }));
    hub.removeConnector();
    await card.waitFor({ state: 'detached' });
  }
  console.log(JSON.stringify({
    rounds,
    drop_to_page: { median_ms: median(drops) },
    page_load: { median_ms: median(loads) },
  }));
} finally {
  await browser.close();
  await hub.stop();
}
