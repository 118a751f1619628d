// One account and many: actions tried, what the log says of it, several accounts changed at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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

test('an action is found, planned, run, paged and found again in the log', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const id = await linkAccount(page, hub, { id: 'tenant-1', name: 'Nordwind GmbH' });
  await page.goto(`${hub.url}/app/accounts/${id}`);
  await page.getByRole('img', { name: /Active: 100 %/ }).waitFor();
  await page.getByRole('link', { name: 'Try actions' }).click();
  await page.getByLabel('Search the actions').fill('personio_list_persons');
  assert.equal(await page.locator('[data-filter-group]:visible').count(), 1);
  await page.locator('a[href$="/personio_list_persons"]').click();

  await page.locator('.play-fields [name="in.page_size"]').fill('many');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('Enter a number').waitFor();
  await page.locator('.play-fields [name="in.page_size"]').fill('2');
  await page.locator('.play-fields [name="in.status"]').selectOption({ label: 'ACTIVE' });
  await page.getByRole('button', { name: 'Show the request' }).click();
  await page.getByText('https://api.personio.de/v2/persons?').waitFor();
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('2 records').waitFor();
  const first = await page.locator('.data tbody').innerText();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.locator('.data').waitFor();
  assert.notEqual(await page.locator('.data tbody').innerText(), first);
  assert.equal(await page.locator('.play-fields [name="in.page_size"]').inputValue(), '2');

  await page.getByRole('link', { name: 'Show it in the request log' }).click();
  await page.getByText('https://api.personio.de/v2/persons').waitFor();
  await page.getByText('These pages').waitFor();
  await page.getByRole('link', { name: 'Request log' }).click();
  assert.equal(await page.locator('tbody tr').count(), 3, 'the mistake was not sent');
  expectNoComplaints(page);
});

test('the provider is asked again what is granted, and says so meanwhile', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const id = await linkAccount(page, hub, { id: 'tenant-1', name: 'Nordwind GmbH' });
  await page.goto(`${hub.url}/app/accounts/${id}`);
  const again = page.getByRole('button', { name: 'Check again' });
  await again.click({ noWaitAfter: true });
  await page.getByText(/Asking the provider…|The provider was asked\./).waitFor();
  await page.getByText('The provider was asked. The table says what was found.').waitFor();
  await page.getByText('Last asked').waitFor();
  await again.click();
  await page.getByText('The provider was asked a moment ago.').waitFor();
  expectNoComplaints(page);
});

test('what deletes asks first, without scripts', async () => {
  const page = await visitor(browser, { javaScriptEnabled: false });
  await signIn(page, hub.freshSigninUrl());
  await page.goto(`${hub.url}/app/integrations`);
  await page.locator('tbody a').first().click();
  await page.getByRole('radio', { name: /^What is ticked below/ }).check();
  await page.locator('[value=personio_delete_person]').check();
  await page.getByRole('button', { name: 'Allow these' }).click();
  await page.goto(`${hub.url}/app/accounts`);
  await page.locator('tbody a').first().click();
  await page.getByRole('link', { name: 'Try actions' }).click();
  await page.locator('a[href$="/personio_delete_person"]').click();
  await page.locator('.play-fields [name="in.person_id"]').fill('999999');
  await page.getByRole('button', { name: 'Run…' }).click();
  await page.getByRole('heading', { name: 'Really run it?' }).waitFor();
  await page.getByText('https://api.personio.de/v2/persons/999999').waitFor();
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('heading', { name: 'That did not work' }).waitFor();
  await page.getByText("The provider's answer").waitFor();
});

test('several accounts are suspended and resumed at once', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await linkAccount(page, hub, { id: 'tenant-2', name: 'Südwind KG' });
  await page.goto(`${hub.url}/app/accounts`);
  await page.getByRole('button', { name: 'Suspend…' }).click();
  await page.getByText('No account was chosen').waitFor();
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await page.getByRole('button', { name: 'Suspend…' }).click();
  await page.getByRole('heading', { name: 'Suspend 2 accounts?' }).waitFor();
  await page.getByRole('button', { name: 'Suspend' }).click();
  await page.getByText('2 accounts are suspended.').waitFor();
  await page.getByRole('checkbox', { name: /Südwind/ }).check();
  await page.getByRole('button', { name: 'Resume…' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('1 account is active again.').waitFor();
  await page.getByLabel('Status').selectOption({ label: 'Suspended' });
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.equal(await page.locator('tbody tr').count(), 1);
  await page.getByRole('link', { name: 'Nordwind GmbH' }).waitFor();
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await page.getByRole('button', { name: 'Refresh…' }).click();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('alert').filter({ hasText: 'Nordwind GmbH: ' }).waitFor();
  expectNoComplaints(page);
});
