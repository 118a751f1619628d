// Slack from the operator's app to a linked workspace: the app is set up on a page, a person signs in
// at Slack's own page, picks, comes back. The browser is told that slack.com is the sandbox.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { axeViolations, beginLink, expectNoComplaints, launch, phone, signIn, visitor } from './browser.mjs';
import { widerThanTheWindow } from './page_checks.mjs';
import { build, startHub, startSandbox } from './start_hub.mjs';

const state = mkdtempSync(join(tmpdir(), 'patchbay-slack-'));

let sandbox;
let hub;
let browser;
let page;
before(async () => {
  sandbox = await startSandbox('slack-sandbox', state);
  hub = await startHub({
    withConnector: false, trust: ['--approve-all'], options: ['--sandbox', sandbox.readyFile],
  });
  hub.dropConnector('slack.so', join(build, 'connectors/slack.so'));
  browser = await launch([
    `--host-resolver-rules=MAP slack.com:443 127.0.0.1:${sandbox.ready.port}`, '--ignore-certificate-errors',
  ]);
  page = await visitor(browser, { ignoreHTTPSErrors: true });
  await signIn(page, hub.signinUrl);
});
afterEach(() => expectNoComplaints(page));
after(async () => {
  await browser?.close();
  await hub?.stop();
  await sandbox?.stop();
  rmSync(state, { recursive: true, force: true });
});

const begin = (visit, owner) => beginLink(visit, hub, { id: owner, name: 'Nordwind GmbH' }, 'slack');

async function atSlack(visit, decision) {
  await visit.locator('#connect-form button[type="submit"]').click();
  await visit.waitForURL('https://slack.com/**');
  await visit.getByRole('button', { name: decision }).click();
  await visit.waitForURL(`${hub.url}/**`);
}

test('the operator sets the app up, with its guide and the redirect address beside the form', async () => {
  await page.goto(`${hub.url}/app/integrations`);
  await page.locator('select').first().selectOption({ label: 'Slack' });
  await page.locator('input[name="name"]').fill('Team chat');
  await page.getByRole('button', { name: 'Make integration' }).click();
  await page.getByRole('heading', { name: 'Make a Slack app for this hub' }).waitFor();
  assert.equal(await page.locator('#redirect-uri').inputValue(), `${hub.url}/connect/return`);
  const { client_id: id, client_secret: secret } = sandbox.credentials(0);
  await page.locator('#field-client_id').fill('not an id');
  await page.locator('#field-client_secret').fill(secret);
  await page.getByRole('button', { name: 'Save setup' }).click();
  await page.getByText('two numbers with a dot between them').first().waitFor();
  await page.locator('#field-client_id').fill(id);
  await page.locator('#field-client_secret').fill(secret);
  await page.getByRole('button', { name: 'Save setup' }).click();
  await page.getByText('Not set up').waitFor({ state: 'detached' });
  assert.ok(!(await page.content()).includes(secret));
  assert.deepEqual(await axeViolations(page), []);
});

test('who declines at Slack is told so, and may try again', async () => {
  await begin(page, 'tenant-1');
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
  assert.equal(await page.locator('#connect-form input:not([type="hidden"])').count(), 0);
  await atSlack(page, 'Cancel');
  await page.getByText('Slack was not given the permission').first().waitFor();
  assert.equal(new URL(page.url()).search, '', 'nothing of the answer stays in the address');
});

test('a workspace is linked for what the allowed actions need, and named', async () => {
  await begin(page, 'tenant-1');
  await page.locator('#connect-form button[type="submit"]').click();
  await page.waitForURL('https://slack.com/**');
  const asked = await page.locator('li').allInnerTexts();
  assert.ok(asked.includes('channels:read') && !asked.includes('chat:write'), asked.join());
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${hub.url}/**`);
  await page.getByText('Slack is connected').first().waitFor();
  await page.goto(`${hub.url}/app/accounts`);
  await page.locator('a[href^="/app/accounts/acc_"]').first().click();
  await page.getByText('Acme', { exact: true }).waitFor();
});

test('the page fits a phone, in German', async () => {
  const other = await visitor(browser, {
    ...phone, viewport: { width: 320, height: 700 }, locale: 'de-DE', ignoreHTTPSErrors: true,
  });
  await signIn(other, hub.freshSigninUrl());
  await begin(other, 'tenant-2');
  await other.getByRole('heading', { name: 'So verbinden Sie' }).waitFor();
  assert.deepEqual(await widerThanTheWindow(other), []);
  assert.deepEqual(await axeViolations(other), []);
  await other.context().close();
});
