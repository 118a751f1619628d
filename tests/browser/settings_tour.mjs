// Every page and state of the settings, for looks_*.test.mjs and pictures.mjs: `look(name)` at each.
export async function tourSettings(page, hub, look) {
  const keys = `${hub.url}/app/settings/keys`;
  const webhooks = `${hub.url}/app/settings/webhooks`;
  await page.goto(`${hub.url}/app/integrations`);
  await look('integrations');
  if (await page.locator('tbody a').count() > 0) {
    await page.locator('tbody a').first().click();
    await look('integration');
  }
  await page.goto(keys);
  await look('keys, none');
  await page.locator('#name').fill('Payroll, production');
  for (const box of await page.locator('[name=scope]').all()) await box.setChecked(false);
  await page.locator('main form button').click();
  await page.locator('#scopes-error').waitFor();
  await look('keys, nothing chosen');
  for (const box of await page.locator('[name=scope]').all()) await box.setChecked(true);
  await page.locator('main form button').click();
  await page.locator('#made-secret').waitFor();
  await look('key made');
  await page.goto(keys);
  await look('keys');
  await page.locator('tbody a').first().click();
  await look('key');
  await page.goto(webhooks);
  await look('webhooks, none');
  await page.locator('#url').fill('http://receiver.example/hook');
  await page.locator('main form button').click();
  await page.locator('#url-error').waitFor();
  await look('webhooks, address refused');
  await page.locator('#url').fill('https://receiver.invalid/integrations/patchbay/events?tenant=nordwind');
  await page.locator('#description').fill('Nordwind Logistik, CRM');
  await page.locator('main form button').click();
  await page.locator('#made-secret').waitFor();
  await look('webhook secret');
  await page.locator('main .actions a').click();
  await look('webhook, nothing sent');
  await page.locator('form[action$="/test"] button').click();
  await page.locator('.alert.good').waitFor();
  for (let tries = 0; tries < 50 && await page.locator('.alert.bad').count() === 0; tries += 1) {
    await page.waitForTimeout(200);
    await page.reload();
  }
  await look('webhook, failing');
  await page.goto(webhooks);
  await look('webhooks');
  await page.locator('tbody a').first().click();
  await page.locator('a[href$="/remove"]').click();
  await look('webhook, remove');
  await page.locator('form[action$="/remove"] button').click();
  await page.locator('.alert.good').waitFor();
  await page.goto(keys);
  await page.locator('tbody a').first().click();
  await page.locator('form[action$="/revoke"] button').click();
  await page.locator('.alert.good').waitFor();
  await look('keys, one revoked');
  const projects = `${hub.url}/app/settings/projects`;
  await page.goto(projects);
  await page.locator('#name').fill('prj_1');
  await page.locator('main .fields button').click();
  await page.locator('#name-error').waitFor();
  await look('projects, name refused');
  await page.locator('#name').fill('Nordwind Logistik, Niederlassung Hamburg-Altona');
  await page.locator('main .fields button').click();
  await page.locator('.alert.good').waitFor();
  await look('projects');
  await tourInstallation(page, hub, look);
}

// What only admins see: people, audit log, storage.
export async function tourInstallation(page, hub, look) {
  const people = `${hub.url}/app/settings/people`;
  const audit = `${hub.url}/app/settings/audit`;
  await page.goto(people);
  await look('people');
  await page.locator('#name').fill('Ada Lovelace, Nordwind Logistik und Spedition');
  await page.locator('#role').selectOption('operator');
  await page.locator('main form.fields button').click();
  await page.locator('#made-secret').waitFor();
  await look('sign-in link made');
  await page.locator('main .actions a').click();
  await look('people, with a link');
  await page.locator('form[action$="/withdraw"] button').first().click();
  await page.locator('.alert.good').waitFor();
  await look('people, a link withdrawn');
  await page.goto(`${audit}?who=nobody`);
  await look('audit log, nothing fits');
  await page.goto(audit);
  await look('audit log');
  await page.locator('form[action$="/verify"] button').click();
  await page.locator('.card .alert').waitFor();
  await look('audit log, verified');
  await hub.withChangedAuditLog(async () => {
    await page.locator('form[action$="/verify"] button').click();
    await page.locator('.card .alert.bad').waitFor();
    await look('audit log, changed');
  });
  await page.goto(`${hub.url}/app/settings/storage`);
  await look('storage and keys');
}
