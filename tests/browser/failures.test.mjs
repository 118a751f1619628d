// What goes wrong while connecting, and what the person is told. Nothing is stored in any of these,
// and what was not secret stays in the form.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  beginLink, connect, expectNoComplaints, fillIn, launch, signIn, visitor,
} from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
let page;
before(async () => {
  hub = await startHub();
  browser = await launch();
  page = await visitor(browser);
  await signIn(page, hub.signinUrl);
});
beforeEach(async () => {
  await hub.sandbox.heal();
  await beginLink(page, hub);
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

const failure = () => page.locator('#failure');

async function expectNothingLinked() {
  const visit = await visitor(browser);
  await signIn(visit, hub.freshSigninUrl());
  await visit.goto(`${hub.url}/app/accounts`);
  await visit.getByRole('heading', { name: 'No accounts yet' }).waitFor();
  await visit.context().close();
}

test('a wrong secret is said at the secret, and the Client ID stays', async () => {
  const right = hub.sandbox.credentials(0);
  await connect(page, { ...right, client_secret: 'papi-not-the-right-secret' });
  await failure().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'failure');
  assert.match(await page.title(), /^Problem:/);
  const secret = page.locator('#field-client_secret');
  assert.equal(await secret.getAttribute('aria-invalid'), 'true');
  const described = await secret.getAttribute('aria-describedby');
  assert.match(described, /field-client_secret-error/);
  assert.match(await page.locator('#field-client_secret-error').innerText(), /doesn't belong to it/);
  assert.equal(await secret.inputValue(), '');
  assert.equal(await page.locator('#field-client_id').inputValue(), right.client_id);
  assert.equal(await page.locator('#field-client_id').getAttribute('aria-invalid'), null);
  assert.match(await page.locator('main').innerText(), /Secrets are not kept between attempts/);
  await failure().getByText('What Personio answered').click();
  assert.match(await failure().locator('pre').innerText(), /\S/);
  assert.doesNotMatch(await page.content(), /papi-not-the-right-secret/);

  await connect(page, right);
  await page.locator('dialog[open]').waitFor();
  await page.goto(`${hub.url}/app/accounts`);
  await page.locator('tbody a').click();
  await page.getByRole('link', { name: /Unlink/ }).click();
  await page.getByRole('button', { name: 'Unlink account' }).click();
  await page.getByRole('heading', { name: 'No accounts yet' }).waitFor();
});

test('an unknown Client ID is said at the Client ID', async () => {
  await connect(page, { client_id: 'papi-00000000-0000-4000-8000-000000000000', client_secret: hub.sandbox.credentials(0).client_secret });
  await failure().waitFor();
  assert.match(await page.locator('#field-client_id-error').innerText(), /doesn't know this Client ID/);
  await failure().getByRole('link', { name: 'Client ID' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'field-client_id');
});

test('swapped values are noticed, and the secret is in no page the hub sends', async () => {
  const { client_id: id, client_secret: secret } = hub.sandbox.credentials(0);
  const bodies = [];
  const listen = async (response) => bodies.push(await response.text().catch(() => ''));
  page.on('response', listen);
  await connect(page, { client_id: secret, client_secret: id });
  await failure().waitFor();
  assert.match(await page.locator('#field-client_id-error').innerText(), /Swap them/);
  await page.reload();
  await failure().waitFor();
  page.off('response', listen);
  assert.ok(bodies.length > 3);
  assert.ok(bodies.every((body) => !body.includes(secret)));
});

test('without Employees → Read the missing permission is named, with what to do', async () => {
  await connect(page, hub.sandbox.credentials(2));
  await failure().waitFor();
  const text = await failure().innerText();
  assert.match(text, /A permission is missing/);
  assert.match(text, /Employees → Read/);
  assert.match(text, /create a new integration/);
  assert.match(text, /Nothing was stored/);
  await expectNothingLinked();
});

test('empty fields are marked before anything is sent', async () => {
  await page.locator('#connect-form button[type="submit"]').click();
  assert.match(await page.locator('#field-client_id-error').innerText(), /Enter the Client ID/);
  assert.match(await page.locator('#field-client_secret-error').innerText(), /Enter the Client Secret/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'field-client_id');
});

test('a secret can be looked at, and is hidden again before it is sent', async () => {
  await fillIn(page, hub.sandbox.credentials(0));
  const secret = page.locator('#field-client_secret');
  assert.equal(await secret.getAttribute('type'), 'password');
  await page.getByRole('button', { name: 'Show: Client Secret' }).click();
  assert.equal(await secret.getAttribute('type'), 'text');
  await page.getByRole('button', { name: 'Hide: Client Secret' }).click();
  assert.equal(await secret.getAttribute('type'), 'password');
});

test('a slow provider shows progress, survives a reload, and can be cancelled', async () => {
  await hub.sandbox.fault({ kind: 'delay', route: '*', delay_ms: 8000, times: 0 });
  await connect(page, hub.sandbox.credentials(0));
  await page.getByRole('heading', { name: 'Connecting to Personio' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Connecting to Personio' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Cancelling…' }).waitFor();
  await failure().waitFor();
  assert.match(await failure().innerText(), /Connecting was cancelled/);
  assert.match(await failure().innerText(), /Nothing was stored/);
  assert.doesNotMatch(await page.title(), /^Problem/);
  await hub.sandbox.heal();
  await expectNothingLinked();
});

test('a provider that is down is not blamed on the credentials', async () => {
  await hub.sandbox.fault({ kind: 'status', status: 500, route: '*' });
  await connect(page, hub.sandbox.credentials(0));
  await failure().waitFor();
  assert.match(await failure().innerText(), /Nothing is wrong with what you entered|Your credentials are not the problem/);
  assert.equal(await page.locator('[aria-invalid="true"]').count(), 0);
});

test('a connector that is gone while the form is open is told plainly', async () => {
  hub.removeConnector();
  await page.waitForTimeout(500);
  await connect(page, hub.sandbox.credentials(0));
  await page.getByRole('heading', { name: 'Not available right now' }).waitFor();
  hub.dropConnector();
  await page.waitForTimeout(800);
  await page.reload();
  await page.getByRole('heading', { name: 'Connect Personio' }).waitFor();
});

test('no page of this file complained', () => expectNoComplaints(page));
