// A connector file that is dropped waits until an operator has looked at it and let it in: nothing
// of it runs before, and what is approved is the content that was looked at.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { axeViolations, expectNoComplaints, launch, linkAccount, phone, signIn, visitor } from './browser.mjs';
import { Signer, connectorWith, manifestOf, nextVersion, personioFile, rename, sha256 } from './connector_file.mjs';
import { startHub } from './start_hub.mjs';

const signer = new Signer();
const original = readFileSync(personioFile);
const hash = sha256(original);
const next = connectorWith(nextVersion);

let hub;
let browser;
let page;
before(async () => {
  hub = await startHub({ withConnector: false, trust: ['--trust-key', signer.publicKey] });
  browser = await launch();
  page = await visitor(browser);
  await signIn(page, hub.signinUrl);
});
afterEach(() => expectNoComplaints(page));
after(async () => {
  await browser?.close();
  await hub?.stop();
});

const card = (state) => page.locator(`[data-connector="personio"][data-state="${state}"]`);
const main = () => page.locator('main');
const approve = () => page.getByRole('button', { name: /^Approve version/ });

async function openReview(sha) {
  await page.goto(`${hub.url}/app/connectors/review/${sha}`);
}

test('a dropped file waits, is announced, and none of its code runs', async () => {
  hub.dropConnector();
  await card('awaiting_approval').waitFor();
  await page.getByText('Personio waits for your approval.').waitFor({ state: 'attached' });
  assert.match(await card('awaiting_approval').innerText(), /None of its code has run/);
  assert.equal(await page.locator('#link-personio').count(), 0);
  assert.deepEqual(hub.workers, []);
  const answer = await page.goto(`${hub.url}/app/connectors/personio/link`);
  assert.equal(answer.status(), 404);
  await page.goto(`${hub.url}/app/connectors`);
});

