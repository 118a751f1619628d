// Lighthouse (developer.chrome.com/docs/lighthouse) over the pages that people meet first: accessibility
// and best practices have to be 100; performance, as on a slow phone, is told and not judged.
//
//   npm ci && npm start            PATCHBAY_BUILD and CHROMIUM as for the tests
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';
import { beginLink, linkAccount, signIn } from '../browser.mjs';
import { startHub } from '../start_hub.mjs';

const kCategories = ['accessibility', 'best-practices', 'performance'];

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function measure(url, port) {
  const { lhr } = await lighthouse(url, {
    port, logLevel: 'error', onlyCategories: kCategories, disableStorageReset: true,
  });
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  if (lhr.finalDisplayedUrl !== url) throw new Error(`${url} led to ${lhr.finalDisplayedUrl}`);
  const failed = kCategories.slice(0, 2)
    .flatMap((category) => lhr.categories[category].auditRefs)
    .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
    .map(({ id }) => `${id}: ${lhr.audits[id].title}`);
  return { scores: kCategories.map((category) => Math.round(lhr.categories[category].score * 100)), failed };
}

const hub = await startHub();
const profile = mkdtempSync(join(tmpdir(), 'patchbay-lighthouse-'));
const port = await freePort();
// Lighthouse opens a tab of its own beside ours, with our cookies.
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`],
});
try {
  const page = await context.newPage();
  const pages = [];
  const take = async (name, url) => {
    pages.push([name, await measure(url, port)]);
  };
  await page.goto(hub.freshSigninUrl());
  await take('sign-in', page.url());
  await signIn(page, hub.freshSigninUrl());
  await take('connectors', page.url());
  const account = await linkAccount(page, hub);
  await beginLink(page, hub);
  await take('connect', page.url());
  await take('accounts', `${hub.url}/app/accounts`);
  await take('account', `${hub.url}/app/accounts/${account}`);
  for (const name of ['people', 'audit', 'storage']) await take(name, `${hub.url}/app/settings/${name}`);
  console.log(`page         ${kCategories.join('  ')}`);
  for (const [name, { scores }] of pages)
    console.log(name.padEnd(13) + scores.map((score, i) => String(score).padStart(kCategories[i].length)).join('  '));
  for (const [name, { scores: [accessible, practices], failed }] of pages) {
    for (const what of failed) console.error(`${name}: ${what}`);
    if (accessible < 100 || practices < 100) process.exitCode = 1;
  }
} finally {
  await context.close();
  await hub.stop();
  rmSync(profile, { recursive: true, force: true });
}
