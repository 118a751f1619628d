// Accounts kept alive by refresh tokens of a certified authorization server: rotating ones, each of
// which is presented once whoever asks, and lasting ones; and how they end.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { AuthorizationServer } from './authorization_server.mjs';
import { Person, textOf } from './person.mjs';
import { manifestFor, startSignInHub } from './sign_in_hub.mjs';

const kClient = { client_id: 'hub', client_secret: 'a-secret-of-the-hub' };
const kLasting = { client_id: 'lasting', client_secret: 'a-secret-for-lasting-ones' };
const kTwoDays = 2 * 24 * 3600;

let rotating;
let lasting;
let hub;
before(async () => {
  [rotating, lasting] = await Promise.all(
    ['id.example.com', 'lasting.example.com'].map((host) => AuthorizationServer.start(host)),
  );
  hub = await startSignInHub([rotating, lasting], [
    manifestFor('certified', rotating.host, { grant: { issuer: rotating.issuer, issuer_required: true, scope: 'openid' } }),
    manifestFor('lasting', lasting.host, { renewal: 'refresh_token' }),
  ]);
  rotating.serve([kClient], hub.returnUrl);
  lasting.serve([kLasting], hub.returnUrl);
  await hub.setUp('certified', kClient);
  await hub.setUp('lasting', kLasting);
});
afterEach(() => {
  rotating.accessTokenSeconds = 600;
  rotating.delays.clear();
});
after(async () => {
  await hub?.stop();
  rotating?.stop();
  lasting?.stop();
});

const person = () => new Person([rotating, lasting]);
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const statusOf = async (account) => {
  const { body } = await hub.api('GET', `/accounts/${account.id}`);
  return [body.status, ...body.status_reasons.map(({ code }) => code ?? '')].join(' ');
};

// A newer token is to be had when a second, or a tenth of the life of the one before, is over.
const withShortTokens = () => { rotating.accessTokenSeconds = 10; };
const newerToken = async (account) => {
  await pause(1_100);
  return hub.token(account.id, kTwoDays);
};

// The newest of the server's refresh tokens of the account's grant.
const refreshTokenOf = (server, since) => server.tokens.slice(since).filter(({ kind }) => kind === 'refresh_token').at(-1).value;

test('fifty callers at once present a rotating refresh token once', async () => {
  withShortTokens();
  const account = await hub.link(person(), 'tenant-1', 'certified');
  rotating.accessTokenSeconds = 600;
  const before = rotating.asked('refresh_token').length;
  const first = (await hub.token(account.id)).body.access_token;
  await pause(1_100);
  rotating.delays.set('/token', 500); // everybody is there before the answer is
  const answers = await Promise.all(Array.from({ length: 50 }, () => hub.token(account.id, kTwoDays)));
  assert.equal(rotating.asked('refresh_token').length, before + 1);
  const tokens = new Set(answers.map(({ status, body }) => (status === 200 ? body.access_token : status)));
  assert.equal(tokens.size, 1);
  assert.ok(!tokens.has(first));
  assert.ok(await rotating.isActive([...tokens][0]));
});

test('over many refreshes none is presented twice, and the server never takes one for stolen', async () => {
  withShortTokens();
  const accounts = [];
  for (let i = 0; i < 5; ++i) accounts.push(await hub.link(person(), `many-${i}`, 'certified'));
  const before = rotating.asked('refresh_token').length;
  for (let round = 0; round < 12; ++round) {
    const answers = await Promise.all(accounts.flatMap((account) => [newerToken(account), newerToken(account)]));
    for (const { status } of answers) assert.equal(status, 200);
  }
  assert.ok(rotating.asked('refresh_token').length >= before + 60);
  assert.deepEqual([...rotating.presentations().values()].filter((times) => times > 1), []);
  assert.deepEqual(rotating.reuses, []);
  rotating.accessTokenSeconds = 600;
  for (const account of accounts) {
    assert.ok(await rotating.isActive((await newerToken(account)).body.access_token));
    assert.equal(await statusOf(account), 'active');
  }
});

test('a token that the provider ended early is renewed by the call that finds out', async () => {
  const account = await hub.link(person(), 'tenant-2', 'certified');
  const { access_token: token } = (await hub.token(account.id)).body;
  await rotating.request('/token/revocation', { token }, { id: kClient.client_id, secret: kClient.client_secret });
  assert.ok(!await rotating.isActive(token));
  const run = await hub.act('certified_list_people', account.id);
  assert.equal(run.status, 200, JSON.stringify(run.body));
  assert.equal(await statusOf(account), 'active');
});

