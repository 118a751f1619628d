// The Model Context Protocol as its own clients speak it: the official SDK's first generation
// (initialize) and its second (stateless, revision 2026-07-28), against a whole hub.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startLinkedHub } from './linked_hub.mjs';

// The second generation asks for a newer Node.js than Debian 12 has.
const isNewEnough = Number(process.versions.node.split('.')[0]) >= 20;
const { Client, StreamableHTTPClientTransport } = isNewEnough
  ? await import('@modelcontextprotocol/client') : {};
const withSecond = { skip: isNewEnough ? false : 'needs Node.js 20' };

let hub;
before(async () => { hub = await startLinkedHub(); });
after(() => hub?.stop());

const address = (more = '') => new URL(`${hub.url}/mcp${more}`);
const headers = (more = {}) => ({ Authorization: `Bearer ${hub.key}`, 'x-account-id': hub.account, ...more });

async function first(more = '', given = headers()) {
  const client = new FirstClient({ name: 'test', version: '1' });
  await client.connect(new FirstTransport(address(more), { requestInit: { headers: given } }));
  return client;
}

async function second(mode) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(address(), { requestInit: { headers: headers() } }));
  return client;
}

async function expectPersons(client) {
  const { tools } = await client.listTools();
  const tool = tools.find(({ name }) => name === 'personio_list_persons');
  assert.equal(tool.annotations.readOnlyHint, true);
  assert.equal(tool.inputSchema.type, 'object');
  const page = await client.callTool({ name: tool.name, arguments: { page_size: 2 } });
  assert.equal(page.isError, false);
  assert.equal(page.structuredContent.result.length, 2);
  assert.deepEqual(JSON.parse(page.content[0].text), page.structuredContent);
  const following = await client.callTool({
    name: tool.name, arguments: { cursor: page.structuredContent.next },
  });
  assert.notDeepEqual(following.structuredContent.result, page.structuredContent.result);
}

test('the first generation initializes, lists the tools and runs one, page by page', async () => {
  const client = await first();
  assert.equal(client.getServerVersion().name, 'patchbay');
  await expectPersons(client);
  await client.ping();
  await client.close();
});

test('the second generation needs no handshake', withSecond, async () => {
  const client = await second({ pin: '2026-07-28' });
  await expectPersons(client);
  await client.close();
});

test('the second generation finds out by itself what this server speaks', withSecond, async () => {
  const client = await second('auto');
  await expectPersons(client);
  await client.close();
});

test('each tool says what harm it may do, as the manifest does', async () => {
  const key = hub.command(['api-keys', 'create', '--name', 'admin', '--scopes', 'accounts actions admin'])
    .stdout.match(/pb_\S+/)[0];
  const as = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  const { data: [integration] } = await (await fetch(`${hub.url}/integrations`, { headers: as })).json();
  const { data: [connector] } = await (await fetch(
    `${hub.url}/actions?include=operation_details&filter[connectors]=personio`, { headers: as })).json();
  const allow = async (actions) => assert.equal((await fetch(`${hub.url}/integrations/${integration.id}`, {
    method: 'PATCH', headers: as, body: JSON.stringify({ allowed_actions: actions }),
  })).status, 200);
  await allow(connector.actions.map(({ id }) => id));
  const client = await first();
  const { tools } = await client.listTools();
  const kinds = new Set();
  for (const { id, operation_details: known } of connector.actions) {
    const told = tools.find(({ name }) => name === id)?.annotations;
    if (told === undefined) continue; // it needs a field that this account left empty
    assert.equal(told.readOnlyHint, known.read_only, id);
    assert.equal(told.destructiveHint, known.read_only ? undefined : known.destructive, id);
    assert.equal(told.idempotentHint, known.read_only ? undefined : known.idempotent, id);
    kinds.add(`${told.readOnlyHint} ${told.destructiveHint} ${told.idempotentHint}`);
  }
  assert.ok(kinds.size >= 4, [...kinds].join(', '));
  await client.close();
  await allow(null);
});

test('two tools find an action and run it', async () => {
  const client = await first('?tool-mode=search_execute');
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(({ name }) => name), ['personio_search_actions', 'personio_execute_action']);
  for (const query of ['list all employees', 'alle Mitarbeiter anzeigen']) {
    const found = await client.callTool({ name: tools[0].name, arguments: { query } });
    assert.equal(found.structuredContent.actions[0].action_id, 'personio_list_persons', query);
  }
  const run = await client.callTool({
    name: tools[1].name, arguments: { action_id: 'personio_list_persons', query: { page_size: 1 } },
  });
  assert.equal(run.structuredContent.result.length, 1);
  for (const more of [{ topk: 3 }, { top_k: 'many' }, { other: 1 }]) {
    const wrong = await client.callTool({ name: tools[0].name, arguments: { query: 'list', ...more } });
    assert.equal(wrong.structuredContent.code, 'invalid_input', JSON.stringify(more));
  }
  const unknown = await client.callTool({ name: tools[1].name, arguments: { action_id: 'personio_none' } });
  assert.equal(unknown.isError, true);
  assert.match(unknown.structuredContent.message, /personio_search_actions/);
  await client.close();
});

