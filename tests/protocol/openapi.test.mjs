// The API's description as the hub serves it: by the rules of Redocly's linter, whose command line
// (@redocly/cli) is this engine with a documentation renderer of 200 MB around it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { startHub } from '../browser/start_hub.mjs';

let hub;
before(async () => { hub = await startHub(); });
after(() => hub?.stop());

async function complaints(document) {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: { 'no-invalid-parameter-examples': 'error', 'no-invalid-schema-examples': 'error' },
  });
  const found = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
  return found.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
}

const served = async () => (await fetch(`${hub.url}/openapi.json`)).json();

test('the linter has nothing to say', async () => {
  assert.deepEqual(await complaints(await served()), []);
});

test('the linter has something to say about a description that is wrong', async () => {
  const document = await served();
  document.paths['/connect_sessions'].post.requestBody.content['application/json'].example.expires_in = 'soon';
  delete document.paths['/accounts'].get.operationId;
  document.paths['/accounts/{id}'].parameters = [];
  assert.ok((await complaints(document)).length >= 3);
});

test('it is for everybody, and is asked for again by its tag', async () => {
  const first = await fetch(`${hub.url}/openapi.json`);
  assert.equal(first.headers.get('cache-control'), 'no-cache');
  const again = await fetch(`${hub.url}/openapi.json`, { headers: { 'If-None-Match': first.headers.get('etag') } });
  assert.deepEqual([again.status, await again.text()], [304, '']);
});

test('an address or a method that is not described is answered in the shape of its path', async () => {
  for (const [method, path, status, type] of [
    ['GET', '/accounts/a/b/c', 404, 'application/json'],
    ['PUT', '/accounts', 405, 'application/json'],
    ['GET', '/mcp', 405, 'application/problem+json'],
    ['POST', '/openapi.json', 405, 'application/problem+json'],
    ['GET', '/nowhere', 404, 'text/html; charset=utf-8'],
  ]) {
    const reply = await fetch(`${hub.url}${path}`, { method });
    assert.deepEqual([reply.status, reply.headers.get('content-type')], [status, type], `${method} ${path}`);
    if (type !== 'text/html; charset=utf-8') {
      const { code } = await reply.json();
      assert.equal(code, status === 404 ? 'route_unknown' : 'method_not_allowed');
    }
    if (status === 405) assert.ok(reply.headers.get('allow'));
  }
});

test('a body above the limit is answered with its code', async () => {
  const reply = await fetch(`${hub.url}/actions/search`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${hub.key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: 'x'.repeat(1_500_000) }),
  });
  assert.equal(reply.status, 413);
  assert.equal((await reply.json()).code, 'too_large');
});

test('answers that are not as described are noticed', () => {
  const problems = (answer) => hub.described.problemsOf({
    method: 'GET', path: '/healthz', status: 200, type: 'application/json', text: '{"status":"ok"}', ...answer,
  });
  assert.deepEqual(problems({}), []);
  for (const wrong of [
    { text: '{"status":"ok","more":1}' }, { text: '{}' }, { text: '{' }, { status: 418 }, { type: 'text/html' },
    { path: '/nowhere' }, { path: '/accounts', text: '[{}]' },
  ]) assert.equal(problems(wrong).length > 0, true, JSON.stringify(wrong));
  assert.ok(hub.described.checked > 5, 'fetch() is watched');
});
