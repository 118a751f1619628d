// The pages of one account and of several at once, for looks_*.test.mjs and pictures.mjs: `look(name)`
// at each. Begins at the table of accounts, which has one at least.
export async function tourAccount(page, hub, look) {
  const accounts = `${hub.url}/app/accounts`;
  await page.goto(accounts);
  await page.locator('tbody input[type=checkbox]').first().check();
  await page.locator('button[value=suspend]').click();
  await page.locator('[name=confirmed]').waitFor({ state: 'attached' });
  await look('several accounts, asked');
  await page.goto(`${accounts}?status=inactive&q=nobody`);
  await look('accounts, none found');
  await page.goto(accounts);
  await page.locator('tbody a').first().click();
  const account = page.url();
  await page.goto(`${account}/actions`);
  await look('actions');
  await page.goto(`${account}/actions/personio_list_persons`);
  await look('action');
  await page.locator('.play-fields [name="in.page_size"]').fill('many');
  await page.locator('button[value=run]').click();
  await page.locator('.field-error').waitFor();
  await look('action, a mistake');
  await page.locator('.play-fields [name="in.page_size"]').fill('2');
  await page.locator('button[value=plan]').click();
  await page.locator('#outcome').waitFor();
  await look('action, planned');
  await page.locator('button[value=run]').click();
  await page.locator('.data').waitFor();
  await page.locator('.as-json summary').click();
  await look('action, result');
  await page.goto(`${account}/actions/personio_get_person`);
  await page.locator('.play-fields [name="in.person_id"]').fill('99');
  await page.locator('button[value=run]').click();
  await page.locator('#outcome').waitFor();
  await look('action, refused');
  await page.goto(`${account}/requests`);
  await look('requests');
  await page.locator('tbody a').first().click();
  await look('request');
  await page.goto(`${account}/explain`);
  await look('explanation');
  await page.goto(account);
}
