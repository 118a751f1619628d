// The operator's whole way: sign in, link, look, reconnect, suspend, resume, refresh, unlink.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  beginLink, connect, expectNoComplaints, launch, linkAccount, signIn, visitor,
} from './browser.mjs';
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

test('an account is linked, reconnected, suspended, resumed and unlinked', async (t) => {
  const page = await visitor(browser);
  await signIn(page, hub.signinUrl);
  let accountId;

  await t.test('the connectors page lists the dropped file', async () => {
    const card = page.locator('[data-connector="personio"]');
    await card.getByRole('heading', { name: 'Personio' }).waitFor();
    assert.match(await card.innerText(), /Ready/);
    assert.match(await card.innerText(), /api\.personio\.de/);
    assert.match(await card.innerText(), /Sandbox/);
  });

  await t.test('the connect page says who asks and for what before any secret is typed', async () => {
    await beginLink(page, hub);
    assert.equal(new URL(page.url()).pathname, '/connect');
    const main = await page.locator('main').innerText();
    assert.match(main, /asks for access to the Personio account of Nordwind GmbH/);
    assert.match(main, /Employees\s*Read\s*Must be granted/);
    assert.match(main, /Create a custom integration in Personio/);
    assert.match(await page.locator('.sandbox').innerText(), /sandbox on this machine/);
    assert.ok(main.indexOf('asks for access') < main.indexOf('Client Secret'));
    assert.ok(main.indexOf('To create API credentials') < main.indexOf('Client ID'));
  });

  await t.test('connecting shows a confirmation with what works', async () => {
    await connect(page, hub.sandbox.credentials(0));
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /Personio is connected/);
    assert.match(await dialog.innerText(), /What Patchbay can do now\s*Employees\s*Read/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'confirmation-title');
  });

  await t.test('a reload finds the confirmation again', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Personio is connected' }).waitFor();
    await page.getByRole('link', { name: 'Go to the accounts' }).click();
  });

  await t.test('the accounts page shows owner, status, permissions and token expiry', async () => {
    const row = page.locator('tr[data-account]');
    assert.equal(await row.count(), 1);
    accountId = await row.getAttribute('data-account');
    const text = await row.innerText();
    for (const piece of [/Nordwind GmbH/, /tenant-1/, /Personio/, /Active/, /21 of 21/, /in 2[34] hours/, /just now|minute/]) {
      assert.match(text, piece);
    }
  });

  await t.test('the account page shows the report and says that secrets are never shown', async () => {
    await page.getByRole('link', { name: 'Nordwind GmbH' }).click();
    assert.equal(await page.locator('#account-id').innerText(), accountId);
    const text = await page.locator('main').innerText();
    assert.match(text, /Employees\s+Readable attributes\s+granted/);
    assert.match(text, new RegExp(hub.sandbox.credentials(0).client_id));
    assert.match(text, /Stored, never shown/);
    assert.match(text, /v2/);
    assert.match(text, /Linked/);
  });

  await t.test('reconnecting with another Client ID keeps the account', async () => {
    await page.getByRole('button', { name: 'Reconnect' }).click();
    await page.getByRole('heading', { name: 'Reconnect Personio' }).waitFor();
    assert.equal(await page.locator('#field-client_id').inputValue(), hub.sandbox.credentials(0).client_id);
    assert.equal(await page.locator('#field-client_secret').inputValue(), '');
    await connect(page, hub.sandbox.credentials(1));
    await page.locator('dialog[open]').getByRole('link', { name: 'Show the account' }).click();
    assert.equal(await page.locator('#account-id').innerText(), accountId);
    const text = await page.locator('main').innerText();
    assert.match(text, new RegExp(hub.sandbox.credentials(1).client_id));
    assert.doesNotMatch(text, new RegExp(hub.sandbox.credentials(0).client_id));
    assert.match(text, /Reconnected/);
    assert.match(text, /not granted/);
  });

  await t.test('it is suspended and resumed', async () => {
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('The account is suspended.').waitFor();
    assert.match(await page.locator('.account-title').innerText(), /Suspended/);
    assert.equal(await page.getByRole('button', { name: 'Refresh now' }).count(), 0);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('The account is active again.').waitFor();
    assert.match(await page.locator('.account-title').innerText(), /Active/);
    await page.reload();
    assert.equal(await page.getByText('The account is active again.').count(), 0, 'said once');
  });

  await t.test('its tokens are refreshed on demand', async () => {
    await page.getByRole('button', { name: 'Refresh now' }).click();
    await page.getByText('New tokens were fetched.').waitFor();
  });

  await t.test('unlinking says what will happen and does it', async () => {
    await page.getByRole('link', { name: /Unlink/ }).click();
    assert.match(await page.locator('main').innerText(), /Personio is told to withdraw the tokens/);
    await page.getByRole('link', { name: 'Keep it' }).click();
    await page.getByRole('link', { name: /Unlink/ }).click();
    await page.getByRole('button', { name: 'Unlink account' }).click();
    await page.getByText('The account of Nordwind GmbH was unlinked.').waitFor();
    await page.getByRole('heading', { name: 'No accounts yet' }).waitFor();
  });

  expectNoComplaints(page);
});

