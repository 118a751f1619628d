// An application as our users have one: a page of another origin that holds StackOne's published
// connect component (@stackone/hub, as npm has it), and a server with an API key.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { visitor } from './browser.mjs';

const bundle = readFileSync(createRequire(import.meta.url).resolve('@stackone/hub/webcomponent'));
const page = `<!doctype html><meta charset="utf-8"><title>An application</title>
<script src="/component.js"></script><main></main>`;

export class Application {
  // Listens; the hub is started with this origin, and then given to use().
  static async start() {
    const server = http.createServer((request, reply) => {
      const script = request.url === '/component.js';
      reply.writeHead(200, { 'Content-Type': script ? 'text/javascript; charset=utf-8' : 'text/html' });
      reply.end(script ? bundle : page);
    });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    return new Application(server);
  }

  constructor(server) {
    this.server = server;
    this.url = `http://127.0.0.1:${server.address().port}`;
  }

  use(hub) {
    this.hub = hub;
    this.key = hub.command(['api-keys', 'create', '--name', 'application']).stdout.match(/pb_\S+/)[0];
  }

  close() { this.server.close(); }

  async api(method, path, body) {
    const reply = await fetch(`${this.hub.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: reply.status, body: await reply.json() };
  }

  async session(more = {}) {
    const made = await this.api('POST', '/connect_sessions', {
      origin_owner_id: 'tenant-1', origin_owner_name: 'Nordwind GmbH', ...more,
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return made.body.token;
  }

  // The component in the application's page; what it fires is kept in window.fired.
  async mount(browser, token, attributes = {}, options = {}) {
    const visit = await visitor(browser, options);
    visit.requests = [];
    visit.context().on('request', (request) => visit.requests.push(request));
    await visit.goto(this.url);
    await visit.evaluate(([url, given, more]) => {
      const element = document.createElement('stackone-hub');
      for (const [name, value] of Object.entries({ token: given, 'base-url': url, ...more }))
        element.setAttribute(name, value);
      window.fired = [];
      for (const name of ['success', 'close'])
        element.addEventListener(name, (event) => window.fired.push([name, event.detail]));
      document.querySelector('main').append(element);
    }, [this.hub.url, token, attributes]);
    return visit;
  }
}

export async function press(visit) {
  await visit.getByRole('button', { name: 'Connect', exact: true }).click();
}

export async function successOf(visit) {
  await visit.getByText('Connection Successful').waitFor();
  const fired = await visit.evaluate(() => window.fired);
  assert.equal(fired.length, 1);
  assert.equal(fired[0][0], 'success');
  return fired[0][1];
}
