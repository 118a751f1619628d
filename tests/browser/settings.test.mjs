// Settings as an admin walks through them: a key that an application then uses, a webhook that a
// receiver then hears from, people let in and sent away, an audit log that is looked through.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { expectNoComplaints, launch, signIn, visitor } from './browser.mjs';
import { build, startHub } from './start_hub.mjs';

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

function callWith(key) {
  return fetch(`${hub.url}/accounts`, { headers: { Authorization: `Bearer ${key}` } });
}

test('a key is made, used, replaced and revoked', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'No API keys yet' }).waitFor();
  await page.getByRole('checkbox', { name: /^Actions/ }).uncheck();
  await page.getByRole('button', { name: 'Make key' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'name', 'the browser asks for the name');
  await page.getByLabel('What is it for?').fill('Payroll, production');
  await page.getByRole('button', { name: 'Make key' }).click();
  await page.getByRole('heading', { name: 'Your new key' }).waitFor();
  const key = await page.getByLabel('API key').inputValue();
  assert.equal((await callWith(key)).status, 200);

  await page.getByRole('link', { name: 'Back to the keys' }).click();
  await page.getByRole('link', { name: 'Payroll, production' }).click();
  assert.doesNotMatch(await page.content(), new RegExp(key.slice(-20)));
  await page.getByLabel('The present one stays valid for').selectOption({ label: 'not at all' });
  await page.getByRole('button', { name: 'Make its successor' }).click();
  const successor = await page.getByLabel('API key').inputValue();
  assert.equal((await callWith(key)).status, 401);
  assert.equal((await callWith(successor)).status, 200);

  await page.getByRole('link', { name: 'Back to the keys' }).click();
  await page.getByRole('row', { name: /Valid/ }).getByRole('link').click();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByRole('status').filter({ hasText: 'was revoked' }).waitFor();
  assert.equal((await callWith(successor)).status, 401);
  assert.ok(!hub.log.includes(key) && !hub.log.includes(successor));
  expectNoComplaints(page);
});

test('a webhook is added, tested, and switched off', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await page.goto(`${hub.url}/app/settings/webhooks`);
  await page.getByLabel('Address').fill('http://receiver.example/hook');
  await page.getByLabel('Description').fill('The CRM');
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await page.locator('#url-error').waitFor();
  assert.equal(await page.getByLabel('Description').inputValue(), 'The CRM');
  await page.getByLabel('Address').fill('https://receiver.invalid/hook');
  await page.getByRole('checkbox', { name: 'Account needs attention' }).check();
  await page.getByRole('button', { name: 'Add webhook' }).click();
  const secret = await page.getByLabel('Signing secret').inputValue();
  assert.ok(createHmac('sha256', secret).update('x').digest('hex'));
  await page.getByRole('link', { name: 'Go to the webhook' }).click();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('status').filter({ hasText: 'on its way' }).waitFor();

  // The address does not exist, so the first attempt fails soon, and the page says so.
  const failing = page.getByText(/^It began failing/);
  for (let tries = 0; tries < 50 && await failing.count() === 0; tries += 1) {
    await page.waitForTimeout(200);
    await page.reload();
  }
  await failing.waitFor();
  await page.getByText('No answer').first().waitFor();
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByRole('status').filter({ hasText: 'switched off' }).waitFor();
  await page.getByRole('link', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove webhook' }).click();
  await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor();
  expectNoComplaints(page);
});

test('settings work without scripts, in German', async () => {
  const page = await visitor(browser, { javaScriptEnabled: false, locale: 'de-DE' });
  await page.goto(hub.freshSigninUrl());
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await page.getByRole('link', { name: 'Einstellungen' }).click();
  await page.getByLabel('Wofür ist er?').fill('Lohnabrechnung');
  await page.getByRole('button', { name: 'Schlüssel erstellen' }).click();
  const key = await page.getByLabel('API-Schlüssel').inputValue();
  assert.equal((await callWith(key)).status, 200);
});

test('somebody is let in by a link, seen, and sent away', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await page.goto(`${hub.url}/app/settings/people`);
  await page.getByLabel('Who is it for?').fill('Ada Lovelace');
  await page.getByLabel('What may they do?').selectOption('viewer');
  await page.getByRole('button', { name: 'Make link' }).click();
  const link = await page.getByLabel('Sign-in link').inputValue();
  assert.ok(link.startsWith(`${hub.url}/signin/`));
  await page.getByRole('link', { name: 'Back to the people' }).click();
  await page.getByRole('button', { name: 'Withdraw the link for Ada Lovelace' }).waitFor();
  assert.doesNotMatch(await page.content(), new RegExp(link.slice(-20)));

  const ada = await visitor(browser);
  await signIn(ada, link);
  await ada.getByText('Viewer', { exact: true }).waitFor();
  await ada.getByRole('link', { name: 'Settings' }).click();
  assert.equal(await ada.getByRole('link', { name: 'People' }).count(), 0);
  await page.reload();
  assert.equal(await page.getByRole('button', { name: 'Withdraw the link for Ada Lovelace' }).count(), 0);
  await page.getByRole('button', { name: 'End the session of Ada Lovelace' }).click();
  await page.getByRole('status').filter({ hasText: 'The session of Ada Lovelace has ended.' }).waitFor();
  await ada.goto(`${hub.url}/app/accounts`);
  await ada.getByRole('heading', { name: 'You are not signed in' }).waitFor();
  assert.ok(!hub.log.includes(link.slice(-20)));
  expectNoComplaints(page);
  expectNoComplaints(ada);
});

test('the audit log tells of it, is verified, and says when it was changed', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await page.goto(`${hub.url}/app/settings/audit`);
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'People' });
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('row', { name: /A session was ended.*Ada Lovelace \(viewer\)/ }).waitFor();
  await page.getByRole('row', { name: /A sign-in link was made.*Ada Lovelace \(viewer\)/ }).waitFor();
  await page.getByLabel('Who', { exact: true }).fill('Ada');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('row', { name: /Somebody signed in.*Ada Lovelace \(viewer\)/ }).waitFor();
  assert.equal(await page.getByRole('row', { name: /A session was ended/ }).count(), 0);

  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('As it was written', { exact: true }).waitFor();
  await hub.withChangedAuditLog(async () => {
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('Not as it was written', { exact: true }).waitFor();
    await page.getByText(/^audit-.*\.jsonl$/).waitFor();
  });
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('As it was written', { exact: true }).waitFor();
  expectNoComplaints(page);
});

test('storage and keys are what the commands say, and follow a rotation', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const keys = () => JSON.parse(execFileSync(
    join(build, 'bin/patchbay'), ['key', 'list', '--data', hub.data, '--json'], { encoding: 'utf8' },
  )).data_keys;
  await page.goto(`${hub.url}/app/settings/storage`);
  const [key] = keys();
  await page.getByRole('row', { name: new RegExp(`${key.id} Seals ${key.records} ${key.key}`) }).waitFor();
  await page.getByText('patchbay.db', { exact: false }).first().waitFor();
  assert.equal(hub.command(['key', 'rotate', '--wait', '0']).status, 0);
  await page.reload();
  await page.getByRole('row', { name: new RegExp(`${key.id} Retired 0`) }).waitFor();
  for (const { id, records } of keys()) await page.getByRole('row', { name: new RegExp(`${id} \\S+ ${records} `) }).waitFor();
  expectNoComplaints(page);
});