test('the review page shows what it asks for, down to the last bit of its fingerprint', async () => {
  await card('awaiting_approval').getByRole('link', { name: /^Review/ }).click();
  await page.getByRole('heading', { name: 'Approve Personio?' }).waitFor();
  assert.equal(await page.locator('#sha256').inputValue(), hash);
  const asks = page.locator('#asks');
  assert.match(await asks.locator('[data-kind="host"]').innerText(), /api\.personio\.de/);
  assert.match(await asks.locator('[data-kind="secret"]').innerText(), /Client Secret\s+client_secret/);
  const reads = manifestOf(original).actions.filter(({ hints }) => hints.read_only).length;
  const listed = asks.locator('[data-kind="read"]');
  await listed.locator('summary').click();
  assert.match(await listed.innerText(), new RegExp(`Actions that read ${reads}[^]*personio_list_persons`));
  const permissions = asks.locator('[data-kind="permission"]');
  await permissions.locator('summary').click();
  assert.match(await permissions.innerText(), /Employees → Read\s+employees:read/);
  assert.match(await page.locator('#signature').innerText(), /Not signed/);
  assert.match(await main().innerText(), /None of this file's code has run/);
  assert.equal(await page.locator('#changes').count(), 0);
  assert.deepEqual(hub.workers, []);
});

test('a click from elsewhere or without the token approves nothing', async () => {
  const csrf = await page.locator('form[action$="/approve"] input[name="csrf"]').inputValue();
  const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const post = (headers, body) => fetch(`${hub.url}/app/connectors/review/${hash}/approve`, {
    method: 'POST', redirect: 'manual', body,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Cookie: cookies, ...headers },
  });
  const own = { Origin: hub.url, 'Sec-Fetch-Site': 'same-origin' };
  assert.equal((await post(own, '')).status, 403);
  assert.equal((await post(own, `csrf=${csrf}x`)).status, 403);
  assert.equal((await post({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, `csrf=${csrf}`)).status, 403);
  assert.equal((await post({ ...own, Cookie: '' }, `csrf=${csrf}`)).status, 403);
  await page.reload();
  await page.getByRole('heading', { name: 'Approve Personio?' }).waitFor();
  assert.deepEqual(hub.workers, []);
});

test('approving makes it ready, and it stays so after a restart', async () => {
  await approve().click();
  await page.getByText(/^Personio \S+ is approved and ready\.$/).waitFor();
  await card('ready').waitFor();
  assert.equal(hub.workers.length, 1);
  await hub.restart();
  await signIn(page, hub.signinUrl);
  await card('ready').waitFor();
  assert.equal(await card('awaiting_approval').count(), 0);
  await card('ready').getByRole('link', { name: /^Details/ }).click();
  assert.match(await main().innerText(), /Approved by an operator on these pages/);
  await page.locator('#process summary').click();
  assert.match(await page.locator('#process').innerText(), /seccomp/);
});

test('another content waits beside the version that goes on', async () => {
  await linkAccount(page, hub, { id: 'tenant-1', name: 'Nordwind GmbH' });
  await page.goto(`${hub.url}/app/connectors`);
  hub.dropBytes('personio.so', next);
  await card('awaiting_approval').waitFor();
  const running = await card('ready').innerText();
  assert.match(running, /Version 0\.1\.0 goes on until the hub is restarted/);
  assert.match(running, /version 9\.1\.0 and waits for your approval/);
  assert.match(await card('awaiting_approval').innerText(), /Version 0\.1\.0, which was approved, goes on meanwhile/);
  await page.goto(`${hub.url}/app/accounts`);
  await page.locator('tbody a').click();
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.getByText('New tokens were fetched.').waitFor();
});

test('its review begins with what changes', async () => {
  await openReview(sha256(next));
  await page.getByRole('heading', { name: 'What version 9.1.0 changes against 0.1.0' }).waitFor();
  const added = await page.locator('#added').innerText();
  assert.match(added, /files\.acme\.example\s+GET only/);
  assert.match(added, /Destructive actions[^]*personio_wipe_person/);
  assert.doesNotMatch(added, /api\.personio\.de/);
  assert.match(await page.locator('#removed').innerText(), /personio_list_employments/);
  assert.equal(await page.locator('#unchanged').getAttribute('open'), null);
  await page.locator('#unchanged > summary').click();
  assert.match(await page.locator('#unchanged').innerText(), /api\.personio\.de/);
  assert.equal(await page.locator('#signer-warning').count(), 0);
});

test('what is exchanged between look and click is not approved', async () => {
  const other = connectorWith((manifest) => { nextVersion(manifest); manifest.version = '9.1.1'; });
  hub.dropBytes('personio.so', other);
  const list = await page.context().newPage();
  await list.goto(`${hub.url}/app/connectors`);
  await list.getByText('9.1.1').first().waitFor();
  await list.close();
  await approve().click();
  await page.locator('.alert.bad[role="alert"]').waitFor();
  assert.match(await page.locator('.alert[role="alert"]').innerText(), /Nothing was changed: what you looked at is no longer in the folder/);
  assert.match(await card('awaiting_approval').innerText(), /9\.1\.1/);
  assert.match(await card('ready').innerText(), /0\.1\.0/);
  const answer = await page.goto(`${hub.url}/app/connectors/review/${sha256(next)}`);
  assert.equal(answer.status(), 404);
  await page.getByRole('heading', { name: 'This file is no longer there' }).waitFor();
});

test('the new version takes over when it is approved, without a restart', async () => {
  hub.dropBytes('personio.so', next);
  await page.goto(`${hub.url}/app/connectors`);
  await card('awaiting_approval').getByText('9.1.0').first().waitFor();
  await card('ready').getByRole('link', { name: /^Review the new version/ }).click();
  await approve().click();
  await page.getByText('Personio 9.1.0 is approved and ready.').waitFor();
  await card('awaiting_approval').waitFor({ state: 'detached' });
  assert.match(await card('ready').innerText(), /9\.1\.0/);
});

test('withdrawing says what will happen, and then it does', async () => {
  await card('ready').getByRole('link', { name: /^Details/ }).click();
  await page.getByRole('link', { name: /^Withdraw approval/ }).click();
  const text = await main().innerText();
  assert.match(text, /Personio 9\.1\.0 will no longer be allowed to run/);
  assert.match(text, /1 linked account can't refresh/);
  assert.match(text, /credentials are kept/);
  await page.getByRole('link', { name: 'Keep it approved' }).click();
  assert.equal(hub.workers.length, 1, 'asking changes nothing');
  await page.getByRole('link', { name: /^Withdraw approval/ }).click();
  await page.getByRole('button', { name: 'Withdraw approval' }).click();
  await page.getByText('The approval of Personio was withdrawn.').waitFor();
  await card('awaiting_approval').waitFor();
  assert.match(await card('awaiting_approval').innerText(), /Its approval was withdrawn/);
  assert.doesNotMatch(await card('awaiting_approval').innerText(), /None of its code has run/);
  assert.equal(await card('ready').count(), 0);
  await hub.until(() => hub.workers.length === 0, 'the worker has ended');
  await page.goto(`${hub.url}/app/accounts`);
  await page.locator('tbody a').click();
  assert.match(await main().innerText(), /Tokens can't be refreshed until it is back/);
});

test('an account goes on where it stopped once its connector is approved again', async () => {
  await openReview(sha256(next));
  assert.match(await main().innerText(), /Approval was withdrawn by an operator on these pages/);
  await approve().click();
  await card('ready').waitFor();
  await page.goto(`${hub.url}/app/accounts`);
  await page.locator('tbody a').click();
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.getByText('New tokens were fetched.').waitFor();
});

test('a worker that died is shown with its failure and can be started again', async () => {
  await page.goto(`${hub.url}/app/connectors`);
  const [worker] = hub.workers;
  process.kill(worker, 'SIGKILL');
  await page.locator('#restart-personio').waitFor();
  const text = await card('ready').innerText();
  assert.match(text, /Restarting/);
  assert.match(text, /Last failure: connector personio crashed \(ended by SIGKILL\)/);
  assert.deepEqual(hub.workers, []);
  await page.locator('#restart-personio').click();
  await page.getByText('Personio runs again.').waitFor();
  assert.equal(hub.workers.length, 1);
  await page.locator('#restart-personio').waitFor({ state: 'detached' });
});

test('a file that is no connector stands beside the version that goes on', async () => {
  writeFileSync(join(hub.connectors, 'personio.so'), 'not a library');
  await page.locator('[data-connector="personio"]').nth(1).waitFor();
  await page.locator('.troubled').waitFor();
  assert.match(await card('ready').innerText(), /Version 9\.1\.0 goes on until the hub is restarted\. The file/);
  assert.match(await page.locator('.troubled').innerText(), /Version 9\.1\.0, which was approved, goes on meanwhile/);
  assert.equal(await page.locator('.troubled').getByRole('link').count(), 0);
});

test('a trusted signature lets a file in, and losing it is said loudly', async () => {
  const signed = connectorWith((manifest) => { nextVersion(manifest); manifest.version = '9.2.0'; });
  const unsigned = connectorWith((manifest) => { nextVersion(manifest); manifest.version = '9.3.0'; });
  const signature = join(hub.connectors, 'personio.so.minisig');
  writeFileSync(signature, signer.sign(signed, 'release 9.2.0'));
  hub.dropBytes('personio.so', signed);
  await card('ready').getByText('9.2.0').waitFor();
  await page.locator('.troubled').waitFor({ state: 'detached' });
  await openReview(sha256(signed));
  assert.match(await page.locator('#signature').innerText(), new RegExp(`trust:\\s+${signer.keyId}[^]*release 9\\.2\\.0`));
  assert.match(await main().innerText(), /Let in because a trusted key has signed it/);

  rmSync(signature);
  hub.dropBytes('personio.so', unsigned);
  await page.goto(`${hub.url}/app/connectors`);
  await card('awaiting_approval').waitFor();
  await openReview(sha256(unsigned));
  assert.match(await page.locator('#signer-warning').innerText(),
    new RegExp(`Version 9\\.2\\.0 was signed by the key ${signer.keyId}, which you trust\\. This file is not signed`));

  const stranger = new Signer();
  writeFileSync(signature, stranger.sign(unsigned, 'trust me'));
  await hub.until(async () => {
    await openReview(sha256(unsigned));
    return (await page.locator('#signature').innerText()).includes(stranger.keyId);
  }, 'the signature is noticed');
  assert.match(await page.locator('#signature').innerText(), /not in your allow-list/);
  assert.doesNotMatch(await main().innerText(), /trust me/, 'a comment that nobody verified');
  assert.equal(await approve().count(), 1);
});

test('a signature that does not fit refuses the file: no button, a reason, what to do', async () => {
  const forged = connectorWith((manifest) => { nextVersion(manifest); manifest.version = '9.4.0'; });
  writeFileSync(join(hub.connectors, 'personio.so.minisig'), signer.sign(original, 'release'));
  hub.dropBytes('personio.so', forged);
  await page.goto(`${hub.url}/app/connectors`);
  const refused = card('refused');
  await refused.waitFor();
  await refused.getByRole('link', { name: /^Look at what it asks for/ }).click();
  const text = await main().innerText();
  assert.match(text, /This file was refused/);
  assert.match(text, /does not fit/);
  assert.match(text, /Replace file and signature/);
  assert.equal(await main().getByRole('button', { name: /^Approve/ }).count(), 0);
  rmSync(join(hub.connectors, 'personio.so.minisig'));
});

test('an id that looks like a known one can not be approved', async () => {
  const twin = connectorWith((manifest) => rename(manifest, 'personi0'));
  hub.dropBytes('twin.so', twin);
  await hub.until(async () => {
    await openReview(sha256(twin));
    return (await main().innerText()).includes('This file was refused');
  }, 'the twin is refused');
  assert.match(await main().innerText(), /looks like that of another connector, personio/);
  assert.equal(await main().getByRole('button', { name: /^Approve/ }).count(), 0);
  hub.removeConnector('twin.so');
});

test('the command line approves, too, and the page follows', async () => {
  hub.dropBytes('personio.so', connectorWith((manifest) => { nextVersion(manifest); manifest.version = '9.5.0'; }));
  await page.goto(`${hub.url}/app/connectors`);
  await card('awaiting_approval').getByText('9.5.0').first().waitFor();

  const listed = JSON.parse(hub.command(['connectors', 'list', '--json']).stdout);
  const waiting = listed.find((connector) => connector.state === 'awaiting_approval');
  assert.equal(waiting.version, '9.5.0');
  assert.equal(waiting.review.approved, false);
  assert.ok(waiting.review.asks_for.some(({ kind, what }) => kind === 'host' && what.startsWith('api.personio.de')));

  const unasked = hub.command(['connectors', 'approve', 'personio']);
  assert.equal(unasked.status, 2);
  assert.match(unasked.stderr, /--yes/);
  const elsewhere = hub.command(['connectors', 'approve', 'personio', '--yes', '--sha256', hash]);
  assert.equal(elsewhere.status, 1);
  assert.equal(await card('awaiting_approval').count(), 1);

  const shown = hub.command(['connectors', 'show', 'personio.so']);
  assert.match(shown.stdout, /hosts it may talk to[^]*api\.personio\.de/);
  const done = hub.command(['connectors', 'approve', 'personio', '--yes', '--sha256', waiting.sha256]);
  assert.equal(done.status, 0, done.stderr);
  await card('awaiting_approval').waitFor({ state: 'detached', timeout: 3000 });
  await card('ready').getByText('9.5.0').waitFor();
  await openReview(waiting.sha256);
  assert.match(await main().innerText(), /Approved by an operator on the command line \(\S+\)/);

  const taken = hub.command(['connectors', 'withdraw', 'personio']);
  assert.equal(taken.status, 0, taken.stderr);
  await page.goto(`${hub.url}/app/connectors`);
  await card('awaiting_approval').waitFor({ timeout: 3000 });
  assert.equal(hub.command(['connectors', 'withdraw', 'personio']).status, 1);
  assert.equal(hub.command(['connectors', 'approve', 'nobody', '--yes']).status, 1);
  assert.equal(hub.command(['connectors', 'approve']).status, 2);
});

for (const [name, options] of [
  ['light', {}], ['dark', { colorScheme: 'dark' }], ['a phone, dark, in German', { ...phone, colorScheme: 'dark', locale: 'de-DE' }],
]) {
  test(`list, review and withdrawal are accessible: ${name}`, async () => {
    const visit = await visitor(browser, options);
    await signIn(visit, hub.freshSigninUrl());
    const found = [];
    const look = async (where) => {
      found.push(...(await axeViolations(visit)).map((problem) => ({ where, ...problem })));
      const { clientWidth, scrollWidth } = await visit.evaluate(() => document.documentElement);
      if (scrollWidth > clientWidth) found.push({ where, rule: 'fits the window', clientWidth, scrollWidth });
    };
    hub.dropBytes('personio.so', next); // which was approved
    await visit.locator('[data-state="ready"]').waitFor();
    hub.dropBytes('personio.so', connectorWith((manifest) => {
      nextVersion(manifest);
      manifest.version = '9.6.0';
      manifest.hosts.push({ host: 'more.acme.example' });
    }));
    await visit.locator('[data-state="awaiting_approval"]').waitFor();
    await look('list');
    await visit.locator('[data-state="ready"] .actions a').last().click();
    await look('an approved one');
    await visit.locator('a[href$="/withdraw"]').click();
    await look('withdraw');
    await visit.goto(`${hub.url}/app/connectors`);
    await visit.locator('[data-state="awaiting_approval"] a.primary').click();
    await visit.locator('#unchanged > summary').click();
    await look('review with changes');
    if (options.locale) {
      const text = await visit.locator('main').innerText();
      assert.match(text, /Personio freigeben\?/);
      assert.match(text, /Neu verlangt/);
      assert.match(text, /Version 9\.6\.0 freigeben/);
      assert.match(text, /files\.acme\.example\s+nur GET/);
      assert.doesNotMatch(text, /\b(Approve|Hosts|approval|only)\b/);
    }
    assert.deepEqual(found, [], JSON.stringify(found, null, 2));
    expectNoComplaints(visit);
    await visit.context().close();
  });
}

test('approving works with the keyboard alone and without JavaScript', async () => {
  const visit = await visitor(browser, { javaScriptEnabled: false });
  await signIn(visit, hub.freshSigninUrl());
  const tabTo = async (locator) => {
    for (let step = 0; step < 40; step += 1) {
      await visit.keyboard.press('Tab');
      if (await locator.evaluate((element) => element === document.activeElement)) return;
    }
    assert.fail('it can not be reached with the Tab key');
  };
  await tabTo(visit.locator('[data-state="awaiting_approval"] a.primary'));
  await visit.keyboard.press('Enter');
  await visit.getByRole('heading', { name: 'Approve Personio?' }).waitFor();
  await tabTo(visit.getByRole('button', { name: /^Approve version/ }));
  await visit.keyboard.press('Enter');
  await visit.getByText('Personio 9.6.0 is approved and ready.').waitFor();
  assert.equal(await visit.locator('[data-state="awaiting_approval"]').count(), 0);
});
