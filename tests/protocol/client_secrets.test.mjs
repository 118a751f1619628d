// Clients whose id and secret hold what has a meaning in forms and in HTTP Basic (RFC 6749, section
// 2.3.1): a certified authorization server decodes both, and refuses whoever is not exact. (It takes
// printable ASCII alone, as appendix A has it.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AuthorizationServer } from './authorization_server.mjs';
import { Person } from './person.mjs';
import { manifestFor, startSignInHub } from './sign_in_hub.mjs';

const kClients = [
  ['a:b', 'c:d:e'],
  ['50%', '100%25%'],
  ['a+b', '+c+ +'],
  ['one two', 'three  four'],
  [`"it's"`, `\\"'\`$(id)`],
  ['a=b&c', 'client_secret=x&grant_type=y;#/?'],
  ['~!*()-._', '<script>{"[|]"}^@,'],
].map(([client_id, client_secret]) => ({ client_id, client_secret }));

const servers = {};
let hub;
before(async () => {
  for (const way of ['basic', 'form', 'none']) servers[way] = await AuthorizationServer.start(`${way}.example.com`);
  const list = Object.values(servers);
  hub = await startSignInHub(list, Object.entries(servers).map(
    ([way, { host }]) => manifestFor(way, host, { grant: { client_authentication: way } }),
  ));
  const registered = (method) => kClients.map((client, i) => ({
    ...client,
    token_endpoint_auth_method: method,
    id_token_signed_response_alg: i % 2 ? 'ES256' : 'RS256',
  }));
  servers.basic.serve(registered('client_secret_basic'), hub.returnUrl);
  servers.form.serve(registered('client_secret_post'), hub.returnUrl);
  servers.none.serve(kClients.map(({ client_id: id }) => ({
    client_id: id, token_endpoint_auth_method: 'none',
  })), hub.returnUrl);
});
after(async () => {
  await hub?.stop();
  for (const server of Object.values(servers)) server.stop();
});

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

for (const way of ['basic', 'form', 'none'])
  test(`every id and secret signs in, renews and revokes: ${way}`, async () => {
    const server = servers[way];
    server.accessTokenSeconds = 10;
    for (const [i, client] of kClients.entries()) {
      const values = way === 'none' ? { client_id: client.client_id } : client;
      await hub.setUp(way, values);
      const account = await hub.link(new Person([server]), `tenant-${i}`, way);
      await pause(1_100);
      const newer = await hub.token(account.id, 100_000);
      assert.equal(newer.status, 200, JSON.stringify(newer.body));
      assert.equal(server.asked('refresh_token').at(-1).status, 200);
      await hub.api('DELETE', `/accounts/${account.id}`);
      await hub.until(async () => !await server.isActive(newer.body.access_token), `${client.client_id} revokes`);
    }
    const refused = server.calls.filter(({ path, status }) => path.startsWith('/token') && status >= 400);
    assert.deepEqual(refused, []);
  });

test('a secret that is nearly right is refused, and the operator is to mend it', async () => {
  const server = servers.basic;
  await hub.setUp('basic', { client_id: 'a:b', client_secret: 'c%3Ad%3Ae' });
  const ada = new Person([server]);
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-100', 'basic'));
  assert.match(await hub.comeBack(ada, back), /does not accept this hub's client/);
  assert.equal(server.asked('authorization_code').at(-1).error, 'invalid_client');
});

test('no secret can be read anywhere', async () => {
  const issued = Object.values(servers).flatMap(({ tokens, secrets }) => [...tokens.map(({ value }) => value), ...secrets]);
  const long = kClients.map(({ client_secret: secret }) => secret).filter(({ length }) => length > 5);
  await hub.expectUntold([...issued, ...long]);
});
