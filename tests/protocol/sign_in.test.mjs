// People sign in at a certified authorization server, and come back in every way that one can come
// back: right, twice, with another's state, in another browser, declining, too late.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { AuthorizationServer } from './authorization_server.mjs';
import { Person, textOf } from './person.mjs';
import { manifestFor, startSignInHub } from './sign_in_hub.mjs';

const kClient = { client_id: 'hub', client_secret: 'a-secret-of-the-hub' };

let server;
let silent; // asks nobody
let hub;
before(async () => {
  server = await AuthorizationServer.start('id.example.com');
  silent = await AuthorizationServer.start('silent.example.com');
  const oidc = { scope: 'openid', issuer: server.issuer, issuer_required: true };
  hub = await startSignInHub([server, silent], [
    manifestFor('certified', server.host, { grant: oidc }),
    manifestFor('silent', silent.host, { grant: { authorize_url: `${silent.issuer}/auth?prompt=none` } }),
  ]);
  for (const one of [server, silent]) one.serve([kClient], hub.returnUrl);
  for (const id of ['certified', 'silent']) await hub.setUp(id, kClient);
});
after(async () => {
  await hub?.stop();
  server?.stop();
  silent?.stop();
});

const person = () => new Person([server, silent]);
const codesSpent = () => server.asked('authorization_code').length;
const changed = (url, name, value) => {
  const back = new URL(url);
  back.searchParams.set(name, value);
  return back.href;
};
const expectNothingAsked = async (step) => {
  const before = server.calls.filter(({ path }) => path === '/token').length;
  const said = await step();
  assert.equal(server.calls.filter(({ path }) => path === '/token').length, before);
  return said;
};

test('an account is linked with a fresh state and the S256 challenge of its verifier', async () => {
  const ada = person();
  const urls = [new URL(await hub.sendAway(ada, 'tenant-1', 'certified')), new URL(await hub.sendAway(person(), 'tenant-1', 'certified'))];
  const asked = urls.map(({ searchParams }) => Object.fromEntries(searchParams));
  assert.equal(asked[0].code_challenge_method, 'S256');
  assert.equal(asked[0].scope, 'openid people.read');
  for (const name of ['state', 'code_challenge']) {
    assert.match(asked[0][name], /^[\w-]{43}$/);
    assert.notEqual(asked[0][name], asked[1][name]);
  }
  const said = await hub.comeBack(ada, await ada.signIn(urls[0].href));
  assert.match(said, /is connected/);
  const verifiers = [...server.secrets].map((one) => createHash('sha256').update(one).digest('base64url'));
  assert.ok(verifiers.includes(asked[0].code_challenge));

  const account = await hub.accountOf('tenant-1', 'certified');
  const run = await hub.act('certified_list_people', account.id);
  assert.equal(run.status, 200, JSON.stringify(run.body));
  assert.match(JSON.stringify(run.body), /Grace/);
});

test('the server refuses whoever leaves the challenge out', async () => {
  const ada = person();
  const url = new URL(await hub.sendAway(ada, 'tenant-2', 'certified'));
  for (const name of ['code_challenge', 'code_challenge_method']) url.searchParams.delete(name);
  const back = await ada.signIn(url.href);
  assert.equal(new URL(back).searchParams.get('error'), 'invalid_request');
  const said = await expectNothingAsked(() => hub.comeBack(ada, back));
  assert.match(said, /refused the request \(invalid_request\)/);
});

test('a code that was given out for another challenge is worth nothing', async () => {
  const [ada, mallory] = [person(), person()];
  const hers = await ada.signIn(await hub.sendAway(ada, 'tenant-3', 'certified'));
  const back = await mallory.signIn(await hub.sendAway(mallory, 'tenant-4', 'certified'));
  const said = await hub.comeBack(mallory, changed(back, 'code', new URL(hers).searchParams.get('code')));
  assert.match(said, /no longer accepts this connection/);
  assert.equal(server.asked('authorization_code').at(-1).error, 'invalid_grant');
  assert.equal(await hub.accountOf('tenant-4', 'certified'), undefined);
});

