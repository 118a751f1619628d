// Every page and state as a picture, for people to look at: <light|dark|phone|german>-<page>.png.
//   node pictures.mjs [FOLDER]     default: pictures/ beside this file
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tourAccount } from './account_tour.mjs';
import { beginLink, connect, launch, phone, signIn, visitor } from './browser.mjs';
import { connectorWith, nextVersion, rename } from './connector_file.mjs';
import { tourEndUser } from './end_user_tour.mjs';
import { tourSettings } from './settings_tour.mjs';
import { startHub } from './start_hub.mjs';

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'pictures');
mkdirSync(folder, { recursive: true });

async function picture(page, name) {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

async function tour(page, hub, prefix) {
  const take = (name) => picture(page, `${prefix}-${name}`);
  await page.goto(hub.freshSigninUrl());
  await take('signin');
  await signIn(page, hub.freshSigninUrl());
  await take('connectors');
  writeFileSync(join(hub.connectors, 'broken.so'), 'not a library');
  await page.locator('[data-connector="broken"]').waitFor();
  await take('connectors-broken');
  hub.removeConnector('broken.so');
  const newcomer = connectorWith((manifest) => {
    rename(manifest, 'acme');
    manifest.logo = { svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="2" fill="#a34f1e"/><path fill="#fff" d="M4 1.5 6.5 6.5h-5z"/></svg>' };
    manifest.texts.en.name = 'Acme';
    manifest.texts.de.name = 'Acme';
  });
  hub.dropBytes('acme.so', newcomer);
  await page.locator('[data-connector="acme"]').waitFor();
  await take('connectors-awaiting');
  await page.locator('[data-connector="acme"] a').first().click();
  await take('review');
  await page.goto(`${hub.url}/app/connectors`);
  hub.dropBytes('personio.so', connectorWith(nextVersion));
  await page.locator('[data-connector="personio"][data-state="awaiting_approval"]').waitFor();
  await take('connectors-successor');
  await page.locator('[data-connector="personio"][data-state="awaiting_approval"] a.primary').click();
  await take('review-changes');
  await page.locator('form[action$="/approve"] button').click();
  await page.locator('.alert.good').waitFor();
  await take('connectors-approved');
  process.kill(hub.workers[0], 'SIGKILL');
  await page.locator('#restart-personio').waitFor();
  await take('connectors-unwell');
  await page.locator('#restart-personio').click();
  await page.locator('.alert.good').waitFor();
  await page.locator('[data-connector="personio"] .actions a').last().click();
  await page.locator('#process summary').click();
  await take('review-approved');
  await page.locator('a[href$="/withdraw"]').click();
  await take('withdraw');
  hub.removeConnector('acme.so');
  hub.dropConnector();
  await page.goto(`${hub.url}/app/connectors`);
  await page.locator('[data-connector="personio"]').getByText('0.1.0').waitFor();
  await page.locator('#link-personio').click();
  await page.locator('#owner_id').fill('tenant-4711');
  await page.locator('#owner_name').fill('Nordwind Logistik GmbH');
  await take('link');
  await page.locator('button[value="link"]').click();
  await take('link-ready');
  await tourSettings(page, hub, (name) => take(name.replace(/\W+/g, '-')));
  await beginLink(page, hub, { id: 'tenant-4711', name: 'Nordwind Logistik GmbH' });
  await take('connect');
  await connect(page, { ...hub.sandbox.credentials(0), client_secret: 'papi-wrong' });
  await page.locator('#failure').waitFor();
  await take('wrong-secret');
  await connect(page, hub.sandbox.credentials(2));
  await page.locator('#failure .permission').waitFor();
  await take('permission-missing');
  await hub.sandbox.fault({ kind: 'delay', route: '*', delay_ms: 1500, times: 1 });
  const { client_id: id, client_secret: secret } = hub.sandbox.credentials(0);
  await connect(page, { client_id: `${id} `, client_secret: secret });
  await page.locator('#connect-progress .spinner').waitFor();
  await take('connecting');
  await page.locator('dialog[open]').waitFor();
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(folder, `${prefix}-confirmation.png`) });
  await tourEndUser(page, hub, (name) => take(name.replace(/\W+/g, '-')));
  await page.goto(`${hub.url}/app/accounts`);
  await take('accounts');
  await page.locator('tbody a').first().click();
  await take('account');
  await tourAccount(page, hub, (name) => take(name.replace(/\W+/g, '-')));
  await page.locator('form[action$="/suspend"] button').click();
  await take('account-suspended');
  await page.locator('form[action$="/resume"] button').click();
  await hub.sandbox.control('DELETE', `/integrations/${id}`);
  await page.locator('form[action$="/refresh"] button').click();
  await take('account-in-error');
  await page.goto(`${hub.url}/app/accounts`);
  await take('accounts-in-error');
  await page.locator('tbody a').first().click();
  await page.locator('a[href$="/unlink"]').click();
  await take('unlink');
  await page.getByRole('main').getByRole('button').click();
  await take('accounts-empty');
}

const browser = await launch();
try {
  for (const [prefix, options] of [
    ['light', {}], ['dark', { colorScheme: 'dark' }], ['phone', phone],
    ['german', { locale: 'de-DE', ...phone, colorScheme: 'dark' }],
  ]) {
    const hub = await startHub();
    try {
      const page = await visitor(browser, options);
      await tour(page, hub, prefix);
      for (const complaint of page.complaints) console.error(prefix, complaint);
      await page.context().close();
    } finally {
      await hub.stop();
    }
  }
} finally {
  await browser.close();
}
console.log(`Pictures are in ${folder}`);
