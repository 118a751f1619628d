// <patchbay-hub> where people sign in at the provider, which refuses frames: the frame opens a window
// for it, waits, and goes on. The page around is of another site, so the browser, which lets no third
// party set cookies, keeps those of the frame apart from those of the window.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { axeViolations, expectNoComplaints, launch, visitor } from './browser.mjs';
import { smallTargets, widerThanTheWindow } from './page_checks.mjs';
import { build, startHub, startSandbox } from './start_hub.mjs';

const example = join(dirname(fileURLToPath(import.meta.url)), '../../docs/examples/embed.html');
const kEvents = ['linked', 'failed', 'cancelled', 'unavailable'];

let server;
let url;
let hub;
let provider;
let browser;
let state;
let key;

async function session(owner) {
  const reply = await fetch(`${hub.url}/connect_sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ origin_owner_id: owner, origin_owner_name: 'Nordwind GmbH', provider: 'acme' }),
  });
  assert.equal(reply.status, 201);
  return (await reply.json()).token;
}

before(async () => {
  let owners = 0;
  server = http.createServer(async (request, reply) => {
    owners += 1;
    const [type, text] = request.url === '/connect-session'
      ? ['application/json', JSON.stringify({ token: await session(`tenant-${owners}`) })]
      : ['text/html; charset=utf-8', readFileSync(example, 'utf8').replaceAll('https://hub.example.com', hub.url)];
    reply.writeHead(200, { 'Content-Type': type });
    reply.end(text);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  url = `http://127.0.0.1:${server.address().port}`; // the hub is at localhost, which is another site
  state = mkdtempSync(join(tmpdir(), 'patchbay-acme-'));
  provider = await startSandbox('acme-sandbox', state);
  hub = await startHub({
    trust: ['--approve-all'], options: ['--embed-origin', url, '--sandbox', provider.readyFile],
  });
  hub.dropConnector('acme.so', join(build, 'acme/acme.so'));
  const { client_id: id, client_secret: secret } = provider.credentials(0);
  const done = hub.command(['integrations', 'setup', 'acme', '--field', `client_id=${id}`, '--approve-all'], {
    input: `${secret}\n`,
  });
  assert.equal(done.status, 0, done.stderr);
  key = hub.command(['api-keys', 'create', '--name', 'application']).stdout.match(/pb_\S+/)[0];
  browser = await launch([
    `--host-resolver-rules=MAP api.acme.example 127.0.0.1:${provider.ready.port}`,
    '--test-third-party-cookie-phaseout',
  ], { whole: true });
});
after(async () => {
  await browser?.close();
  await hub?.stop();
  await provider?.stop();
  server?.close();
  rmSync(state, { recursive: true, force: true });
});

// The frame, where it waits for the sign-in, and what the page around has heard.
async function setOut(prepare = () => {}) {
  const page = await visitor(browser, { ignoreHTTPSErrors: true });
  await page.addInitScript(prepare);
  await page.goto(url);
  await page.evaluate((names) => {
    window.heard = [];
    for (const name of names)
      document.addEventListener(name, ({ detail }) => window.heard.push([name, detail.code ?? detail.provider]));
  }, kEvents);
  await page.getByRole('button', { name: 'Connect Personio' }).click();
  const frame = page.frameLocator('patchbay-hub iframe');
  await frame.locator('#field-company').fill('Nordwind');
  await frame.getByRole('button', { name: 'Connect', exact: true }).click();
  await frame.locator('form[data-sign-in]').waitFor();
  return { page, frame };
}

async function openWindow({ page, frame }, name = 'Sign in at Acme') {
  const [opened] = await Promise.all([
    page.waitForEvent('popup'), frame.getByRole('button', { name }).click(),
  ]);
  await opened.getByRole('heading', { name: 'Sandbox sign-in' }).waitFor();
  return opened;
}

async function allow(opened) {
  await opened.getByRole('button', { name: 'Allow' }).click();
}

// Where the provider would send whoever allows it.
async function answerFor(opened) {
  const [address, fields] = await opened.locator('form').first().evaluate((form, allow) => {
    const button = [...form.elements].find(({ textContent }) => textContent.trim() === allow);
    return [form.action, new URLSearchParams(new FormData(form, button)).toString()];
  }, 'Allow');
  const { pathname, search } = new URL(address);
  return new Promise((done, fail) => {
    https.request({
      host: '127.0.0.1', port: provider.ready.port, servername: 'api.acme.example', ca: provider.ca,
      method: 'POST', path: pathname + search,
      headers: { Host: 'api.acme.example', 'Content-Type': 'application/x-www-form-urlencoded' },
    }, (reply) => done(reply.headers.location)).on('error', fail).end(fields);
  });
}

