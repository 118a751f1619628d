// StackOne's generated TypeScript SDK, as npm has it, against our hub. It checks every answer against
// its own schemas, so that a call that returns has had every field it wants.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StackOne } from '@stackone/stackone-client-ts';
import { startLinkedHub } from './linked_hub.mjs';

let hub;
let sdk;
before(async () => {
  hub = await startLinkedHub();
  sdk = new StackOne({
    serverURL: hub.url,
    security: { username: hub.key, password: '' },
    retryConfig: { strategy: 'none' },
  });
});
after(() => hub?.stop());

const forAccount = () => ({ fetchOptions: { headers: { 'x-account-id': hub.account } } });

test('connect sessions are made and turned back into what they are', async () => {
  const made = await sdk.connectSessions.createConnectSession({
    originOwnerId: 'tenant-9', originOwnerName: 'Neun', categories: ['hris', 'ats'], label: 'pilot',
  });
  const { token, authLinkUrl, id } = made.connectSessionTokenAuthLink;
  assert.ok(authLinkUrl.startsWith(`${hub.url}/connect/`));
  const page = await fetch(authLinkUrl, { redirect: 'manual' });
  assert.equal(page.status, 303);
  const seen = await sdk.connectSessions.authenticateConnectSession({ token });
  assert.equal(seen.connectSession.id, id);
  assert.equal(seen.connectSession.originOwnerId, 'tenant-9');
  assert.equal(seen.connectSession.label, 'pilot');
  assert.deepEqual(seen.connectSession.categories, ['hris', 'ats']);
});

test('accounts are listed, read, changed and removed', async () => {
  const other = await hub.link('tenant-2');
  const all = await sdk.accounts.listLinkedAccounts({});
  assert.deepEqual(all.classes.map(({ id }) => id).sort(), [hub.account, other].sort());
  const filtered = await sdk.accounts.listLinkedAccounts({ originOwnerIds: ['tenant-2'], pageSize: 1 });
  assert.deepEqual(filtered.classes.map(({ id }) => id), [other]);
  const one = await sdk.accounts.getAccount({ id: other });
  assert.equal(one.linkedAccount.provider, 'personio');
  assert.equal(one.linkedAccount.status, 'active');
  const changed = await sdk.accounts.updateAccount({
    id: other, patchAccountExternalDto: { originOwnerName: 'Zwei GmbH', type: 'test' },
  });
  assert.equal(changed.linkedAccount.originOwnerName, 'Zwei GmbH');
  assert.equal(changed.linkedAccount.type, 'test');
  const meta = await sdk.accounts.getAccountMetaInfo({ id: other });
  assert.equal(meta.linkedAccountMeta.category, 'hris');
  const gone = await sdk.accounts.deleteAccount({ id: other });
  assert.equal(gone.linkedAccount.id, other);
  await assert.rejects(sdk.accounts.getAccount({ id: other }), (error) => error.statusCode === 404);
});

test('an empty patch wipes nothing', async () => {
  const url = `${hub.url}/accounts/${hub.account}`;
  const patch = (body) => fetch(url, {
    method: 'PATCH',
    headers: { Authorization: `Bearer ${hub.key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const set = await (await patch({ label: 'main', metadata: { plan: 'x' } })).json();
  assert.equal(set.label, 'main');
  const kept = await (await patch({ label: {}, metadata: {}, credentials: {}, secrets: {} })).json();
  assert.deepEqual([kept.label, kept.metadata], ['main', { plan: 'x' }]);
  await sdk.accounts.updateAccount({ id: hub.account, patchAccountExternalDto: {} });
  const read = await (await fetch(url, { headers: { Authorization: `Bearer ${hub.key}` } })).json();
  assert.deepEqual([read.label, read.metadata], ['main', { plan: 'x' }]);
  assert.equal((await patch({ origin_owner_id: '' })).status, 400);
  assert.equal((await patch({ label: 'x'.repeat(300) })).status, 413);
});

test('connectors and actions are described, and an action runs', async () => {
  const connectors = await sdk.connectors.listConnectorsMeta({});
  assert.equal(connectors.classes[0].provider, 'personio');
  const one = await sdk.connectors.getConnectorMeta({ provider: 'personio' });
  assert.equal(one.connectorsMeta.providerName, 'Personio');
  let actions = [];
  for await (const page of await sdk.actions.listActionsMeta({ filter: { connectors: 'personio' } }))
    actions = actions.concat(page.actionsMetaPaginated.data.flatMap((connector) => connector.actions));
  assert.ok(actions.some(({ id }) => id === 'personio_list_persons'));
  const run = await sdk.actions.rpcAction(
    { action: 'personio_list_persons', query: { page_size: 3 } }, forAccount(),
  );
  assert.equal(run.actionsRpcResponse.data.length, 3);
});

test('a request of one\'s own goes through with the account\'s credentials', async () => {
  // This version of theirs hands no answer out; it throws at any status but the ones it knows.
  await sdk.proxy.proxyRequest({
    xAccountId: hub.account, proxyRequestBody: { method: 'get', url: 'https://api.personio.de', path: '/v2/persons?limit=2' },
  });
  const { status, body } = await (async () => {
    const raw = await fetch(`${hub.url}/unified/proxy`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${hub.key}`, 'Content-Type': 'application/json', 'x-account-id': hub.account },
      body: JSON.stringify({ path: '/v2/persons?limit=2' }),
    });
    return { status: raw.status, body: await raw.json() };
  })();
  assert.equal(status, 200);
  assert.equal(body.status, 200);
  assert.equal(body.data._data.length, 2);
  await assert.rejects(sdk.proxy.proxyRequest({
    xAccountId: hub.account, proxyRequestBody: { method: 'delete', path: '/v2/persons/1' },
  }), (error) => error.constructor.name === 'ForbiddenResponse');
});

