// A company that becomes part of the provider's host: what a person types or pastes there, what the
// form says of it, and an account linked with it, against BambooHR's sandbox.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { axeViolations, beginLink, expectNoComplaints, launch, phone, signIn, visitor } from './browser.mjs';
import { widerThanTheWindow } from './page_checks.mjs';
import { build, startHub, startSandbox } from './start_hub.mjs';

const state = mkdtempSync(join(tmpdir(), 'patchbay-bamboohr-'));

let sandbox;
let hub;
let browser;
let page;
before(async () => {
  sandbox = await startSandbox('bamboohr-sandbox', state);
  hub = await startHub({
    withConnector: false, trust: ['--approve-all'], options: ['--sandbox', sandbox.readyFile],
  });
  hub.dropConnector('bamboohr.json', join(build, 'connectors/bamboohr.json'));
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

const begin = (visit, owner) => beginLink(visit, hub, { id: owner, name: 'Nordwind GmbH' }, 'bamboohr');

async function connect(visit, company, key) {
  await visit.locator('#field-company').fill(company);
  await visit.locator('#field-api_key').fill(key);
  await visit.locator('#connect-form button[type="submit"]').click();
}

const calls = async () => (await sandbox.control('GET', '/calls')).total;

test('what is no company is refused at its field, kept as it was typed, and goes nowhere', async () => {
  const { api_key: key } = sandbox.credentials(0);
  await begin(page, 'tenant-1');
  const before = await calls();
  for (const typed of [
    'https://acme.bamboohr.com', 'acme.bamboohr.com', 'evil.example/', 'acme@evil.example', 'a..b', '-a', 'ärzte',
    'a'.repeat(64),
  ]) {
    await connect(page, typed, key);
    await page.getByText('Enter only the part before .bamboohr.com').first().waitFor();
    assert.equal(await page.locator('#field-company').inputValue(), typed);
    assert.equal(await page.locator('#field-company').getAttribute('aria-invalid'), 'true', typed);
    await page.goto(`${hub.url}/connect`);
  }
  assert.equal(await calls(), before);
});

test('a wrong key and a company that does not exist are told apart', async () => {
  const { api_key: key } = sandbox.credentials(0);
  await connect(page, 'acme', `${key}x`);
  await page.getByText('BambooHR does not accept this API key').first().waitFor();
  assert.equal(await page.locator('#field-company').inputValue(), 'acme');
  assert.equal(await page.locator('#field-api_key').inputValue(), '');
  await connect(page, 'nobody', key);
  await page.getByText('BambooHR knows no company at nobody.bamboohr.com').first().waitFor();
  assert.deepEqual(await axeViolations(page), []);
});

test('the right ones are linked, and the account names its company', async () => {
  const { api_key: key } = sandbox.credentials(0);
  await connect(page, ' ACME ', key);
  await page.locator('dialog[open]').waitFor();
  await page.goto(`${hub.url}/app/accounts`);
  await page.locator('a[href^="/app/accounts/acc_"]').first().click();
  await page.getByText('Acme', { exact: true }).waitFor();
  assert.ok(!(await page.content()).includes(key));
  assert.ok(!hub.log.includes(key));
});

test('form, guide and refusal fit a phone, in German', async () => {
  const other = await visitor(browser, { ...phone, viewport: { width: 320, height: 700 }, locale: 'de-DE' });
  await signIn(other, hub.freshSigninUrl());
  await begin(other, 'tenant-2');
  assert.match(await other.locator('main').innerText(), /Einen API-Schlüssel anlegen/);
  await connect(other, 'https://acme.bamboohr.com', 'k3y');
  await other.getByText('Geben Sie nur den Teil vor .bamboohr.com ein').first().waitFor();
  assert.deepEqual(await widerThanTheWindow(other), []);
  assert.deepEqual(await axeViolations(other), []);
  expectNoComplaints(other);
  await other.context().close();
});
