// An integration as an admin shapes it, and what applications may do then.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectorWith, rename } from './connector_file.mjs';
import { expectNoComplaints, launch, linkAccount, signIn, visitor } from './browser.mjs';
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

async function newKey(page) {
  await page.goto(`${hub.url}/app/settings/keys`);
  await page.getByLabel('What is it for?').fill('Test');
  await page.getByRole('button', { name: 'Make key' }).click();
  return page.getByLabel('API key').inputValue();
}

test('what is ticked is allowed, and nothing else', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const account = await linkAccount(page, hub, { id: 'tenant-1', name: 'Nordwind GmbH' });
  const key = await newKey(page);
  const run = async (action, input = {}) => fetch(`${hub.url}/actions/rpc`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'x-account-id': account },
    body: JSON.stringify({ action, ...input }),
  });
  assert.equal((await run('personio_list_persons')).status, 200);

  await page.goto(`${hub.url}/app/integrations`);
  await page.locator('tbody a').first().click();
  assert.ok(await page.getByRole('radio', { name: /^Everything that only reads/ }).isChecked());
  for (const box of await page.getByRole('checkbox').all()) await box.setChecked(false);
  await page.locator('[value=personio_get_person]').check();
  assert.ok(await page.getByRole('radio', { name: /^What is ticked below/ }).isChecked());
  await page.getByRole('button', { name: 'Allow these' }).click();
  await page.getByRole('status').filter({ hasText: 'from now on' }).waitFor();
  assert.equal(await page.locator('input[type=checkbox]:checked').count(), 1);
  const refused = await run('personio_list_persons');
  assert.equal(refused.status, 403);
  assert.equal((await refused.json()).code, 'action_not_allowed');

  await page.getByRole('radio', { name: /^Everything that only reads/ }).check();
  await page.getByRole('button', { name: 'Allow these' }).click();
  await page.getByRole('status').waitFor();
  assert.equal((await run('personio_list_persons')).status, 200);

  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('Its accounts are suspended: no tokens').waitFor();
  assert.equal((await run('personio_list_persons')).status, 412);
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByRole('status').waitFor();
  assert.equal((await run('personio_list_persons')).status, 200);
  expectNoComplaints(page);
});

test('a second integration is made, named and made the default', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await page.goto(`${hub.url}/app/integrations`);
  await page.getByLabel('Provider').selectOption({ label: 'Personio' });
  await page.getByRole('textbox', { name: 'Name' }).fill('Payroll, read only');
  await page.getByRole('button', { name: 'Make integration' }).click();
  await page.getByRole('heading', { name: 'Payroll, read only' }).waitFor();
  await page.getByText('Employees').first().waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('Payroll');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Payroll' }).waitFor();
  await page.getByRole('button', { name: 'Make it the default' }).click();
  await page.locator('.account-title .tag').waitFor();
  await page.goto(`${hub.url}/app/integrations`);
  assert.equal(await page.locator('tbody .tag').count(), 1);
  expectNoComplaints(page);
});

function withSetup(manifest) {
  manifest.actions = manifest.actions.filter(({ id }) => id === 'personio_list_persons'); // must not get longer
  for (const { read } of manifest.permissions) delete read?.probe;
  rename(manifest, 'acme');
  manifest.texts.en.name = 'Acme';
  manifest.texts.de.name = 'Acme';
  for (const language of ['en', 'de']) {
    manifest.texts[language].setup_id = 'Client id of your app';
    manifest.texts[language].setup_secret = 'Client secret of your app';
  }
  manifest.auth_methods[0].setup_fields = [
    { id: 'app_id', type: 'text', label: 'setup_id', required: true },
    { id: 'app_secret', type: 'password', label: 'setup_secret', required: true, secret: true },
  ];
}

test('what is set up once is sealed and never shown again', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  hub.dropBytes('acme.so', connectorWith(withSetup));
  await page.locator('[data-connector="acme"] a').first().click();
  await page.locator('form[action$="/approve"] button').click();
  await page.locator('.alert.good').waitFor();
  await page.goto(`${hub.url}/app/integrations`);
  await page.getByLabel('Provider').selectOption({ label: 'Acme' });
  await page.getByRole('textbox', { name: 'Name' }).fill('Acme for all');
  await page.getByRole('button', { name: 'Make integration' }).click();
  await page.locator('.account-title').getByText('Not set up').waitFor();
  await page.getByLabel('Client id of your app').fill('app-1');
  await page.locator('#field-app_secret').evaluate((field) => field.removeAttribute('required'));
  await page.getByRole('button', { name: 'Save setup' }).click();
  await page.locator('#field-app_secret-error').waitFor();
  assert.equal(await page.getByLabel('Client id of your app').inputValue(), 'app-1');
  await page.getByLabel('Client secret of your app').fill('secret-of-the-app');
  await page.getByRole('button', { name: 'Save setup' }).click();
  await page.getByRole('status').filter({ hasText: 'sealed' }).waitFor();
  await page.locator('.account-title').getByText('On', { exact: true }).waitFor();
  assert.ok(!(await page.content()).includes('secret-of-the-app'));
  assert.ok(!hub.log.includes('secret-of-the-app'));
  expectNoComplaints(page);
});
