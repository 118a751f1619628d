// Webhooks as somebody receives them: a real HTTPS server, and the library of the Standard Webhooks
// project to check what comes.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { startLinkedHub } from './linked_hub.mjs';

const kHost = 'hooks.example.com';

// Answers with `status`; keeps what came.
class Receiver {
  static async start() {
    const receiver = new Receiver();
    receiver.folder = mkdtempSync(join(tmpdir(), 'patchbay-hooks-'));
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(receiver.folder, name));
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', `/CN=${kHost}`, '-addext', `subjectAltName=DNS:${kHost}`, '-keyout', key, '-out', certificate,
    ], { stdio: 'ignore' });
    receiver.status = 204;
    receiver.messages = [];
    receiver.server = https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, reply) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (piece) => { body += piece; });
      request.on('end', () => {
        receiver.messages.push({ headers: request.headers, body, status: receiver.status });
        reply.writeHead(receiver.status).end();
      });
    });
    await new Promise((done) => { receiver.server.listen(0, '127.0.0.1', done); });
    receiver.readyFile = join(receiver.folder, 'ready.json');
    writeFileSync(receiver.readyFile, JSON.stringify({
      hosts: [kHost], address: '127.0.0.1', port: receiver.server.address().port, ca_file: certificate,
    }));
    return receiver;
  }

  get taken() { return this.messages.filter(({ status }) => status < 300); }

  stop() {
    this.server.closeAllConnections?.();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let receiver;
let hub;
let webhook;
before(async () => {
  receiver = await Receiver.start();
  hub = await startLinkedHub({ options: ['--sandbox', receiver.readyFile], scopes: 'accounts actions admin' });
  const made = await hub.api('POST', '/webhooks', { url: `https://${kHost}/patchbay`, description: 'the app' });
  assert.equal(made.status, 201);
  webhook = made.body;
});
after(async () => {
  await hub?.stop();
  receiver?.stop();
});

const taken = (count) => hub.until(() => receiver.taken.length >= count, `${count} messages`);

test('a test message arrives, and the standard\'s own library takes its signature', async () => {
  const sent = await hub.api('POST', `/webhooks/${webhook.id}/test`);
  assert.equal(sent.status, 202);
  await taken(1);
  const { headers, body } = receiver.taken[0];
  const message = new Webhook(webhook.secret).verify(body, headers);
  assert.equal(message.event, 'webhook.test');
  assert.equal(message.id, headers['webhook-id']);
  assert.throws(() => new Webhook(webhook.secret).verify(body.replace('test', 'tost'), headers));
  assert.equal(
    headers['x-stackone-signature'],
    createHmac('sha256', webhook.secret).update(body).digest('base64url'),
  );
});

test('what happens to accounts arrives in order, across refusals and another start of the hub', async () => {
  const before = receiver.taken.length;
  receiver.status = 503;
  const account = await hub.link('tenant-7');
  await hub.until(() => receiver.messages.some(({ status }) => status === 503), 'a refused message');
  await hub.api('POST', `/accounts/${account}/suspend`);
  await hub.api('POST', `/accounts/${account}/resume`);
  await hub.restart();
  receiver.status = 200;
  await hub.api('PATCH', `/webhooks/${webhook.id}`, { active: true }); // tries again at once
  await taken(before + 3);
  const seen = receiver.taken.slice(before).map(({ headers, body }) => new Webhook(webhook.secret).verify(body, headers));
  assert.deepEqual(seen.map(({ event }) => event), ['account.created', 'account.suspended', 'account.resumed']);
  for (const message of seen) {
    assert.equal(message.account_id, account);
    assert.equal(message.provider, 'personio');
    assert.equal(message.origin_owner_id, 'tenant-7');
  }
  const { body: { data } } = await hub.api('GET', `/webhooks/${webhook.id}/deliveries`);
  assert.deepEqual(data.slice(0, 3).map(({ state }) => state), ['delivered', 'delivered', 'delivered']);
  const refused = receiver.messages.filter(({ status }) => status === 503);
  assert.equal(refused[0].headers['webhook-id'], seen[0].id);
});

test('an account in error is told of with a link that opens', async () => {
  const before = receiver.taken.length;
  await hub.sandbox.control('DELETE', `/integrations/${hub.sandbox.credentials(0).client_id}`);
  hub.command(['accounts', 'refresh', hub.account, '--sandbox', hub.sandbox.readyFile]);
  await taken(before + 1);
  const message = JSON.parse(receiver.taken[before].body);
  assert.equal(message.event, 'account.error');
  assert.ok(message.reason_text.length > 0);
  const page = await fetch(message.reconnect_url, { redirect: 'manual' });
  assert.equal(page.status, 303);
  assert.ok(!hub.log.includes(message.reconnect_url.split('/').at(-1)), 'the link is in no log');
});
