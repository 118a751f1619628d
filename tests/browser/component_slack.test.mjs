// StackOne's published connect component with Slack: its window is Slack's own page, where a person
// allows, declines, goes away, or takes too long. Each is shown in the component, and each can be mended there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Application, press, successOf } from './application.mjs';
import { expectNoComplaints, launch } from './browser.mjs';
import { build, startHub, startSandbox } from './start_hub.mjs';

const state = mkdtempSync(join(tmpdir(), 'patchbay-slack-'));

let application;
let hub;
let slack;
let browser;

before(async () => {
  slack = await startSandbox('slack-sandbox', state);
  application = await Application.start();
  hub = await startHub({
    withConnector: false,
    trust: ['--approve-all'],
    options: ['--embed-origin', application.url, '--sandbox', slack.readyFile],
  });
  hub.dropConnector('slack.so', join(build, 'connectors/slack.so'));
  application.use(hub);
  const { client_id: id, client_secret: secret } = slack.credentials(0);
  const done = hub.command([
    'integrations', 'setup', 'slack', '--field', `client_id=${id}`, '--field', 'pkce=off', '--approve-all',
  ], { input: `${secret}\n` });
  assert.equal(done.status, 0, done.stderr);
  browser = await launch([
    `--host-resolver-rules=MAP slack.com:443 127.0.0.1:${slack.ready.port}`, '--ignore-certificate-errors',
  ]);
});
after(async () => {
  await browser?.close();
  await hub?.stop();
  await slack?.stop();
  application?.close();
  rmSync(state, { recursive: true, force: true });
});

async function mount(owner) {
  const token = await application.session({ origin_owner_id: owner, provider: 'slack' });
  return application.mount(browser, token, { 'app-url': application.url }, { ignoreHTTPSErrors: true });
}

// The window that the component opens, at Slack.
async function atSlack(visit) {
  const [window] = await Promise.all([visit.waitForEvent('popup'), press(visit)]);
  await window.waitForURL('https://slack.com/oauth/v2/authorize?**');
  await window.getByRole('button', { name: 'Allow' }).waitFor();
  return window;
}

async function allow(window) {
  await window.getByRole('button', { name: 'Allow' }).click();
}

async function closed(window) {
  if (!window.isClosed()) await window.waitForEvent('close');
}

// Once the component hears that its attempt is over without an account.
async function heard(visit, status) {
  const reply = await visit.waitForResponse(async (one) => one.request().method() === 'GET'
    && one.url().includes('/hub/connection_attempts/') && (await one.json()).status === status);
  return reply.json();
}

async function linksInTheEnd(visit, owner) {
  const window = await atSlack(visit);
  await allow(window);
  const linked = await successOf(visit);
  await closed(window);
  const account = (await application.api('GET', `/accounts/${linked.id}`)).body;
  assert.equal(account.provider, 'slack');
  assert.equal(account.origin_owner_id, owner);
  assert.equal((await application.api('GET', `/accounts?origin_owner_id=${owner}`)).body.length, 1);
  expectNoComplaints(visit);
  await visit.context().close();
}

const nothingLinked = async (owner) =>
  assert.deepEqual((await application.api('GET', `/accounts?origin_owner_id=${owner}`)).body, []);

test('a person allows it at Slack, and the component has the workspace', async () => {
  const visit = await mount('tenant-1');
  await linksInTheEnd(visit, 'tenant-1');
  for (const request of visit.requests) assert.doesNotMatch(request.headers().referer ?? '', /token=|code=/);
});

test('who declines at Slack is told so in the component, and may try again', async () => {
  const visit = await mount('tenant-2');
  const window = await atSlack(visit);
  const told = heard(visit, 'error');
  await window.getByRole('button', { name: 'Cancel' }).click();
  assert.match((await told).error.description, /was not given the permission/);
  await visit.getByText('Slack was not given the permission').waitFor();
  await closed(window);
  await nothingLinked('tenant-2');
  await linksInTheEnd(visit, 'tenant-2');
});

test('who closes the window starts over', async () => {
  const visit = await mount('tenant-3');
  const window = await atSlack(visit);
  await window.close();
  const over = visit.waitForRequest((request) => request.method() === 'DELETE'
    && request.url().includes('/hub/connection_attempts/'));
  await visit.getByText(/start over/i).click();
  assert.equal((await (await over).response()).status(), 204);
  await nothingLinked('tenant-3');
  await linksInTheEnd(visit, 'tenant-3');
});

test('who cancels while Slack\'s page is open is not linked by an answer that comes later', async () => {
  const visit = await mount('tenant-4');
  const window = await atSlack(visit);
  await visit.getByText(/start over/i).click();
  await visit.getByRole('button', { name: 'Connect', exact: true }).waitFor();
  if (!window.isClosed()) {
    await allow(window).catch(() => {}); // the component may close it on the way
    await closed(window);
  }
  await nothingLinked('tenant-4');
  await linksInTheEnd(visit, 'tenant-4');
});

// The component counts the five minutes itself; here its clock does not take as long.
test('five minutes at Slack are the most: the component says that it took too long, and begins anew', async () => {
  const visit = await mount('tenant-5');
  await visit.clock.install();
  const window = await atSlack(visit);
  const over = visit.waitForRequest((request) => request.method() === 'DELETE'
    && request.url().includes('/hub/connection_attempts/'));
  await visit.clock.fastForward('05:05');
  await visit.getByText('Connection timed out. Please try again.').waitFor();
  assert.equal((await (await over).response()).status(), 204);
  if (!window.isClosed()) {
    await allow(window).catch(() => {}); // too late
    await closed(window);
  }
  await nothingLinked('tenant-5');
  await linksInTheEnd(visit, 'tenant-5');
});

// Where the component's clock stood still meanwhile, as in a laptop that slept.
test('the hub\'s own end of an attempt brings the component back to its start', async () => {
  const visit = await mount('tenant-6');
  const window = await atSlack(visit);
  const told = heard(visit, 'expired');
  hub.sql("UPDATE flows SET state = json_set(state, '$.waits_until', 1) WHERE kind != 'attempt'");
  hub.sql("UPDATE flows SET state = json_set(state, '$.ends', 1) WHERE kind = 'attempt'");
  await told;
  if (!window.isClosed()) {
    await allow(window).catch(() => {}); // too late
    await closed(window);
  }
  await visit.getByText('Press "Connect" below to authenticate').waitFor();
  await nothingLinked('tenant-6');
  await linksInTheEnd(visit, 'tenant-6');
});
