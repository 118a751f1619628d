// A connector without code: a manifest is dropped, looked at, approved, and an account is linked with
// it, in the browser and against its provider's sandbox.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { axeViolations, beginLink, expectNoComplaints, launch, phone, signIn, visitor } from './browser.mjs';
import { sha256 } from './connector_file.mjs';
import { build, startHub, startSandbox } from './start_hub.mjs';

const manifest = readFileSync(join(build, 'connectors/hibob.json'));
const state = mkdtempSync(join(tmpdir(), 'patchbay-hibob-'));

let sandbox;
let hub;
let browser;
let page;
before(async () => {
  sandbox = await startSandbox('hibob-sandbox', state);
  hub = await startHub({ withConnector: false, trust: [], options: ['--sandbox', sandbox.readyFile] });
  browser = await launch();
  page = await visitor(browser);
  await signIn(page, hub.signinUrl);
});
afterEach(() => expectNoComplaints(page));
after(async () => {
  await browser?.close();
  await hub?.stop();
  await sandbox?.stop();
  rmSync(state, { recursive: true, force: true });
});

const card = (what) => page.locator(`[data-connector="hibob"][data-state="${what}"]`);

test('it waits with its hash and hosts, and says that it has no code of its own', async () => {
  hub.dropBytes('hibob.json', manifest);
  await card('awaiting_approval').waitFor();
  assert.deepEqual(hub.workers, []);
  await card('awaiting_approval').getByRole('link', { name: /^Review/ }).click();
  await page.getByRole('heading', { name: 'Approve HiBob?' }).waitFor();
  assert.equal(await page.locator('#sha256').inputValue(), sha256(manifest));
  assert.match(await page.locator('#code').innerText(), /None of its own[^]*hub's own library/);
  assert.match(await page.locator('#asks [data-kind="host"]').innerText(), /api\.hibob\.com/);
  assert.deepEqual(await axeViolations(page), []);
});

test('approved, it runs in a worker and links an account', async () => {
  await page.getByRole('button', { name: /^Approve version/ }).click();
  await page.goto(`${hub.url}/app/connectors`);
  await card('ready').waitFor();
  assert.equal(hub.workers.length, 1);
  await beginLink(page, hub, undefined, 'hibob');
  const { service_user_id: id, token } = sandbox.credentials(0);
  await page.locator('#field-service_user_id').fill(id);
  await page.locator('#field-token').fill(`${token}x`);
  await page.locator('#connect-form button[type="submit"]').click();
  await page.getByText('Bob does not accept this service user ID').first().waitFor();
  await page.locator('#field-token').fill(token);
  await page.locator('#connect-form button[type="submit"]').click();
  await page.locator('dialog[open]').waitFor();
});

test('its guide and form fit a phone, in German', async () => {
  const other = await visitor(browser, { ...phone, viewport: { width: 320, height: 700 }, locale: 'de-DE' });
  await signIn(other, hub.freshSigninUrl());
  await other.goto(`${hub.url}/app/connectors/hibob/link`);
  await other.locator('#owner_id').fill('tenant-2');
  await other.locator('#owner_name').fill('Nordwind GmbH');
  await other.locator('button[value="here"]').click();
  await other.waitForURL('**/connect');
  assert.match(await other.locator('main').innerText(), /Einen Service-User anlegen/);
  const wide = await other.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.equal(wide, 0);
  expectNoComplaints(other);
  await other.context().close();
});
