// The same journey in a browser that runs no scripts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { beginLink, connect, launch, signIn, visitor } from './browser.mjs';
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

test('everything works without JavaScript', async (t) => {
  const page = await visitor(browser, { javaScriptEnabled: false });
  await signIn(page, hub.signinUrl);

  await t.test('a wrong secret comes back with the form', async () => {
    await beginLink(page, hub);
    assert.equal(await page.getByRole('button', { name: /^Show/ }).count(), 0);
    await connect(page, { ...hub.sandbox.credentials(0), client_secret: 'papi-wrong-secret' });
    await page.locator('#failure').waitFor();
    assert.match(await page.locator('#field-client_secret-error').innerText(), /doesn't belong to it/);
    assert.equal(await page.locator('#field-client_id').inputValue(), hub.sandbox.credentials(0).client_id);
    assert.doesNotMatch(await page.content(), /papi-wrong-secret/);
  });

  await t.test('the right one leads to a page that confirms', async () => {
    await connect(page, hub.sandbox.credentials(0));
    await page.getByRole('heading', { name: 'Personio is connected' }).waitFor();
    assert.equal(await page.locator('dialog').count(), 0);
    await page.getByRole('link', { name: 'Go to the accounts' }).click();
  });

  await t.test('the filter is a search', async () => {
    await page.locator('#filter').fill('nordw');
    await page.getByRole('button', { name: 'Filter' }).click();
    assert.equal(await page.locator('tr[data-account]').count(), 1);
    await page.goto(`${hub.url}/app/accounts?q=nobody`);
    await page.getByRole('heading', { name: 'Nothing fits this filter' }).waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
  });

  await t.test('suspend, resume, reconnect, unlink', async () => {
    await page.getByRole('link', { name: 'Nordwind GmbH' }).click();
    const id = await page.locator('#account-id').innerText();
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('The account is suspended.').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('The account is active again.').waitFor();
    await page.getByRole('button', { name: 'Reconnect' }).click();
    await connect(page, hub.sandbox.credentials(1));
    await page.getByRole('link', { name: 'Show the account' }).click();
    assert.equal(await page.locator('#account-id').innerText(), id);
    await page.getByRole('link', { name: /Unlink/ }).click();
    await page.getByRole('button', { name: 'Unlink account' }).click();
    await page.getByText('was unlinked').waitFor();
  });

  await t.test('a reload follows the connectors folder', async () => {
    hub.removeConnector();
    await page.waitForTimeout(800);
    await page.goto(`${hub.url}/app/connectors`);
    await page.getByRole('heading', { name: 'No connectors yet' }).waitFor();
  });
});
