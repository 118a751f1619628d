// StackOne's published connect component (@stackone/hub, as npm has it) against our hub, in a page
// of another origin, as an application holds it. It links, shows our errors, edits what it linked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, visitor } from './browser.mjs';
import { startHub } from './start_hub.mjs';

const bundle = readFileSync(createRequire(import.meta.url).resolve('@stackone/hub/webcomponent'));
const page = `<!doctype html><meta charset="utf-8"><title>An application</title>
<script src="/component.js"></script><main></main>`;

let hub;
let browser;
let application; // its pages' origin
let key;

before(async () => {
  application = http.createServer((request, reply) => {
    const script = request.url === '/component.js';
    reply.writeHead(200, { 'Content-Type': script ? 'text/javascript; charset=utf-8' : 'text/html' });
    reply.end(script ? bundle : page);
  });
  await new Promise((done) => { application.listen(0, '127.0.0.1', done); });
  application.url = `http://127.0.0.1:${application.address().port}`;
  hub = await startHub({ options: ['--embed-origin', application.url] });
  key = hub.command(['api-keys', 'create', '--name', 'application']).stdout.match(/pb_\S+/)[0];
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.stop();
  application?.close();
});

async function api(method, path, body) {
  const reply = await fetch(`${hub.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  return { status: reply.status, body: await reply.json() };
}

async function session(more = {}) {
  const made = await api('POST', '/connect_sessions', {
    origin_owner_id: 'tenant-1', origin_owner_name: 'Nordwind GmbH', ...more,
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body.token;
}

// The component in the application's page; what it fires is kept in window.fired.
async function mount(token, attributes = {}, options = {}) {
  const visit = await visitor(browser, options);
  visit.requests = [];
  visit.on('request', (request) => visit.requests.push(request));
  await visit.goto(application.url);
  await visit.evaluate(([url, given, more]) => {
    const element = document.createElement('stackone-hub');
    for (const [name, value] of Object.entries({ token: given, 'base-url': url, ...more }))
      element.setAttribute(name, value);
    window.fired = [];
    for (const name of ['success', 'close'])
      element.addEventListener(name, (event) => window.fired.push([name, event.detail]));
    document.querySelector('main').append(element);
  }, [hub.url, token, attributes]);
  return visit;
}

async function fill(visit, credentials) {
  await visit.locator('input[name="client_id"]').fill(credentials.client_id);
  await visit.locator('input[name="client_secret"]').fill(credentials.client_secret);
}

async function press(visit) {
  await visit.getByRole('button', { name: 'Connect', exact: true }).click();
}

async function successOf(visit) {
  await visit.getByText('Connection Successful').waitFor();
  const fired = await visit.evaluate(() => window.fired);
  assert.equal(fired.length, 1);
  assert.equal(fired[0][0], 'success');
  return fired[0][1];
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