async function linked({ page, frame }) {
  await frame.getByRole('heading', { name: 'Acme is connected' }).waitFor();
  assert.deepEqual((await heard(page)).at(-1), ['linked', 'acme']);
}

function heard(page) {
  return page.evaluate(() => window.heard);
}

async function closed(opened) {
  if (!opened.isClosed()) await opened.waitForEvent('close');
}

test('the window opens by a click, the frame waits, and has the account when the person comes back', async () => {
  const visit = await setOut();
  assert.deepEqual(await axeViolations(visit.page), []);
  const opened = await openWindow(visit);
  assert.match(opened.url(), /^https:\/\/api\.acme\.example\/oauth\/authorize\?/);
  assert.equal(await opened.evaluate(() => window.opener), null, 'the provider holds nothing of the page');
  await visit.frame.getByText('Sign in in the window of api.acme.example that has opened.').waitFor();
  assert.deepEqual(await axeViolations(visit.page), []);
  const cookies = await visit.page.context().cookies(hub.url);
  const ours = cookies.filter(({ name }) => name === '__Host-patchbay-connect');
  assert.equal(ours.length, 2, 'one of the frame, one of the window');
  assert.ok(ours.some(({ partitionKey }) => partitionKey), 'the frame\'s is partitioned');
  const said = [];
  visit.page.context().on('request', (request) => said.push(request.url()));
  await allow(opened);
  await linked(visit);
  await closed(opened);
  for (const { value } of ours) assert.ok(!said.some((address) => address.includes(value)) && !hub.log.includes(value));
  const left = (await visit.page.context().cookies(hub.url)).filter(({ name }) => name === '__Host-patchbay-connect');
  assert.equal(left.length, 1, 'the session left with the window');
  expectNoComplaints(visit.page);
  await visit.page.context().close();
});

for (const [look, options, attributes, width] of [
  ['dark', { colorScheme: 'dark' }, { lang: 'en', theme: 'dark' }, 1280],
  ['on a small phone, in German', { hasTouch: true, isMobile: true }, { lang: 'de', theme: 'light' }, 320],
]) {
  test(`its states are accessible and fit: ${look}`, async () => {
    const page = await visitor(browser, { ignoreHTTPSErrors: true, viewport: { width, height: 740 }, ...options });
    await page.goto(url);
    await page.evaluate((given) => {
      const element = document.createElement('patchbay-hub');
      for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
      document.querySelector('#connect').replaceWith(element);
    }, { token: await session(`tenant-${look}`), ...attributes });
    const frame = page.frameLocator('patchbay-hub iframe');
    const inside = () => page.frames()[1];
    const check = async () => {
      assert.deepEqual(await axeViolations(page), []);
      assert.deepEqual(await widerThanTheWindow(inside()), []);
      if (options.isMobile) assert.deepEqual(await smallTargets(inside()), []);
    };
    await frame.locator('#field-company').fill('Nordwind');
    await frame.locator('#connect-form button[type=submit]').click();
    const form = frame.locator('form[data-sign-in]');
    await form.waitFor();
    await check();
    const [opened] = await Promise.all([page.waitForEvent('popup'), form.locator('button').click()]);
    await opened.getByRole('heading', { name: 'Sandbox sign-in' }).waitFor();
    await check();
    await opened.goto(`${hub.url}/connect/return?code=forged&state=forged-and-long-enough`);
    await opened.locator('.alert.bad').waitFor();
    assert.deepEqual(await axeViolations(opened), []);
    assert.deepEqual(await widerThanTheWindow(opened), []);
    await opened.close();
    await frame.locator('form[data-sign-in] button.primary').waitFor();
    await check();
    await frame.locator('form[action="/connect/cancel"] button').click();
    await frame.locator('#failure').waitFor();
    await check();
    expectNoComplaints(page);
    await page.context().close();
  });
}

test('who denies it is told in the frame, and may try again', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  await opened.getByRole('button', { name: 'Deny' }).click();
  await visit.frame.locator('#failure').getByText('was not given the permission').waitFor();
  await closed(opened);
  assert.equal((await heard(visit.page)).at(-1)[0], 'failed');
  await visit.frame.getByRole('button', { name: 'Connect', exact: true }).click();
  await allow(await openWindow(visit));
  await linked(visit);
  expectNoComplaints(visit.page);
  await visit.page.context().close();
});

