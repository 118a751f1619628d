// Projects as an admin walks through them: one more is made, and chosen on top of the pages, with
// and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectNoComplaints, launch, signIn, visitor } from './browser.mjs';
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

test('a project is made, named, chosen and left', async () => {
  const page = await visitor(browser);
  await signIn(page, hub.freshSigninUrl());
  assert.equal(await page.getByLabel('Project', { exact: true }).count(), 0, 'there is one alone');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Projects' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Customer A');
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('status').filter({ hasText: 'Customer A is there' }).waitFor();
  await page.getByLabel('New name: Customer A').fill('Customer B');
  await page.getByRole('row', { name: /Customer A/ }).getByRole('button').click();
  await page.getByRole('status').filter({ hasText: 'called Customer B now' }).waitFor();

  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByLabel('What is it for?').fill('Of the first');
  await page.getByRole('button', { name: 'Make key' }).click();
  await page.getByRole('heading', { name: 'Your new key' }).waitFor();
  await page.getByRole('link', { name: 'Back to the keys' }).click();
  await page.getByRole('link', { name: 'Of the first' }).waitFor();
  const choice = page.getByRole('form', { name: 'Project' });
  await choice.getByRole('combobox').selectOption('Customer B');
  await choice.getByRole('button').click();
  await page.getByRole('heading', { name: 'No API keys yet' }).waitFor();
  assert.ok(page.url().endsWith('/app/settings/keys'), 'back where it was chosen');
  await choice.getByRole('combobox').selectOption('Default');
  await choice.getByRole('button').click();
  await page.getByRole('link', { name: 'Of the first' }).waitFor();
  expectNoComplaints(page);
});

test('it is chosen without JavaScript, and a window that shows another one is told', async () => {
  const page = await visitor(browser, { javaScriptEnabled: false });
  await signIn(page, hub.freshSigninUrl());
  await page.goto(`${hub.url}/app/settings/webhooks`);
  const other = await page.context().newPage();
  await other.goto(`${hub.url}/app/integrations`);
  const choice = other.getByRole('form', { name: 'Project' });
  await choice.getByRole('combobox').selectOption('Customer B');
  await choice.getByRole('button').click();
  await other.waitForURL(`${hub.url}/app/integrations`);
  assert.equal(await choice.locator('option[selected]').textContent(), 'Customer B');

  await page.getByLabel('Address').fill('https://receiver.example/hook');
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await page.getByRole('heading', { name: 'This page is out of date' }).waitFor();
  await page.goto(`${hub.url}/app/settings/webhooks`);
  assert.equal(await page.locator('tbody').count(), 0, 'nothing was added to the other project');
});
