// A hub with connectors without code whose people sign in at authorization servers of the test's own
// (authorization_server.mjs), and what a person does there (person.mjs).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHub } from '../browser/start_hub.mjs';
import { formIn, Person, textOf } from './person.mjs';

// What `patchbay new --auth oauth2-authorization-code` writes.
const kTemplate = readFileSync(
  new URL('../../plugin_api/templates/oauth2-authorization-code/manifest.json', import.meta.url), 'utf8',
);

// The connector `id` for a server at `host`. `grant`: over what is usual; `renewal`: the method's.
export function manifestFor(id, host, { grant = {}, renewal = 'rotating' } = {}) {
  const manifest = JSON.parse(
    kTemplate.replaceAll('api.acme.example', host).replaceAll('acme_', `${id}_`).replaceAll('people:read', 'people.read'),
  );
  manifest.id = id;
  manifest.texts.en.name = id;
  manifest.actions[0].permissions = ['people:read'];
  const [method] = manifest.auth_methods;
  method.renewal = renewal;
  method.grant = {
    authorize_url: `https://${host}/auth`,
    token_url: `https://${host}/token`,
    revoke_url: `https://${host}/token/revocation`,
    client_authentication: 'basic',
    scope_per_permission: true,
    ...grant,
  };
  if (method.grant.client_authentication === 'none')
    method.setup_fields = method.setup_fields.filter(({ id: field }) => field !== 'client_secret');
  for (const [name, value] of Object.entries(method.grant)) if (value === null) delete method.grant[name];
  return manifest;
}

// `options`: further ones of `patchbay serve`.
export async function startSignInHub(servers, manifests, options = []) {
  const hub = await startHub({
    withConnector: false,
    trust: ['--approve-all'],
    options: [...servers.flatMap((server) => ['--sandbox', server.readyFile]), ...options],
  });
  hub.pages = []; // all that people were shown
  hub.returnUrl = `${hub.url}/connect/return`;
  hub.key = hub.command([
    'api-keys', 'create', '--name', 'test', '--scopes', 'accounts actions admin tokens',
  ]).stdout.match(/pb_\S+/)[0];

  hub.api = async (method, path, body, headers = {}) => {
    const reply = await fetch(`${hub.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${hub.key}`, 'Content-Type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    return { status: reply.status, body: reply.status === 204 ? null : await reply.json() };
  };

  hub.act = (action, account) => hub.api('POST', '/actions/rpc', { action }, { 'x-account-id': account });

  // The operator's client at the provider.
  hub.setUp = async (id, values) => {
    const { body: { data } } = await hub.api('GET', `/integrations?provider=${id}`);
    const made = data[0] ?? (await hub.api('POST', '/integrations', { provider: id })).body;
    const done = await hub.api('PUT', `/integrations/${made.id}/setup`, { values });
    assert.equal(done.status, 200, JSON.stringify(done.body));
  };

  for (const manifest of manifests) hub.dropBytes(`${manifest.id}.json`, JSON.stringify(manifest));
  await hub.until(async () => {
    const list = await Promise.all(manifests.map(({ id }) => hub.api('GET', `/connectors/meta/${id}`)));
    return list.every(({ status }) => status === 200);
  }, 'connectors are ready');

  const shown = (page) => {
    hub.pages.push(page.text);
    return page;
  };

  // A person follows a link to connect and is sent to the provider: the address.
  hub.sendAway = async (person, owner, provider, account) => {
    const made = await hub.api('POST', '/connect_sessions', {
      origin_owner_id: owner, origin_owner_name: `Owner ${owner}`, provider, ...(account && { account_id: account }),
    });
    assert.ok(made.status < 300, JSON.stringify(made.body));
    await person.go(`${hub.url}/connect/${made.body.token}`);
    return hub.begin(person);
  };

  // From the connect page on.
  hub.begin = async (person) => {
    const form = shown(await person.go(`${hub.url}/connect`));
    const { action, fields } = formIn(form.text, 'id="connect-form"');
    await person.go(`${hub.url}${action}`, fields);
    return hub.awayFrom(shown(await hub.settled(person)));
  };

  // Where the page sends its reader.
  hub.awayFrom = (page) => {
    const [, url] = /<a class="button primary wide" href="([^"]+)" rel="noreferrer"/.exec(page.text)
      ?? assert.fail(textOf(page.text));
    return url.replaceAll('&amp;', '&').replaceAll('&#x2F;', '/');
  };

  // The connect page, once nothing is under way.
  hub.settled = async (person) => {
    let page;
    await hub.until(async () => {
      page = await person.go(`${hub.url}/connect`);
      return !page.text.includes('data-connecting');
    }, 'the connect ends');
    return shown(page);
  };

  // The person's browser goes to where the provider sent it; what the page says then.
  hub.comeBack = async (person, url) => {
    shown(await person.go(url));
    return textOf((await hub.settled(person)).text);
  };

  // All of it; the account.
  hub.link = async (person, owner, provider, account) => {
    const back = await person.signIn(await hub.sendAway(person, owner, provider, account));
    const said = await hub.comeBack(person, back);
    assert.match(said, /is connected/);
    return hub.accountOf(owner, provider);
  };

  hub.accountOf = async (owner, provider) => {
    const { body } = await hub.api('GET', `/accounts?provider=${provider}&origin_owner_id=${owner}`);
    const list = body.data ?? body;
    return list.find((one) => one.provider === provider && one.origin_owner_id === owner);
  };

  // Everything that somebody could read who may not read secrets: log, audit trail, database, pages.
  hub.told = () => {
    const files = readdirSync(hub.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'key')
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    return [
      ['the log', hub.log],
      ...files.map((path) => [path, readFileSync(path, 'latin1')]),
      ...hub.pages.map((page, i) => [`page ${i}`, page]),
    ];
  };

  // What an operator is shown.
  hub.lookAround = async (person) => {
    const { action, fields } = formIn((await person.go(hub.freshSigninUrl())).text, '/signin');
    await person.go(`${hub.url}${action}`, fields);
    const { body } = await hub.api('GET', '/accounts');
    const accounts = (body.data ?? body).map(({ id }) => `accounts/${id}`);
    for (const path of ['connectors', 'accounts', 'integrations', 'settings/audit', ...accounts]) {
      const page = shown(await person.go(`${hub.url}/app/${path}`));
      assert.ok(page.status === 200 && !page.text.includes('action="/signin"'), `${path}: ${page.status}`);
    }
  };

  // None of `secrets`, in the spellings they travel in.
  hub.expectUntold = async (secrets) => {
    await hub.lookAround(new Person([]));
    const places = hub.told();
    assert.ok(hub.pages.length > 0 && hub.log.length > 0);
    for (const secret of secrets)
      for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
        for (const [name, text] of places) assert.ok(!text.includes(spelling), `${name} has a secret: ${spelling.slice(0, 6)}...`);
  };

  hub.token = (account, minTtl = 0) => hub.api('GET', `/accounts/${account}/access_token?min_ttl=${minTtl}`);

  return hub;
}