test('what is wrong with the input is the result of the tool', async () => {
  const client = await first();
  const wrong = await client.callTool({ name: 'personio_list_persons', arguments: { page_size: 'many' } });
  assert.equal(wrong.isError, true);
  assert.equal(wrong.structuredContent.code, 'invalid_input');
  assert.equal(wrong.structuredContent.problems[0].pointer, '/page_size');
  await assert.rejects(client.callTool({ name: 'personio_none', arguments: {} }), { code: -32602 });
  await client.close();
});

test('what the provider refuses is told to the agent', async () => {
  await hub.sandbox.fault({ route: 'GET /v2/persons', kind: 'status', status: 500, times: 9 });
  const client = await first();
  const failed = await client.callTool({ name: 'personio_list_persons', arguments: {} });
  assert.equal(failed.isError, true);
  assert.equal(failed.structuredContent.status_code, 502);
  await hub.sandbox.heal();
  await client.close();
});

test('no key, no account, somebody else\'s account: refused before anything is said', async () => {
  await assert.rejects(first('', headers({ Authorization: 'Bearer pb_wrong' })));
  await assert.rejects(first('', { Authorization: `Bearer ${hub.key}` }));
  await assert.rejects(first('', headers({ 'x-account-id': 'acc_none' })));
  const byQuery = await first(`?x-account-id=${hub.account}`, { Authorization: `Bearer ${hub.key}` });
  assert.ok((await byQuery.listTools()).tools.length > 0);
  await byQuery.close();
});

// What no well-behaved client sends.
async function raw(body, more = {}) {
  const reply = await fetch(address(), {
    method: 'POST',
    headers: { ...headers(), 'Content-Type': 'application/json', ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await reply.text();
  return { status: reply.status, body: text === '' ? null : JSON.parse(text) };
}
const listing = (more = {}) => ({ jsonrpc: '2.0', id: 1, method: 'tools/list', ...more });
const meta = (version = '2026-07-28') => ({
  _meta: {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  },
});

test('a page of a foreign origin is refused', async () => {
  assert.equal((await raw(listing(), { Origin: 'https://evil.example' })).status, 403);
});

test('messages that are none are told from each other', async () => {
  for (const [body, status, code] of [
    ['{', 400, -32700], ['7', 400, -32600], [{ id: 1, method: 'ping' }, 400, -32600],
    [[], 400, -32600], [{ jsonrpc: '2.0', id: {}, method: 'ping' }, 400, -32600],
    [listing({ method: 'nothing/here' }), 200, -32601],
    [listing({ method: 'tools/call', params: { name: 'none' } }), 200, -32602],
  ]) {
    const reply = await raw(body);
    assert.equal(reply.status, status, JSON.stringify(body));
    assert.equal(reply.body.error.code, code, JSON.stringify(body));
  }
  assert.deepEqual(await raw({ jsonrpc: '2.0', method: 'notifications/initialized' }), { status: 202, body: null });
  assert.deepEqual(await raw({ jsonrpc: '2.0', id: 1, result: {} }), { status: 202, body: null });
  const batch = await raw([listing({ id: 'a' }), { jsonrpc: '2.0', method: 'notifications/x' }, listing({ id: 0 })]);
  assert.deepEqual(batch.body.map(({ id }) => id), ['a', 0]);
  assert.equal((await fetch(address(), { headers: headers() })).status, 405);
});

test('a revision nobody speaks is not echoed', async () => {
  const asked = await raw(listing({
    method: 'initialize',
    params: { protocolVersion: '2031-01-01', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  }));
  assert.equal(asked.body.result.protocolVersion, '2025-11-25');
  assert.equal((await raw(listing(), { 'MCP-Protocol-Version': '1999-01-01' })).status, 400);
});

test('a stateless request says everything twice, and the same both times', async () => {
  const right = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' };
  const good = await raw(listing({ params: meta() }), right);
  assert.equal(good.status, 200);
  assert.equal(good.body.result.resultType, 'complete');
  assert.equal(good.body.result.cacheScope, 'private');
  for (const [body, fields, status, code] of [
    [listing({ params: meta() }), { ...right, 'Mcp-Method': 'tools/call' }, 400, -32020],
    [listing({ params: meta() }), { 'MCP-Protocol-Version': '2026-07-28' }, 400, -32020],
    [listing({ params: meta() }), { 'Mcp-Method': 'tools/list' }, 400, -32020],
    [listing({ params: meta('2099-01-01') }), { ...right, 'MCP-Protocol-Version': '2099-01-01' }, 400, -32022],
    [listing(), right, 400, -32602],
    [listing({ method: 'ping', params: meta() }), { ...right, 'Mcp-Method': 'ping' }, 404, -32601],
    [listing({ method: 'tools/call', params: { name: 'x', ...meta() } }),
      { ...right, 'Mcp-Method': 'tools/call', 'Mcp-Name': 'y' }, 400, -32020],
  ]) {
    const reply = await raw(body, fields);
    assert.equal(reply.status, status, JSON.stringify([body, fields]));
    assert.equal(reply.body.error.code, code);
    assert.equal(reply.body.id, 1);
  }
});
