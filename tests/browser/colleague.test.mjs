// Colleague link: whoever has the connect link but not the credentials passes it on, and is told what
// came of it. Two browsers that share nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  axeViolations, connect, expectNoComplaints, launch, phone, visitor,
} from './browser.mjs';
import { startHub } from './start_hub.mjs';

let hub;
let browser;
let key;
before(async () => {
  hub = await startHub();
  browser = await launch();
  key = hub.command(['api-keys', 'create', '--name', 'application']).stdout.match(/pb_\S+/)[0];
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

let owners = 0;
async function connectLink(more = { provider: 'personio' }) {
  owners += 1;
  const reply = await fetch(`${hub.url}/connect_sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      origin_owner_id: `tenant-${owners}`, origin_owner_name: 'Nordwind GmbH', ...more,
    }),
  });
  assert.equal(reply.status, 201);
  return (await reply.json()).auth_link_url;
}

async function passOn(page, link) {
  await page.goto(link);
  await page.getByText('I am not the admin').click();
  await page.getByRole('button', { name: 'Make a link for a colleague' }).click();
  await page.getByRole('heading', { name: 'Waiting for your colleague' }).waitFor();
  return page.getByLabel('Link for your colleague').inputValue();
}

test('colleague link: the colleague connects, and the first page turns to success', async () => {
  const page = await visitor(browser);
  const own = await connectLink();
  const link = await passOn(page, own);
  assert.match(link, /\/connect\/[\w-]{43}$/);
  assert.notEqual(link, own);
  assert.match(await page.getByRole('link', { name: 'Write an email' }).getAttribute('href'), /^mailto:\?subject=/);
  assert.deepEqual(await axeViolations(page), []);
  await page.reload();
  await page.getByRole('heading', { name: 'Waiting for your colleague' }).waitFor();
  assert.equal(await page.getByLabel('Link for your colleague').inputValue(), link, 'shown again');

  for (const [address, status] of [[own, 200], [link, 404]]) { // the component's protocol
    const reply = await fetch(`${hub.url}/hub/settings`, {
      headers: { 'x-hub-session-token': address.split('/').pop() },
    });
    assert.equal(reply.status, status);
  }

  const colleague = await visitor(browser, { ...phone, locale: 'de-DE' });
  await colleague.goto(link);
  assert.equal(colleague.url(), `${hub.url}/connect`, 'the link has left the address');
  await colleague.getByRole('heading', { name: 'Personio verbinden' }).waitFor();
  await colleague.getByText('Jemand hat dies an Sie weitergegeben').waitFor();
  assert.equal(await colleague.getByText('Ich bin nicht der Admin').count(), 0, 'not passed on again');
  assert.deepEqual(await axeViolations(colleague), []);
  await colleague.goto(`${hub.url}/app/accounts`);
  await colleague.waitForURL('**/signin');
  await colleague.goto(`${hub.url}/connect?connector=other&choose=1`);
  await connect(colleague, hub.sandbox.credentials(0));
  await colleague.locator('dialog[open]').waitFor();

  await page.getByRole('heading', { name: 'Your colleague has connected Personio' }).waitFor();
  assert.deepEqual(await axeViolations(page), []);
  assert.equal(await page.locator('[data-told="linked"]').count(), 1);
  await page.reload();
  await page.getByRole('heading', { name: 'Your colleague has connected Personio' }).waitFor();
  assert.ok(await page.locator('.patch img').evaluate((logo) => logo.naturalWidth > 0), 'its logo');
  await page.goto(own);
  await page.getByRole('heading', { name: 'Your colleague has connected Personio' }).waitFor();
  assert.ok(!hub.log.includes(link.split('/').pop()));
  expectNoComplaints(page);
  expectNoComplaints(colleague);
});

test('whoever passed it on may connect after all; the colleague is told', async () => {
  const page = await visitor(browser);
  const link = await passOn(page, await connectLink({}).then(async (any) => {
    await page.goto(any);
    await page.getByRole('link', { name: 'Personio' }).first().click();
    return page.url();
  }));
  const colleague = await visitor(browser);
  await colleague.goto(link);
  await colleague.getByRole('heading', { name: 'Connect Personio' }).waitFor();
  assert.equal(await colleague.getByText('Choose another provider').count(), 0);
  await page.getByRole('link', { name: 'Connect here after all' }).click();
  await page.getByText('You have passed this on to a colleague.').waitFor();
  await connect(page, hub.sandbox.credentials(0));
  await page.locator('dialog[open]').waitFor();

  await connect(colleague, hub.sandbox.credentials(1));
  await colleague.getByRole('heading', { name: 'It is connected already' }).waitFor();
  expectNoComplaints(page);
  expectNoComplaints(colleague);
});

test('a link is taken back, and works no more; all of it without JavaScript', async () => {
  const still = { javaScriptEnabled: false, viewport: { width: 1280, height: 3000 } };
  const page = await visitor(browser, still);
  const link = await passOn(page, await connectLink());
  await page.getByRole('button', { name: 'Take the link back' }).click();
  await page.getByRole('heading', { name: 'Connect Personio' }).waitFor();
  const colleague = await visitor(browser, still);
  await colleague.goto(link);
  await colleague.getByRole('heading', { name: 'This link was taken back' }).waitFor();

  const again = await passOn(page, page.url());
  assert.notEqual(again, link);
  await colleague.goto(again);
  await connect(colleague, hub.sandbox.credentials(0));
  await colleague.getByRole('heading', { name: 'Personio is connected' }).waitFor();
  await page.goto(`${hub.url}/connect/colleague`);
  await page.getByRole('heading', { name: 'Your colleague has connected Personio' }).waitFor();
});
