// Lighthouse in a Chromium that has a visitor's cookies, for measure.mjs and tests/bench.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// Lighthouse opens a tab of its own beside those of `context`, with their cookies.
export async function openChromium() {
  const profile = mkdtempSync(join(tmpdir(), 'patchbay-lighthouse-'));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`],
  });
  return {
    context,
    // Its report (github.com/GoogleChrome/lighthouse, "lhr"); an address that leads elsewhere is refused.
    async report(url, categories) {
      const { lhr } = await lighthouse(url, {
        port, logLevel: 'error', onlyCategories: categories, disableStorageReset: true,
      });
      if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
      if (lhr.finalDisplayedUrl !== url) throw new Error(`${url} led to ${lhr.finalDisplayedUrl}`);
      return lhr;
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
