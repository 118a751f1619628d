// Every page in light, dark and on a phone: accessible (axe), nothing sticks out, targets are large
// enough; German; the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  axeViolations, beginLink, connect, expectNoComplaints, launch, linkAccount, phone, signIn, visitor,
} from './browser.mjs';
import { tourAccount } from './account_tour.mjs';
import { tourEndUser } from './end_user_tour.mjs';
import { tourSettings } from './settings_tour.mjs';
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

function widerThanTheWindow(page) {
  return page.evaluate(() => {
    const { clientWidth: window, scrollWidth: content } = document.documentElement;
    return content > window ? [{ rule: 'fits the window', window, content }] : [];
  });
}

// Fingers need 44 pixels; links inside a sentence are exempt.
function smallTargets(page) {
  return page.evaluate(() => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select, summary, .menu a, .languages a')]
    .filter((element) => element.checkVisibility() && !element.closest('.alert, .unused'))
    // A box to tick, a choice: their labels take the finger, too.
    .map((element) => (['checkbox', 'radio'].includes(element.type) ? element.closest('label') : element))
    .map((element) => [element.textContent.trim() || element.id || element.className, element.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5)
    .map(([name, box]) => ({ rule: 'target size', name, width: box.width, height: box.height })));
}

// Visits every page in every state worth seeing, and calls `look(name)` at each.
async function tour(page, look) {
  await page.goto(hub.freshSigninUrl());
  await look('sign-in');
  await page.getByRole('button', { name: /Sign in|Anmelden/ }).click();
  await page.waitForURL('**/app/connectors');
  await look('connectors');
  await page.goto(`${hub.url}/app/accounts`);
  await look('accounts');
  await page.goto(`${hub.url}/app/connectors/personio/link`);
  await page.locator('#owner_id').fill('tenant-1');
  await page.locator('#owner_name').fill('Nordwind Logistik und Spedition Beteiligungsgesellschaft mbH');
  await look('link');
  await page.locator('button[value="link"]').click();
  await page.locator('#link-to-send').waitFor();
  await look('link to send');
  await beginLink(page, hub, { id: 'tenant-1', name: 'Nordwind GmbH' });
  await look('connect');
  await connect(page, { ...hub.sandbox.credentials(0), client_secret: 'papi-wrong' });
  await page.locator('#failure').waitFor();
  await look('connect with a wrong secret');
  await connect(page, hub.sandbox.credentials(2));
  await page.locator('#failure .permission').waitFor();
  await look('connect with a permission missing');
  await connect(page, hub.sandbox.credentials(1));
  await page.locator('dialog[open]').waitFor();
  await look('confirmation');
  await page.reload();
  await look('confirmation as a page');
  await page.goto(`${hub.url}/app/accounts`);
  await look('accounts with one');
  await page.locator('tbody a').first().click();
  await look('account');
  await tourAccount(page, hub, look);
  await page.locator('form[action$="/suspend"] button').click();
  await page.locator('.alert.good').waitFor();
  await look('account, suspended');
  await page.locator('form[action$="/resume"] button').click();
  await page.locator('.alert.good').waitFor();
  await page.locator('a[href$="/unlink"]').click();
  await look('unlink');
  await tourSettings(page, hub, look);
  await tourEndUser(page, hub, look);
  await page.goto(`${hub.url}/app/nowhere`);
  await page.context().clearCookies();
  await page.goto(`${hub.url}/connect`);
  await look('connect without a link');
  await page.goto(`${hub.url}/signin`);
  await look('signed out');
}

for (const [name, options] of [
  ['light', {}], ['dark', { colorScheme: 'dark' }], ['on a phone', phone],
  ['on a phone, dark, in German', { ...phone, colorScheme: 'dark', locale: 'de-DE' }],
]) {
  test(`every page is accessible: ${name}`, async () => {
    const page = await visitor(browser, options);
    const found = [];
    await tour(page, async (where) => {
      found.push(...await widerThanTheWindow(page), ...await axeViolations(page),
        ...(options.isMobile ? await smallTargets(page) : []));
      for (const problem of found) problem.where ??= where;
    });
    assert.deepEqual(found, [], JSON.stringify(found, null, 2));
    expectNoComplaints(page);
  });
}

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