test('a link is made for somebody else, works once, and shows nothing of the hub', async () => {
  const operator = await visitor(browser);
  await signIn(operator, hub.freshSigninUrl());
  await operator.locator('#link-personio').click();
  await operator.locator('#owner_id').fill('tenant-2');
  await operator.locator('#owner_name').fill('Südwind KG');
  await operator.locator('button[value="link"]').click();
  const link = await operator.locator('#link-to-send').inputValue();
  assert.match(await operator.locator('main').innerText(), /in 7 days/);

  const admin = await visitor(browser);
  await admin.goto(link);
  assert.equal(admin.url(), `${hub.url}/connect`, 'the token has left the address');
  assert.equal(await admin.getByRole('navigation', { name: 'Main menu' }).count(), 0);
  await connect(admin, hub.sandbox.credentials(1));
  const dialog = admin.locator('dialog[open]');
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /You can close this page now/);
  assert.equal(await dialog.getByRole('link').count(), 0);

  const late = await visitor(browser);
  await late.goto(link);
  await late.getByRole('heading', { name: 'Personio is connected' }).waitFor();
  await operator.goto(`${hub.url}/app/accounts`);
  assert.match(await operator.locator('main').innerText(), /Südwind KG/);
  for (const page of [operator, admin, late]) expectNoComplaints(page);
});

test('an integration deleted at the provider is told, and reconnecting mends it', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const made = await hub.sandbox.control('POST', '/integrations', { permissions: { employees: ['read'] } });
  const id = await linkAccount(page, hub, { id: 'tenant-5', name: 'Nordost GmbH' }, made);
  await hub.sandbox.control('DELETE', `/integrations/${made.client_id}`);
  await page.goto(`${hub.url}/app/accounts/${id}`);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.getByText('No new tokens could be fetched.').waitFor();
  assert.match(await page.locator('.account-title').innerText(), /Needs attention/);
  assert.match(await page.locator('main').innerText(), /Reconnect with working credentials/);
  await page.goto(`${hub.url}/app/accounts?q=needs+attention`);
  assert.match(await page.locator(`tr[data-account="${id}"]`).innerText(), /Needs attention/);
  await page.goto(`${hub.url}/app/accounts/${id}`);
  await page.getByRole('button', { name: 'Reconnect' }).click();
  await connect(page, hub.sandbox.credentials(0));
  await page.locator('dialog[open]').getByRole('link', { name: 'Show the account' }).click();
  assert.equal(await page.locator('#account-id').innerText(), id);
  assert.match(await page.locator('.account-title').innerText(), /Active/);
  expectNoComplaints(page);
});

test('a permission that is missing is named, and a new integration and Reconnect mend it', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const made = (permissions) => hub.sandbox.control('POST', '/integrations', { permissions });
  await beginLink(page, hub, { id: 'tenant-6', name: 'Nordwest eG' });
  await connect(page, await made({ attendances: ['read'] }));
  await page.locator('#failure .permission').getByText('Employees').waitFor();
  await connect(page, await made({ employees: ['read'] })); // what has to be there, and no more
  const dialog = page.locator('dialog[open]');
  await dialog.getByRole('heading', { name: 'What does not work yet' }).waitFor();
  assert.match(await dialog.locator('.lacks').innerText(), /Attendances/);
  assert.match(await dialog.innerText(), /Create a new integration at Personio with these boxes ticked too, then reconnect\./);
  await dialog.getByRole('link', { name: 'Show the account' }).click();
  const id = await page.locator('#account-id').innerText();
  assert.match(await page.locator('.alert.warn .boxes').innerText(), /Attendances/);

  await page.getByRole('button', { name: 'Reconnect' }).click();
  await connect(page, hub.sandbox.credentials(0)); // the new integration, with every box
  await dialog.waitFor();
  assert.equal(await dialog.locator('.lacks').count(), 0);
  await dialog.getByRole('link', { name: 'Show the account' }).click();
  assert.equal(await page.locator('#account-id').innerText(), id);
  assert.equal(await page.locator('.alert.warn .boxes').count(), 0);
  expectNoComplaints(page);
});

test('the owner who was linked last is remembered, and linking again updates the account', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const first = await linkAccount(page, hub, { id: 'tenant-3', name: 'Ostwind AG' });
  await page.goto(`${hub.url}/app/connectors`);
  await page.locator('#link-personio').click();
  assert.equal(await page.locator('#owner_id').inputValue(), 'tenant-3');
  assert.equal(await page.locator('#owner_name').inputValue(), 'Ostwind AG');
  const again = await linkAccount(page, hub, { id: 'tenant-3', name: 'Ostwind AG' });
  assert.equal(again, first);
  expectNoComplaints(page);
});

test('the filter box narrows the accounts down while typing', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await linkAccount(page, hub, { id: 'tenant-4', name: 'Westwind SE' });
  await page.goto(`${hub.url}/app/accounts`);
  const shown = () => page.locator('tr[data-account]:visible').allInnerTexts();
  assert.ok((await shown()).length > 1);
  await page.locator('#filter').fill('westw');
  assert.equal((await shown()).length, 1);
  await page.locator('#filter').fill('nobody like this');
  await page.getByRole('heading', { name: 'Nothing fits this filter' }).waitFor();
  await page.locator('#filter').press('Enter');
  await page.getByRole('link', { name: 'Show all' }).click();
  assert.ok((await shown()).length > 1);
  expectNoComplaints(page);
});
