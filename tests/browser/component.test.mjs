// StackOne's published connect component (@stackone/hub, as npm has it) against our hub, in a page
// of another origin, as an application holds it. It links, shows our errors, edits what it linked.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Application, press, successOf } from './application.mjs';
import { launch, visitor } from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
let application;

before(async () => {
  application = await Application.start();
  hub = await startHub({ options: ['--embed-origin', application.url] });
  application.use(hub);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.stop();
  application?.close();
});

const api = (...asked) => application.api(...asked);
const session = (more) => application.session(more);
const mount = (...how) => application.mount(browser, ...how);

async function fill(visit, credentials) {
  await visit.locator('input[name="client_id"]').fill(credentials.client_id);
  await visit.locator('input[name="client_secret"]').fill(credentials.client_secret);
}

test('it links an account, and nothing secret is in any address', async () => {
  const visit = await mount(await session());
  await fill(visit, hub.sandbox.credentials(0));
  await press(visit);
  const linked = await successOf(visit);
  assert.equal(linked.provider, 'personio');
  const account = (await api('GET', `/accounts/${linked.id}`)).body;
  assert.equal(account.status, 'active');
  assert.equal(account.origin_owner_id, 'tenant-1');
  const { client_secret: secret } = hub.sandbox.credentials(0);
  for (const request of visit.requests) {
    assert.ok(!request.url().includes(secret), request.url());
    assert.ok([hub.url, application.url].some((url) => request.url().startsWith(url))
      || request.url().startsWith('data:'), `a request to somebody else: ${request.url()}`);
  }
  await visit.context().close();
});

test('our errors are shown, and nothing is stored', async () => {
  const visit = await mount(await session({ origin_owner_id: 'tenant-2', origin_owner_name: 'Zwei' }));
  await fill(visit, { ...hub.sandbox.credentials(0), client_secret: 'papi-not-the-right-secret' });
  await press(visit);
  await visit.getByText(/doesn't belong to it/).waitFor();
  await fill(visit, hub.sandbox.credentials(2));
  await press(visit);
  await visit.getByText(/Employees/).first().waitFor();
  assert.deepEqual((await api('GET', '/accounts?origin_owner_id=tenant-2')).body, []);
  await fill(visit, hub.sandbox.credentials(0));
  await press(visit);
  await successOf(visit);
  await visit.context().close();
});

test('an account is edited with its secret left untouched, and with a new one', async () => {
  const first = await mount(await session({ origin_owner_id: 'tenant-3', origin_owner_name: 'Drei' }));
  await fill(first, hub.sandbox.credentials(0));
  await press(first);
  const { id } = await successOf(first);
  await first.context().close();

  const untouched = await mount(await session({
    origin_owner_id: 'tenant-3', origin_owner_name: 'Drei', account_id: id,
  }));
  const clientId = untouched.locator('input[name="client_id"]');
  await clientId.waitFor();
  assert.equal(await clientId.inputValue(), hub.sandbox.credentials(0).client_id);
  assert.equal(await untouched.locator('input[name="client_secret"]').count(), 0, 'it is masked');
  await press(untouched);
  assert.equal((await successOf(untouched)).id, id);
  const patch = untouched.requests.find((request) => request.method() === 'PATCH');
  assert.ok(!('client_secret' in patch.postDataJSON().credentials));
  await untouched.context().close();

  const other = hub.sandbox.credentials(1);
  const renewed = await mount(await session({
    origin_owner_id: 'tenant-3', origin_owner_name: 'Drei', account_id: id,
  }));
  await renewed.locator('input[name="client_id"]').fill(other.client_id);
  await renewed.getByRole('button', { name: 'Edit' }).click();
  await renewed.locator('input[name="client_secret"]').fill(other.client_secret);
  await press(renewed);
  assert.equal((await successOf(renewed)).id, id);
  const account = (await api('GET', `/accounts/${id}`)).body;
  assert.equal(account.setup_information.client_id, other.client_id);
  await renewed.context().close();
});

test('a link that is over says so instead of showing an empty list', async () => {
  const token = await session({ origin_owner_id: 'tenant-4', origin_owner_name: 'Vier', expires_in: 1 });
  await new Promise((done) => { setTimeout(done, 1100); });
  const visit = await mount(token);
  await visit.getByText(/expired/).first().waitFor({ timeout: 20_000 });
  await visit.context().close();
});

test('a page of an origin that nobody named is refused', async () => {
  const stranger = http.createServer((request, reply) => reply.end('<!doctype html><title>x</title>'));
  await new Promise((done) => { stranger.listen(0, '127.0.0.1', done); });
  const visit = await visitor(browser);
  await visit.goto(`http://127.0.0.1:${stranger.address().port}`);
  const token = await session();
  const seen = await visit.evaluate(async ([url, given]) => {
    try {
      return (await fetch(`${url}/hub/connectors`, { headers: { 'x-hub-session-token': given } })).status;
    } catch (error) {
      return String(error);
    }
  }, [hub.url, token]);
  assert.match(String(seen), /Failed to fetch/);
  stranger.close();
  await visit.context().close();
});