test('errors are the ones it has types for', async () => {
  const wrong = new StackOne({ serverURL: hub.url, security: { username: 'pb_wrong', password: '' } });
  await assert.rejects(wrong.accounts.listLinkedAccounts({}), (error) => {
    assert.equal(error.constructor.name, 'UnauthorizedResponse');
    return true;
  });
  await assert.rejects(
    sdk.actions.rpcAction({ action: 'personio_none' }, forAccount()),
    (error) => error.constructor.name === 'NotFoundResponse',
  );
});

test('what was asked of providers is found in the log, with its steps', async () => {
  const made = hub.command(['api-keys', 'create', '--name', 'logs', '--scopes', 'admin']);
  const { requestLogs } = new StackOne({
    serverURL: hub.url, security: { username: made.stdout.match(/pb_\S+/)[0], password: '' },
  });
  const count = async (filter) =>
    (await requestLogs.listLogs({ filter, pageSize: 100 })).unifiedLogsPaginated.data.length;
  const before = await count({ accountIds: hub.account });
  await sdk.actions.rpcAction(
    { action: 'personio_list_persons', query: { page_size: 2 } }, forAccount(),
  );
  assert.equal(await count({ accountIds: hub.account }), before + 1);
  assert.equal(await count({ providers: 'other' }), 0);
  assert.equal(await count({ startDate: new Date(Date.now() + 60_000) }), 0);

  const { unifiedLogsPaginated: page } = await requestLogs.listLogs({
    filter: { accountIds: hub.account, providers: 'personio', success: true, sourceTypes: 'api' },
    include: 'step_logs', orderBy: 'eventDatetime', orderDirection: 'desc', pageSize: 1,
  });
  const [row] = page.data;
  assert.deepEqual([row.action, row.status, row.accountId, row.httpMethod],
    ['personio_list_persons', 200, hub.account, 'POST']);
  assert.ok(row.eventDatetime instanceof Date && row.duration >= 0);
  assert.equal(row.stepRequests[0].url, 'https://api.personio.de/v2/persons');
  const { unifiedLogResult: one } = await requestLogs.getLog({ id: row.requestId });
  assert.equal(one.data.requestId, row.requestId);
  assert.equal(one.data.response.statusCode, 200);
  const { stepLogsPaginated: steps } = await requestLogs.listStepLogs({
    filter: { accountIds: hub.account, httpMethods: 'GET' }, pageSize: 5,
  });
  assert.ok(steps.data.length > 0 && steps.data.every((step) => step.provider === 'personio'));
  const { platformLogsPaginated: platform } = await requestLogs.listPlatformLogs({
    filter: { accountIds: hub.account, actions: 'personio_list_persons' }, pageSize: 1,
  });
  assert.deepEqual(platform.data.map(({ path, success, sourceType }) => [path, success, sourceType]),
    [['/actions/rpc', true, 'api']]);
});

test('guides come where they are asked for', async () => {
  const ask = async (include) => (await hub.api('GET', `/actions?exclude=actions&include=${include}`)).body.data[0];
  const { authentication: [way], scope_definitions: scopes } = await ask('authentication_guides');
  assert.ok(way.support.guides.config.sections.length > 0);
  assert.ok(way.support.guides.config.sections.every(({ title, content }) => title !== '' && typeof content === 'string'));
  assert.ok(way.required_scopes.length > 0);
  assert.ok(way.required_scopes.every((scope) => scopes.some(({ name }) => name === scope)));
  assert.equal((await ask('')).authentication[0].support, undefined);
});

test('members that nobody knows are refused by name, and what the SDKs add of their own is not', async () => {
  const refused = await hub.api('PATCH', `/accounts/${hub.account}`, { lable: 'x' });
  assert.equal(refused.status, 400);
  assert.match(refused.body.message, /did you mean "label"/);
  await sdk.accounts.updateAccount({ id: hub.account, patchAccountExternalDto: {
    credentials: {}, secrets: {}, setupInformation: {}, metadata: {}, label: {},
  } });
  await sdk.connectSessions.createConnectSession({
    originOwnerId: 'tenant-9', originOwnerName: 'Nine', provider: 'personio', providerVersion: '1',
  });
});
