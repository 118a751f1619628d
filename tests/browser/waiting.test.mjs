// Connects that need the person on the way: off to the provider's sign-in page and back, a further
// field, a restart of the hub in between. The provider's page is played by the browser itself.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axeViolations, expectNoComplaints, launch, phone, signIn, visitor } from './browser.mjs';
import { build, startHub } from './start_hub.mjs';

let hub;
let browser;
before(async () => {
  hub = await startHub({ trust: ['--approve-all'] });
  hub.dropConnector('asks_a_person.so', join(build, 'bad_connectors/asks_a_person.so'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.stop();
});

// Answers as the provider would: whoever allows comes back with a code, whoever doesn't with an error.
async function playProvider(page) {
  await page.route('https://login.personio.de/**', (route) => {
    const asked = new URL(route.request().url());
    assert.equal(route.request().headers().referer, undefined);
    const back = (answer) => `${asked.searchParams.get('redirect_uri')}?${answer}&state=${asked.searchParams.get('state')}`;
    return route.fulfill({
      contentType: 'text/html',
      body: `<title>Provider</title><a href="${back('code=abc')}">Allow</a> <a href="${back('error=access_denied')}">Deny</a>`,
    });
  });
}

async function setOut(page, owner) {
  await page.goto(`${hub.url}/app/connectors`);
  await page.locator('#link-asker').click();
  await page.locator('#owner_id').fill(owner);
  await page.locator('#owner_name').fill('Nordwind GmbH');
  await page.locator('button[value="here"]').click();
  await page.waitForURL('**/connect');
  await submitForm(page);
}

async function submitForm(page) {
  const { client_id: id, client_secret: secret } = hub.sandbox.credentials(0);
  await page.locator('#field-client_id').fill(id);
  await page.locator('#field-client_secret').fill(secret);
  await page.locator('#connect-form button[type="submit"]').click();
}

test('a person signs in elsewhere, comes back, answers a question, and is linked', async (t) => {
  const page = await visitor(browser);
  await signIn(page, hub.signinUrl);
  await playProvider(page);
  await setOut(page, 'tenant-1');

  await t.test('the script leads to the provider', async () => {
    await page.getByRole('link', { name: 'Allow' }).waitFor();
    assert.match(page.url(), /^https:\/\/login\.personio\.de\/authorize\?/);
  });

  await t.test('the way back leaves no code in the address', async () => {
    await page.getByRole('link', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Misfit needs one more thing' }).waitFor();
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/connect');
    assert.deepEqual(await axeViolations(page), []);
  });

  await t.test('an empty answer is told at the field', async () => {
    await page.locator('#further').evaluate((form) => { form.noValidate = true; });
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('#field-code-error').waitFor();
  });

  await t.test('a reload and a restart of the hub lose nothing', async () => {
    await hub.restart();
    await page.goto(`${hub.url}/connect`);
    await page.locator('#field-code').fill('4711');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Misfit is connected' }).waitFor();
  });
  expectNoComplaints(page);
  assert.doesNotMatch(hub.log, /code=abc/);
});

test('without scripts a link leads there, and it can be cancelled or refused', async () => {
  const page = await visitor(browser, { javaScriptEnabled: false, ...phone });
  await signIn(page, hub.freshSigninUrl());
  await playProvider(page);
  await setOut(page, 'tenant-2');
  await page.getByRole('heading', { name: 'Sign in at Misfit' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.locator('#connect-form').waitFor();

  await submitForm(page);
  await page.getByRole('link', { name: 'Go to login.personio.de' }).click();
  await page.getByRole('link', { name: 'Deny' }).click();
  await page.getByText('You did not allow this.').waitFor();
  expectNoComplaints(page);
});

test('an answer to another question, and one in another browser, change nothing', async () => {
  const page = await visitor(browser, { javaScriptEnabled: false });
  await signIn(page, hub.freshSigninUrl());
  await playProvider(page);
  await setOut(page, 'tenant-3');
  await page.getByRole('heading', { name: 'Sign in at Misfit' }).waitFor();
  await page.goto(`${hub.url}/connect/return?code=forged&state=forged-and-long-enough`);
  await page.getByText('That answer does not belong').waitFor();
  await page.getByRole('link', { name: 'Go to login.personio.de' }).waitFor();

  const stranger = await visitor(browser);
  await stranger.goto(`${hub.url}/connect/return?code=abc&state=whatever-this-may-be`);
  await stranger.getByRole('heading', { name: 'Come back in the browser you started in' }).waitFor();
});
