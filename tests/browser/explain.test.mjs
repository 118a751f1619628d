// Why a link broke: from the account's page to what to do, and the same on the command line.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectNoComplaints, launch, linkAccount, signIn, visitor } from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
let page;
let id;
before(async () => {
  hub = await startHub();
  browser = await launch();
  page = await visitor(browser);
  await signIn(page, hub.signinUrl);
  id = await linkAccount(page, hub, { id: 'tenant-1', name: 'Nordwind GmbH' });
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

const headline = () => page.locator('#explained-title').innerText();

test('a link that works is said to be in order', async () => {
  await page.goto(`${hub.url}/app/accounts/${id}`);
  await page.getByRole('link', { name: 'Why?' }).click();
  assert.equal(await headline(), 'Nothing is wrong with this link.');
  assert.equal(await page.locator('#todo-title').count(), 0);
  expectNoComplaints(page);
});

test('a provider that is down is tried again by itself, and meanwhile the held token is served', async () => {
  await hub.sandbox.fault({ kind: 'status', route: 'POST /v2/auth/token', status: 503, times: 0 });
  await page.goto(`${hub.url}/app/accounts/${id}`);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.goto(`${hub.url}/app/accounts/${id}`);
  const alert = page.getByRole('note').filter({ hasText: "Personio can't be reached" });
  await alert.getByRole('link', { name: 'Why? And what to do' }).click();
  assert.match(await headline(), /^Personio can't be reached/);
  await page.getByText('Takes care of itself').waitFor();
  await page.getByText('as long as it lasts').first().waitFor();
  await hub.sandbox.heal();
  await page.goto(`${hub.url}/app/accounts/${id}`);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.goto(`${hub.url}/app/accounts/${id}`);
  assert.equal(await alert.count(), 0);
  expectNoComplaints(page);
});

test('an integration that was deleted at the provider is told with what to do, for a ticket and on the command line', async () => {
  const { client_id: client, client_secret: secret } = hub.sandbox.credentials(0);
  await hub.sandbox.control('DELETE', `/integrations/${client}`);
  await page.goto(`${hub.url}/app/accounts/${id}`);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.getByRole('link', { name: 'Why? And what to do' }).click();
  assert.equal(await headline(), 'Access was withdrawn at Personio.');
  const todo = await page.locator('.steps').innerText();
  assert.match(todo, /Operator[\s\S]*Send the customer a link[\s\S]*Customer's admin[\s\S]*at Personio/);
  const ticket = await page.locator('#ticket').inputValue();
  assert.match(ticket, new RegExp(`Account: ${id}`));
  assert.doesNotMatch(await page.content(), new RegExp(secret));

  const told = hub.command(['accounts', 'explain', id, '--json', ...hub.options]);
  assert.equal(told.status, 0, told.stderr);
  const explanation = JSON.parse(told.stdout);
  assert.equal(explanation.finding, 'revoked');
  assert.equal(explanation.steps[0].who, 'operator');
  const text = hub.command(['accounts', 'explain', id, ...hub.options]);
  assert.match(text.stdout, /^Access was withdrawn at Personio\./);
  assert.doesNotMatch(told.stdout + text.stdout, new RegExp(secret));
  expectNoComplaints(page);
});
