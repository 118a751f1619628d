// Chromium for the tests, and the steps that many of them share. Every page is watched: a script
// error, or anything the Content-Security-Policy had to stop, fails the test that saw it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { noteResponse } from './described_api.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const kWhole = '/usr/bin/chromium';
// The same engine without what stands around a page; a test takes two thirds of the time.
const kShell = '/usr/bin/chromium-headless-shell';

// `more`: further arguments of the browser. `whole`: with its windows, its blocker of pop-ups, its cookie settings.
export function launch(more = [], { whole = false } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? (!whole && existsSync(kShell) ? kShell : kWhole),
    args: ['--no-sandbox', '--disable-gpu', ...more],
  });
}

// A visitor with cookies and a window of their own. `complaints` gathers what went wrong in pages.
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('response', noteResponse);
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // Answers that tests ask for on purpose (422, 403, ...) are logged by the browser too.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) page.complaints.push(text);
  });
  return page;
}

export async function signIn(page, link) {
  await page.goto(link);
  await page.getByRole('button', { name: /Sign in|Anmelden/ }).click();
  await page.waitForURL('**/app/connectors');
}

const tenant = { id: 'tenant-1', name: 'Nordwind GmbH' };

// From the connectors page to the connect page, as the operator who has the credentials.
export async function beginLink(page, hub, owner = tenant, connector = 'personio') {
  await page.goto(`${hub.url}/app/connectors`);
  await page.locator(`#link-${connector}`).click();
  await page.locator('#owner_id').fill(owner.id);
  await page.locator('#owner_name').fill(owner.name);
  await page.locator('button[value="here"]').click();
  await page.waitForURL('**/connect');
}

export async function fillIn(page, credentials) {
  await page.locator('#field-client_id').fill(credentials.client_id);
  await page.locator('#field-client_secret').fill(credentials.client_secret);
}

export async function connect(page, credentials) {
  await fillIn(page, credentials);
  await page.locator('#connect-form button[type="submit"]').click();
}

// Links an account with everything in order; its id.
export async function linkAccount(page, hub, owner, credentials = hub.sandbox.credentials(0)) {
  await beginLink(page, hub, owner);
  await connect(page, credentials);
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  const href = await dialog.locator('a[href^="/app/accounts/"]').getAttribute('href');
  return href.split('/').pop();
}

export async function axeViolations(page) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axeSource);
  const result = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'], // what is fine need not be told
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return result.violations.map((violation) => ({
    rule: violation.id,
    help: violation.help,
    nodes: violation.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
  }));
}

export function expectNoComplaints(page) {
  assert.deepEqual(page.complaints, []);
}
