// Files dropped into the connectors folder and taken out again, while the page is open.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { expectNoComplaints, launch, signIn, visitor } from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
let page;
before(async () => {
  hub = await startHub({ withConnector: false });
  browser = await launch();
  page = await visitor(browser);
  await signIn(page, hub.signinUrl);
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

const card = () => page.locator('[data-connector="personio"]');

test('an empty folder says what to do', async () => {
  await page.getByRole('heading', { name: 'No connectors yet' }).waitFor();
});

test('a dropped file appears by itself and is announced', async () => {
  hub.dropConnector();
  await card().waitFor();
  await page.getByText('Personio is available now.').waitFor({ state: 'attached' });
});

test('a removed file disappears, and comes back', async () => {
  hub.removeConnector();
  await card().waitFor({ state: 'detached' });
  await page.getByText('Personio is no longer available.').waitFor({ state: 'attached' });
  hub.dropConnector();
  await card().waitFor();
});

test('the focus stays where it was when the list changes', async () => {
  await page.locator('#link-personio').focus();
  writeFileSync(join(hub.connectors, 'other.so'), 'not a library');
  await page.locator('[data-connector="other"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'link-personio');
});

test('a file that is no connector is shown with its reason and what to do', async () => {
  const refused = page.locator('[data-connector="other"]');
  const text = await refused.innerText();
  assert.match(text, /Refused|Being copied|Does not load/);
  assert.match(text, /other\.so/);
  assert.equal(await refused.getByRole('link').count(), 0);
  hub.removeConnector('other.so');
  await refused.waitFor({ state: 'detached' });
});

test('without changes the list is not sent again', async () => {
  const statuses = [];
  page.on('response', (response) => {
    if (response.url().endsWith('/fragments/connectors')) statuses.push(response.status());
  });
  await page.waitForResponse((response) => response.url().endsWith('/fragments/connectors'));
  await page.waitForResponse((response) => response.url().endsWith('/fragments/connectors'));
  assert.ok(statuses.length > 0 && statuses.every((status) => status === 304), statuses.join(' '));
  expectNoComplaints(page);
});
