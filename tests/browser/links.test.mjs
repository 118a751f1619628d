// What end users are sent beside the connect link: a guide to prepare the credentials with, and "my
// connection" to look after what was linked.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  axeViolations, beginLink, connect, expectNoComplaints, launch, linkAccount, signIn, visitor,
} from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
let key;
before(async () => {
  hub = await startHub();
  browser = await launch();
  key = hub.command(['api-keys', 'create', '--name', 'application']).stdout.match(/pb_\S+/)[0];
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

async function manageLink(account) {
  const reply = await fetch(`${hub.url}/accounts/${account}/manage_link`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: '{}',
  });
  assert.equal(reply.status, 201);
  return (await reply.json()).url;
}

test('a guide is shared: whoever has it sees the boxes to tick, and can connect nothing', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  await beginLink(page, hub);
  await page.getByText('Share this guide').click();
  const address = await page.getByLabel('Address of the guide').inputValue();

  const colleague = await visitor(browser, { locale: 'de-DE' });
  await colleague.goto(address);
  await colleague.getByRole('heading', { name: 'Personio für Patchbay vorbereiten' }).waitFor();
  await colleague.getByText('Setzen Sie diese Häkchen').waitFor();
  assert.ok(await colleague.locator('.guide .steps > li').count() >= 3);
  assert.ok(await colleague.locator('.patch img').evaluate((logo) => logo.naturalWidth > 0), 'its logo');
  assert.equal(await colleague.locator('main input, main form').count(), 0);
  assert.doesNotMatch(await colleague.content(), /Nordwind/);
  assert.deepEqual(await axeViolations(colleague), []);
  await colleague.goto(`${hub.url}/connect`);
  await colleague.getByRole('heading', { name: 'Öffnen Sie Ihren Link noch einmal' }).waitFor();
  await colleague.goto(address.replace('/guide/', '/manage/'));
  await colleague.getByRole('heading', { name: 'Dieser Link ist ungültig' }).waitFor();
  expectNoComplaints(page);
  expectNoComplaints(colleague);
});

test('an end user looks after a connection: reconnects, then disconnects', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const account = await linkAccount(page, hub);
  const customer = await visitor(browser);
  const link = await manageLink(account);
  await customer.goto(link);
  assert.equal(customer.url(), `${hub.url}/manage`, 'the link has left the address');
  await customer.getByRole('heading', { name: 'Your connection to Personio' }).waitFor();
  await customer.getByText('Active', { exact: true }).waitFor();
  assert.deepEqual(await axeViolations(customer), []);

  await customer.getByRole('button', { name: 'Reconnect' }).click();
  await customer.getByRole('heading', { name: 'Reconnect Personio' }).waitFor();
  await connect(customer, hub.sandbox.credentials(1));
  await customer.locator('dialog[open]').waitFor();
  const told = await customer.locator('dialog[open]').textContent();
  assert.doesNotMatch(told, /app\/accounts/);

  await customer.goto(link);
  await customer.getByRole('link', { name: 'Disconnect' }).click();
  assert.deepEqual(await axeViolations(customer), []);
  await customer.getByRole('button', { name: 'Disconnect' }).click();
  await customer.getByRole('heading', { name: 'Disconnected' }).waitFor();
  await page.goto(`${hub.url}/app/accounts/${account}`);
  await page.getByText('There is no such account').waitFor();
  const audit = join(hub.data, 'audit');
  const lines = readdirSync(audit).map((file) => readFileSync(join(audit, file), 'utf8')).join('');
  assert.match(lines, /"account\.unlinked"[^\n]*"end user"|"end user"[^\n]*"account\.unlinked"/);
  assert.ok(!hub.log.includes(link.split('/').pop()));
  expectNoComplaints(customer);
});

test('a connect link that expires says so, before the form and after it', async () => {
  const link = async () => {
    const reply = await fetch(`${hub.url}/connect_sessions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ origin_owner_id: 'tenant-9', origin_owner_name: 'Nordwind GmbH', provider: 'personio' }),
    });
    return (await reply.json()).auth_link_url;
  };
  const expire = () => hub.sql("UPDATE connect_sessions SET expires = strftime('%s') * 1000 - 1000 WHERE status = 'open'");
  const page = await visitor(browser);
  await page.goto(await link());
  await page.getByRole('heading', { name: 'Connect Personio' }).waitFor();
  expire();
  await connect(page, hub.sandbox.credentials(0));
  await page.getByRole('heading', { name: 'This link has expired' }).waitFor();
  assert.deepEqual(await axeViolations(page), []);
  const late = await visitor(browser);
  const address = await link();
  expire();
  await late.goto(address);
  await late.getByRole('heading', { name: 'This link has expired' }).waitFor();
  assert.equal(await late.locator('form[action="/connect"]').count(), 0);
  for (const each of [page, late]) expectNoComplaints(each);
});
