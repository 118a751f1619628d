// Whose answer is it? Two authorization servers at one hub, whose answers come back to the same
// address: each answer has to name the one that was asked (RFC 9207), and no code goes to another.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { AuthorizationServer } from './authorization_server.mjs';
import { Person } from './person.mjs';
import { manifestFor, startSignInHub } from './sign_in_hub.mjs';

const kHonest = { client_id: 'hub-at-honest', client_secret: 'secret-at-honest' };
const kEvil = { client_id: 'hub-at-evil', client_secret: 'secret-at-evil' };

let honest; // says who it is, always
let evil; // wants codes of the honest one
let unnamed; // as evil; its connector says nothing of its issuer
let hub;
before(async () => {
  [honest, evil, unnamed] = await Promise.all(
    ['honest.example.com', 'evil.example.com', 'unnamed.example.com'].map((host) => AuthorizationServer.start(host)),
  );
  const named = ({ issuer }) => ({ grant: { issuer, issuer_required: true } });
  hub = await startSignInHub([honest, evil, unnamed], [
    manifestFor('honest', honest.host, named(honest)),
    manifestFor('evil', evil.host, named(evil)),
    manifestFor('unnamed', unnamed.host),
  ]);
  honest.serve([kHonest], hub.returnUrl);
  for (const one of [evil, unnamed]) one.serve([kEvil], hub.returnUrl);
  await hub.setUp('honest', kHonest);
  for (const id of ['evil', 'unnamed']) await hub.setUp(id, kEvil);
});
afterEach(() => {
  for (const one of [honest, evil, unnamed]) one.namesItself = true;
});
after(async () => {
  await hub?.stop();
  for (const one of [honest, evil, unnamed]) one?.stop();
});

const person = () => new Person([honest, evil, unnamed]);
const kRefused = /came from another service\. Connect again/;
const tokenCalls = () => [honest, evil, unnamed].flatMap(({ calls }) => calls.filter(({ path }) => path === '/token'));

// The sign-in page of `asked` sends its visitor on to the honest one, for the hub's client there
// (RFC 9700, section 4.4.1). Where the visitor comes back to, with a code of the honest one.
async function mixedUp(visitor, asked, owner) {
  const url = new URL(await hub.sendAway(visitor, owner, asked.host.split('.')[0]));
  assert.equal(url.host, asked.host);
  url.host = honest.host;
  url.searchParams.set('client_id', kHonest.client_id);
  const back = await visitor.signIn(url.href);
  assert.ok(new URL(back).searchParams.has('code'));
  assert.equal(new URL(back).searchParams.get('state'), url.searchParams.get('state'));
  return back;
}

async function expectRefused(visitor, back, owner, provider) {
  const before = tokenCalls().length;
  assert.match(await hub.comeBack(visitor, back), kRefused);
  assert.equal(tokenCalls().length, before, 'no code went anywhere');
  assert.equal(await hub.accountOf(owner, provider), undefined);
}

test('an answer that names the issuer that was asked is taken', async () => {
  for (const id of ['honest', 'evil', 'unnamed']) await hub.link(person(), 'tenant-1', id);
});

test('mix-up: the code of one does not go to the other', async () => {
  const ada = person();
  await expectRefused(ada, await mixedUp(ada, evil, 'tenant-2'), 'tenant-2', 'evil');
});

test('mix-up where the connector names no issuer: neither', async () => {
  const ada = person();
  await expectRefused(ada, await mixedUp(ada, unnamed, 'tenant-3'), 'tenant-3', 'unnamed');
});

test('mix-up with a server that does not name itself: missed by the one that always does', async () => {
  honest.namesItself = false;
  const ada = person();
  await expectRefused(ada, await mixedUp(ada, evil, 'tenant-4'), 'tenant-4', 'evil');
});

test('the answer of one with the state of the other is refused by both', async () => {
  const [ada, grace] = [person(), person()];
  const backs = [
    new URL(await ada.signIn(await hub.sendAway(ada, 'tenant-5', 'honest'))),
    new URL(await grace.signIn(await hub.sendAway(grace, 'tenant-5', 'evil'))),
  ];
  const states = backs.map(({ searchParams }) => searchParams.get('state'));
  backs[0].searchParams.set('state', states[1]);
  backs[1].searchParams.set('state', states[0]);
  await expectRefused(grace, backs[0].href, 'tenant-5', 'evil');
  await expectRefused(ada, backs[1].href, 'tenant-5', 'honest');
});

test('a missing, another or a similar issuer is refused, for codes and for errors', async () => {
  const issuers = [undefined, '', evil.issuer, `${honest.issuer}/`, honest.issuer.toUpperCase(), 'https://honest.example.com@evil.example.com'];
  for (const issuer of issuers)
    for (const declines of [false, true]) {
      const ada = person();
      const back = new URL(await ada.signIn(await hub.sendAway(ada, 'tenant-6', 'honest'), { declines }));
      assert.equal(back.searchParams.get('iss'), honest.issuer);
      if (issuer === undefined) back.searchParams.delete('iss');
      else back.searchParams.set('iss', issuer);
      await expectRefused(ada, back.href, 'tenant-6', 'honest');
    }
});

test('a server that does not name itself is fine where nobody said that it would', async () => {
  unnamed.namesItself = false;
  await hub.link(person(), 'tenant-7', 'unnamed');
});

test('nothing of it can be read anywhere', async () => {
  const issued = [honest, evil, unnamed].flatMap(({ tokens, secrets }) => [...tokens.map(({ value }) => value), ...secrets]);
  await hub.expectUntold([...issued, kHonest.client_secret, kEvil.client_secret]);
});
