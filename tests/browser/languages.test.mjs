// German for those who ask for it, and the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { beginLink, expectNoComplaints, launch, linkAccount, signIn, visitor } from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
before(async () => {
  hub = await startHub();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

test('pages speak German to those who ask for it, and switch on request', async () => {
  const page = await visitor(browser, { locale: 'de-AT' });
  await signIn(page, hub.freshSigninUrl());
  await page.getByRole('heading', { name: 'Konnektoren' }).waitFor();
  await beginLink(page, hub);
  await page.getByRole('heading', { name: 'Personio verbinden' }).waitFor();
  const main = await page.locator('main').innerText();
  assert.match(main, /bittet um Zugriff auf das Personio-Konto von Nordwind GmbH/);
  assert.match(main, /Individuelle Integration in Personio anlegen/);
  await page.locator('#connect-form button[type="submit"]').click();
  await page.getByText('Dieses Feld fehlt noch: Client-ID.').waitFor();
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Connect Personio' }).waitFor();
  assert.equal(new URL(page.url()).search, '');
  await page.goto(`${hub.url}/app/accounts`);
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});

test('the keyboard alone is enough', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const tabTo = async (selector) => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, 'none', `${selector} shows no focus`);
        return;
      }
    }
    assert.fail(`${selector} can't be reached with the Tab key`);
  };
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip-link');
  await tabTo('#link-personio');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/link');
  await tabTo('#owner_id');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('tenant-7');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Tastatur GmbH');
  await tabTo('button[value="here"]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/connect');
  const { client_id: id, client_secret: secret } = hub.sandbox.credentials(0);
  await tabTo('#field-client_id');
  await page.keyboard.type(id);
  await tabTo('#field-client_secret');
  await page.keyboard.type(secret);
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor();
  await tabTo('dialog a.primary');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/app/accounts');
  await page.getByRole('link', { name: 'Tastatur GmbH' }).waitFor();
  expectNoComplaints(page);
});

test('a dialog keeps the focus and Escape leaves the confirmation as a page', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await linkAccount(page, hub, { id: 'tenant-8', name: 'Nordwind GmbH' });
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body
      || Boolean(document.activeElement.closest('dialog'))));
  }
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Personio is connected' }).waitFor();
});
