// StackOne's published connect component where people sign in at the provider: it opens a window, the
// person allows or denies on the consent page of a provider's sandbox, and the component is told.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Application, press, successOf } from './application.mjs';
import { axeViolations, expectNoComplaints, launch } from './browser.mjs';
import { build, startHub, startSandbox } from './start_hub.mjs';

const kCompany = 'Nordwind-in-the-address';

let application;
let hub;
let provider;
let browser;
let state;

before(async () => {
  state = mkdtempSync(join(tmpdir(), 'patchbay-acme-'));
  provider = await startSandbox('acme-sandbox', state);
  application = await Application.start();
  hub = await startHub({
    trust: ['--approve-all'],
    options: ['--embed-origin', application.url, '--sandbox', provider.readyFile],
  });
  hub.dropConnector('acme.so', join(build, 'acme/acme.so'));
  application.use(hub);
  const { client_id: id, client_secret: secret } = provider.credentials(0);
  const done = hub.command(['integrations', 'setup', 'acme', '--field', `client_id=${id}`, '--approve-all'], {
    input: `${secret}\n`,
  });
  assert.equal(done.status, 0, done.stderr);
  browser = await launch([`--host-resolver-rules=MAP api.acme.example 127.0.0.1:${provider.ready.port}`]);
});
after(async () => {
  await browser?.close();
  await hub?.stop();
  await provider?.stop();
  application?.close();
  rmSync(state, { recursive: true, force: true });
});

function session(owner) {
  return application.session({ origin_owner_id: owner, provider: 'acme' });
}

function mount(token) {
  return application.mount(browser, token, { 'app-url': application.url }, { ignoreHTTPSErrors: true });
}

// The window that the component opens.
async function connect(visit) {
  await visit.locator('input[name="company"]').fill(kCompany);
  const [window] = await Promise.all([visit.waitForEvent('popup'), press(visit)]);
  await window.getByRole('heading', { name: 'Sandbox sign-in' }).waitFor();
  return window;
}

async function closed(window) {
  if (!window.isClosed()) await window.waitForEvent('close');
}

function attemptsOf(visit, method) {
  return visit.requests.filter((request) => request.method() === method
    && request.url().includes('/hub/connection_attempts/'));
}

test('a person signs in and allows it, and the component has the account', async () => {
  const token = await session('tenant-1');
  const visit = await mount(token);
  const window = await connect(visit);
  assert.match(window.url(), /^https:\/\/api\.acme\.example\/oauth\/authorize\?/);
  await window.getByRole('button', { name: 'Allow' }).click();
  const linked = await successOf(visit);
  await closed(window);
  const account = (await application.api('GET', `/accounts/${linked.id}`)).body;
  assert.equal(account.provider, 'acme');
  assert.equal(account.origin_owner_id, 'tenant-1');
  assert.equal(account.setup_information.company, kCompany);
  // Whoever is asked after the window's first address learns nothing of it.
  for (const request of visit.requests)
    assert.doesNotMatch(request.headers().referer ?? '', /token=|company=/);
  for (const said of [token, kCompany]) assert.ok(!hub.log.includes(said), said);
  expectNoComplaints(visit);
  await visit.context().close();
});

test('a person who denies it is told so, and may try again', async () => {
  const visit = await mount(await session('tenant-2'));
  const window = await connect(visit);
  const told = visit.waitForResponse(async (reply) =>
    reply.url().includes('/hub/connection_attempts/') && (await reply.json()).status === 'error');
  await window.getByRole('button', { name: 'Deny' }).click();
  const { error } = await (await told).json();
  assert.match(error.description, /was not given the permission/);
  await visit.getByText(error.code).waitFor();  // the component folds the description away below it
  await closed(window);
  const again = await connect(visit);
  await again.getByRole('button', { name: 'Allow' }).click();
  await successOf(visit);
  await visit.context().close();
});

test('a person who closes the window starts over', async () => {
  const visit = await mount(await session('tenant-3'));
  const window = await connect(visit);
  await window.close();
  await visit.getByText(/start over/i).click();
  await hub.until(() => attemptsOf(visit, 'DELETE').length === 1, 'the attempt is cancelled');
  const again = await connect(visit);
  await again.getByRole('button', { name: 'Allow' }).click();
  await successOf(visit);
  await visit.context().close();
});

test('a secret in the address is refused in words, at an address without it', async () => {
  const token = await session('tenant-4');
  const headers = { 'x-hub-session-token': token, 'Content-Type': 'application/json' };
  const made = await fetch(`${hub.url}/hub/connection_attempts`, {
    method: 'POST', headers, body: JSON.stringify({ token }),
  });
  const { id } = await made.json();
  const { integrations } = await (await fetch(`${hub.url}/hub/connectors`, { headers })).json();
  const visit = await mount(token);
  const query = new URLSearchParams({
    redirect_uri: `${application.url}/callback`, token, connection_attempt_id: id, company: 'x', note: 'papi-typed',
  });
  await visit.goto(`${hub.url}/connect/oauth2/${integrations[0].integration_id}?${query}`);
  await visit.getByText(/Something secret stood in the address/).waitFor();
  assert.equal(visit.url(), `${hub.url}/connect/window`);
  assert.deepEqual(await axeViolations(visit), []);
  assert.ok(!hub.log.includes('papi-typed'));
  await visit.context().close();
});