test('a window that is closed is noticed, and opened again', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  await opened.close();
  await visit.frame.getByText('The window was closed, or went out of sight').waitFor();
  await allow(await openWindow(visit, 'Open the window again'));
  await linked(visit);
  await visit.page.context().close();
});

test('who cancels in the frame is told so; an answer that comes later changes nothing', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  const late = await answerFor(opened);
  await visit.frame.getByRole('button', { name: 'Cancel' }).click();
  await visit.frame.getByRole('heading', { name: 'Connecting was cancelled' }).waitFor();
  assert.deepEqual((await heard(visit.page)).at(-1), ['cancelled', 'cancelled']);
  await opened.goto(late).catch(() => {}); // it closes itself on the way
  await closed(opened);
  await visit.frame.locator('body').evaluate(() => window.location.reload());
  await visit.frame.getByRole('heading', { name: 'Connecting was cancelled' }).waitFor();
  await visit.page.context().close();
});

test('where no window may open, a tab does', async () => {
  const visit = await setOut(() => { window.open = () => null; });
  await visit.frame.getByRole('button', { name: 'Sign in at Acme' }).click();
  await visit.frame.getByText('Your browser did not let the window open.').waitFor();
  assert.deepEqual(await axeViolations(visit.page), []);
  await allow(await openWindow(visit, 'Open it in a new tab'));
  await linked(visit);
  await visit.page.context().close();
});

test('an answer in another browser is sent back to the one it was asked in, where it still counts', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  const answer = await answerFor(opened);
  const stranger = await visitor(browser);
  await stranger.goto(answer);
  await stranger.getByRole('heading', { name: 'Come back in the browser you started in' }).waitFor();
  await visit.frame.getByText('Sign in in the window of api.acme.example').waitFor();
  await opened.goto(answer).catch(() => {}); // it closes itself on the way
  await linked(visit);
  await stranger.context().close();
  await visit.page.context().close();
});

test('an answer to another question is refused in the window, and the frame goes on waiting', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  await opened.goto(`${hub.url}/connect/return?code=forged&state=forged-and-long-enough`);
  await opened.getByText('That answer does not belong').waitFor();
  await visit.frame.getByText('Sign in in the window of api.acme.example').waitFor();
  await opened.getByRole('link', { name: 'Go to api.acme.example' }).click();
  await allow(opened);
  await linked(visit);
  await visit.page.context().close();
});

test('waiting that took too long is told, and begins anew', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  hub.sql("UPDATE flows SET updated = 1, state = json_set(state, '$.waits_until', 1)");
  await visit.frame.getByRole('heading', { name: 'This attempt is over' }).waitFor();
  await allow(opened);
  await closed(opened);
  await visit.frame.getByRole('button', { name: 'Connect', exact: true }).click();
  await allow(await openWindow(visit));
  await linked(visit);
  await visit.page.context().close();
});

test('a link that expires meanwhile is told in the frame and in the window', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  hub.sql("UPDATE connect_sessions SET expires = strftime('%s') * 1000 - 1000 WHERE status = 'open'");
  await visit.frame.getByRole('heading', { name: 'This link has expired' }).waitFor();
  assert.deepEqual((await heard(visit.page)).at(-1), ['unavailable', 'link_expired']);
  await allow(opened);
  await closed(opened);
  await visit.page.context().close();
});

test('a reload of the frame goes on waiting', async () => {
  const visit = await setOut();
  const opened = await openWindow(visit);
  await visit.frame.locator('body').evaluate(() => window.location.reload());
  await visit.frame.getByRole('button', { name: 'Sign in at Acme' }).waitFor();
  await allow(opened);
  await linked(visit);
  await visit.page.context().close();
});

test('only a page of the hub\'s puts a session into the window, and only by its ticket', async () => {
  const send = (fields, headers) => fetch(`${hub.url}/connect/sign-in`, {
    method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers,
  });
  const visit = await setOut();
  const fields = await visit.frame.locator('form[data-sign-in]').evaluate((form) => Object.fromEntries(new FormData(form)));
  const own = { Origin: hub.url };
  assert.equal((await send(fields, own)).status, 303);
  for (const [given, headers] of [
    [fields, { Origin: url }], [fields, { ...own, 'Sec-Fetch-Site': 'cross-site' }], [fields, {}],
    [{ ...fields, csrf: 'x' }, own], [{ ...fields, ticket: `${fields.ticket.slice(0, -4)}AAAA` }, own], [{}, own],
  ]) {
    const reply = await send(given, headers);
    assert.equal(reply.status, 404);
    assert.equal(reply.headers.get('set-cookie'), null);
  }
  await visit.page.context().close();
});
