// A certified authorization server whose answers take longer than anything at the hub that could be
// taken for an end: an instance's turn, another's patience with it (20 s), a claim on what is due
// (20 s). The rotating refresh token is presented once, by one of two hubs on one database, and
// nobody loses the account.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startHub } from '../browser/start_hub.mjs';
import { AuthorizationServer } from './authorization_server.mjs';
import { Person } from './person.mjs';
import { startPostgres } from './postgres.mjs';
import { manifestFor, startSignInHub } from './sign_in_hub.mjs';

const kClient = { client_id: 'hub', client_secret: 'a-secret-of-the-hub' };

let server;
let postgres;
let hub;
let other;
before(async () => {
  server = await AuthorizationServer.start('id.example.com');
  postgres = await startPostgres();
  process.env.PATCHBAY_STORE = postgres.uri;
  const manifest = manifestFor('certified', server.host, { grant: { issuer: server.issuer } });
  hub = await startSignInHub([server], [manifest]);
  other = await startHub({
    withConnector: false,
    trust: ['--approve-all'],
    options: ['--sandbox', server.readyFile, '--key-file', join(hub.data, 'key')],
  });
  other.dropBytes('certified.json', JSON.stringify(manifest));
  server.serve([kClient], hub.returnUrl);
  await hub.setUp('certified', kClient);
  await hub.until(async () => (await tokenAt(other, '/connectors/meta/certified')).status === 200, 'the other is ready');
});
after(async () => {
  await other?.stop();
  await hub?.stop();
  await postgres?.stop();
  server?.stop();
});

const tokenAt = async (one, path) => {
  const reply = await fetch(`${one.url}${path}`, { headers: { Authorization: `Bearer ${hub.key}` } });
  return { status: reply.status, body: await reply.json() };
};

for (const seconds of [12, 25])
  test(`an answer after ${seconds} s is waited for by both, and asked for once`, async () => {
    server.delays.clear();
    server.accessTokenSeconds = 10;
    const account = await hub.link(new Person([server]), `slow-${seconds}`, 'certified');
    server.accessTokenSeconds = 600;
    server.delays.set('/token', seconds * 1_000);
    const before = server.asked('refresh_token').length;
    await new Promise((done) => { setTimeout(done, 1_100); });
    const path = `/accounts/${account.id}/access_token?min_ttl=100000`;
    const answers = await Promise.all([hub, other].flatMap((one) => Array.from({ length: 10 }, () => tokenAt(one, path))));
    server.delays.clear();
    assert.equal(server.asked('refresh_token').length, before + 1);
    assert.deepEqual(server.reuses, []);

    const now = await Promise.all([hub, other].map((one) => tokenAt(one, `/accounts/${account.id}/access_token`)));
    assert.equal(now[0].status, 200, JSON.stringify(now[0].body));
    assert.deepEqual(now[1].body, now[0].body);
    assert.ok(await server.isActive(now[0].body.access_token));
    // Whoever asked got it, or was told to come again in a moment.
    for (const { status, body } of answers)
      assert.ok(status === 200 ? body.access_token === now[0].body.access_token : status === 504, JSON.stringify(body));
    assert.ok(answers.filter(({ status }) => status === 200).length >= 10);
    assert.equal((await hub.api('GET', `/accounts/${account.id}`)).body.status, 'active');
  });

test('a person waits for a slow exchange of the code, which is made once', async () => {
  server.delays.set('/token', 12_000);
  const before = server.asked('authorization_code').length;
  await hub.link(new Person([server]), 'slow-code', 'certified');
  server.delays.clear();
  assert.equal(server.asked('authorization_code').length, before + 1);
  assert.deepEqual(server.reuses, []);
});

test('no token or secret can be read anywhere', async () => {
  const secrets = [...server.tokens.map(({ value }) => value), ...server.secrets, kClient.client_secret];
  await hub.expectUntold(secrets);
  for (const secret of secrets) assert.ok(!other.log.includes(secret));
});
