// Every page in every state worth seeing, for looks_*.test.mjs: `look(name)` at each.
import { tourAccount } from './account_tour.mjs';
import { beginLink, connect } from './browser.mjs';
import { tourEndUser } from './end_user_tour.mjs';
import { tourSettings } from './settings_tour.mjs';

// Begins signed out; afterwards, there is one account.
export async function tour(page, hub, look) {
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