test('a thief\'s use of a spent one is told as revoked, and reconnecting mends it', async () => {
  withShortTokens();
  const ada = person();
  const since = rotating.tokens.length;
  const account = await hub.link(ada, 'tenant-3', 'certified');
  const spent = refreshTokenOf(rotating, since);
  assert.equal((await newerToken(account)).status, 200);
  assert.deepEqual(rotating.reuses, []);
  const stolen = await rotating.request('/token', { grant_type: 'refresh_token', refresh_token: spent }, {
    id: kClient.client_id, secret: kClient.client_secret,
  });
  assert.equal(stolen.body.error, 'invalid_grant');
  assert.equal(rotating.reuses.length, 1, 'the server noticed');
  await newerToken(account);
  await hub.until(async () => (await statusOf(account)).startsWith('error'), 'the hub notices, too');
  assert.match(await statusOf(account), /revoked_at_provider/);
  assert.ok((await hub.token(account.id)).status >= 400);

  rotating.accessTokenSeconds = 600;
  const mended = await hub.link(ada, 'tenant-3', 'certified', account.id);
  assert.equal(mended.id, account.id);
  assert.equal(await statusOf(account), 'active');
  assert.ok(await rotating.isActive((await hub.token(account.id)).body.access_token));
});

// The hub has told the provider about tokens it no longer needs, or decided not to: either is logged.
const decided = (reason, account) => hub.until(
  () => hub.log.split('\n').some((line) => /revocation.*(done|left_to_end)/.test(line)
    && line.includes(reason) && line.includes(account.id)),
  `what becomes of tokens: ${reason}`,
);

test('who reconnects while all is well keeps a connection that works', async () => {
  for (const [id, server] of [['certified', rotating], ['lasting', lasting]]) {
    const ada = person();
    const account = await hub.link(ada, 'tenant-4', id);
    const again = await hub.link(ada, 'tenant-4', id, account.id);
    assert.equal(again.id, account.id);
    await decided('reconnect', account);
    assert.ok(await server.isActive((await hub.token(account.id)).body.access_token));
    assert.ok(await server.isActive(server.issued('refresh_token').at(-1)));
    assert.equal(await statusOf(account), 'active');
  }
});

test('who gives up reconnecting keeps the connection there was', async () => {
  const ada = person();
  const account = await hub.link(ada, 'tenant-5', 'certified');
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-5', 'certified', account.id));
  const spent = rotating.asked('authorization_code').length;
  rotating.delays.set('/token', 2_000);
  await ada.ask(back);
  await hub.until(() => rotating.asked('authorization_code').length > spent, 'the code is spent');
  const page = await ada.go(`${hub.url}/connect`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)[1];
  await ada.go(`${hub.url}/connect/cancel`, { csrf });
  assert.match(textOf((await hub.settled(ada)).text), /cancelled/i);
  await decided('connect_', account); // failed or cancelled
  assert.ok(await rotating.isActive((await hub.token(account.id)).body.access_token));
  assert.equal(await statusOf(account), 'active');
});

test('a lasting refresh token is presented again and again', async () => {
  lasting.accessTokenSeconds = 10;
  const since = lasting.tokens.length;
  const account = await hub.link(person(), 'tenant-6', 'lasting');
  const own = refreshTokenOf(lasting, since);
  for (let round = 0; round < 5; ++round) assert.equal((await newerToken(account)).status, 200);
  assert.ok(lasting.presentations().get(own) >= 5);
  assert.equal(lasting.tokens.slice(since).filter(({ kind }) => kind === 'refresh_token').length, 1);
});

test('unlinking ends both tokens at the provider', async () => {
  for (const [id, server] of [['certified', rotating], ['lasting', lasting]]) {
    const since = server.tokens.length;
    const account = await hub.link(person(), 'tenant-7', id);
    const { access_token: token } = (await hub.token(account.id)).body;
    const refresh = refreshTokenOf(server, since);
    assert.ok(await server.isActive(token) && await server.isActive(refresh));
    assert.ok((await hub.api('DELETE', `/accounts/${account.id}`)).status < 300);
    await hub.until(async () => !await server.isActive(token) && !await server.isActive(refresh), 'both are inactive');
    assert.ok(server.calls.some(({ path, status }) => path === '/token/revocation' && status === 200));
  }
});

test('no token or secret can be read anywhere', async () => {
  const issued = [rotating, lasting].flatMap(({ tokens, secrets }) => [...tokens.map(({ value }) => value), ...secrets]);
  await hub.expectUntold([...issued, kClient.client_secret, kLasting.client_secret]);
});