test('an answer with another state is not taken, and the right one still is', async () => {
  const ada = person();
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-5', 'certified'));
  for (const wrong of ['', 'x', new URL(await hub.sendAway(person(), 'tenant-6', 'certified')).searchParams.get('state')]) {
    const said = await expectNothingAsked(() => hub.comeBack(ada, changed(back, 'state', wrong)));
    assert.match(said, /does not belong/);
  }
  assert.match(await hub.comeBack(ada, back), /is connected/);
});

test('an answer in a browser that did not start is not taken', async () => {
  const [ada, mallory] = [person(), person()];
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-7', 'certified'));
  await expectNothingAsked(async () => {
    assert.equal((await mallory.ask(back)).status, 403);
    await hub.sendAway(mallory, 'tenant-8', 'certified');
    assert.match(await hub.comeBack(mallory, back), /does not belong/);
  });
  assert.match(await hub.comeBack(ada, back), /is connected/);
});

test('an answer that comes twice, even at once, is used once', async () => {
  const ada = person();
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-9', 'certified'));
  const spent = codesSpent();
  await Promise.all([ada.ask(back), ada.ask(back), ada.ask(back)]);
  assert.match(textOf((await hub.settled(ada)).text), /is connected/);
  const account = await hub.accountOf('tenant-9', 'certified');
  await ada.go(back);
  assert.equal(codesSpent(), spent + 1);
  assert.deepEqual(server.reuses, []);
  assert.deepEqual(await hub.accountOf('tenant-9', 'certified'), account);
  assert.ok(await server.isActive((await hub.token(account.id)).body.access_token));
});

test('whoever stole a code can do nothing with it', async () => {
  const ada = person();
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-10', 'certified'));
  const code = new URL(back).searchParams.get('code');
  const refused = await server.request('/token', {
    grant_type: 'authorization_code', code, redirect_uri: hub.returnUrl, code_verifier: 'x'.repeat(43),
  }, { id: kClient.client_id, secret: kClient.client_secret });
  assert.equal(refused.body.error, 'invalid_grant');
  assert.match(await hub.comeBack(ada, back), /is connected/);
});

test('who declines is told so, with the server\'s own words, and may try again', async () => {
  const ada = person();
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-11', 'certified'), { declines: true });
  const said = await expectNothingAsked(() => hub.comeBack(ada, back));
  assert.match(said, /was not given the permission/);
  assert.match(said, /End-User aborted interaction/);
  assert.match(await hub.comeBack(ada, await ada.signIn(await hub.begin(ada))), /is connected/);
});

test('an error that comes with another state is not believed', async () => {
  const ada = person();
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-12', 'certified'));
  const forged = `${hub.returnUrl}?error=access_denied&state=forged&iss=${encodeURIComponent(server.issuer)}`;
  assert.match(await hub.comeBack(ada, forged), /does not belong/);
  assert.match(await hub.comeBack(ada, back), /is connected/);
});

test('who would have to sign in, and is not let, is told to connect again', async () => {
  const ada = person();
  const back = await ada.signIn(await hub.sendAway(ada, 'tenant-13', 'silent'));
  assert.equal(new URL(back).searchParams.get('error'), 'login_required');
  assert.match(await hub.comeBack(ada, back), /was not given the permission\. Connect again/);
});

test('who lets the sign-in page run out goes there once more', async () => {
  const ada = person();
  const away = await hub.sendAway(ada, 'tenant-14', 'certified');
  server.interactionSeconds = 1;
  const page = await ada.go(away);
  await new Promise((done) => { setTimeout(done, 2_000); });
  const late = await ada.go(page.url, { prompt: 'login', login: 'ada', password: 'x' });
  server.interactionSeconds = 3600;
  assert.equal(late.status, 400);
  assert.equal(late.location, undefined, 'the server sends nobody back');
  const again = hub.awayFrom(await hub.settled(ada));
  assert.equal(again, away);
  assert.match(await hub.comeBack(ada, await ada.signIn(again)), /is connected/);
});

test('no code, verifier, token or secret can be read anywhere', async () => {
  const issued = server.tokens.map(({ value }) => value);
  assert.ok(issued.length > 20 && [...server.secrets].some((one) => one.startsWith('eyJ')), 'there was an id token');
  await hub.until(() => hub.log.includes('linked'), 'the log');
  await hub.expectUntold([...issued, ...server.secrets, kClient.client_secret]);
});
