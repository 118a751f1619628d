// Who gets in and what a browser is told, as a real browser sees it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { expectNoComplaints, launch, linkAccount, signIn, visitor } from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
before(async () => {
  hub = await startHub();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

test('a sign-in link that a scanner has fetched still works, and then never again', async () => {
  for (let scan = 0; scan < 2; scan += 1) await fetch(hub.signinUrl);
  const page = await visitor(browser);
  await signIn(page, hub.signinUrl);
  const cookies = await page.context().cookies();
  const session = cookies.find((cookie) => cookie.name === '__Host-patchbay');
  assert.deepEqual([session.httpOnly, session.secure, session.sameSite, session.path],
    [true, true, 'Strict', '/']);
  assert.ok(!cookies.some((cookie) => cookie.name === '__Host-patchbay-signin'));

  const second = await visitor(browser);
  await second.goto(hub.signinUrl);
  await second.getByRole('heading', { name: 'This link has been used' }).waitFor();
  assert.match(await second.locator('main').innerText(), /patchbay signin/);
  expectNoComplaints(page);
  expectNoComplaints(second);
});

test('signing out ends the session for good', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const kept = await page.context().cookies();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
  await page.context().addCookies(kept);
  await page.goto(`${hub.url}/app/accounts`);
  await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
});

test('a viewer is shown everything and offered nothing', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl('viewer'));
  await page.getByText('Viewer', { exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^Link account/ }).count(), 0);
  const link = await page.goto(`${hub.url}/app/connectors/personio/link`);
  assert.equal(link.status(), 403);
  await page.getByRole('heading', { name: 'Needs an operator' }).waitFor();
  await page.getByRole('link', { name: 'Go to the connectors' }).click();
  await page.getByRole('heading', { name: 'Connectors' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
});

// A site of somebody else: to a browser, 127.0.0.1 and localhost have nothing in common.
async function foreignSite(html) {
  const server = createServer((request, reply) => {
    reply.writeHead(200, { 'Content-Type': 'text/html' });
    reply.end(html);
  });
  await new Promise((ready) => { server.listen(0, '127.0.0.1', ready); });
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

test('a page of another site can neither post to the hub nor frame it', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  const id = await linkAccount(page, hub, { id: 'tenant-1', name: 'Nordwind GmbH' });
  const site = await foreignSite(`<!doctype html><title>Evil</title>
    <iframe src="${hub.url}/app/accounts"></iframe>
    <form method="post" action="${hub.url}/app/accounts/${id}/suspend"><button>Win a prize</button></form>`);
  try {
    const evil = await page.context().newPage();
    await evil.goto(site.url);
    await evil.waitForTimeout(500);
    assert.ok(evil.frames().slice(1).every((frame) => !frame.url().includes('/app/accounts')));
    await evil.getByRole('button', { name: 'Win a prize' }).click();
    await evil.getByRole('heading', { name: 'This request came from somewhere else' }).waitFor();
  } finally {
    site.close();
  }
  await page.goto(`${hub.url}/app/accounts/${id}`);
  assert.match(await page.locator('.account-title').innerText(), /Active/);
});

test('no secret and no token stands in any page', async () => {
  const page = await visitor(browser);
  const bodies = new Map();
  page.on('response', async (response) => {
    const body = await response.text().catch(() => '');
    bodies.set(`${response.request().method()} ${response.url()} ${bodies.size}`, body);
  });
  await signIn(page, hub.freshSigninUrl());
  const id = await linkAccount(page, hub, { id: 'tenant-9', name: 'Nordwind GmbH' });
  for (const path of ['/app/accounts', `/app/accounts/${id}`, `/app/accounts/${id}/unlink`, '/app/connectors']) {
    await page.goto(hub.url + path);
  }
  const { client_secret: secret } = hub.sandbox.credentials(0);
  const cookies = (await page.context().cookies())
    .filter((cookie) => cookie.name !== '__Host-patchbay-language').map((cookie) => cookie.value);
  assert.ok(bodies.size > 10);
  for (const [where, body] of bodies) {
    for (const hidden of [secret, ...cookies]) assert.ok(!body.includes(hidden), where);
    assert.doesNotMatch(body, /papi-[A-Za-z0-9_-]{60}/, where);
    assert.doesNotMatch(body, /eyJ[A-Za-z0-9_-]{20}/, where);
  }
  assert.ok(!hub.log.includes(secret));
  expectNoComplaints(page);
});
