// A hub of its own for one test file: temporary data and connectors folders, the Personio sandbox
// beside it, real processes, any free ports. Ended with stop(), which fails when an answer of its API
// was not as described.
//
// PATCHBAY_BUILD names the build folder (default: build/release of this checkout).
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { setDefaultResultOrder } from 'node:dns';
import {
  chmodSync, closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync,
  readdirSync, renameSync, rmSync, writeFileSync, writeSync,
} from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watch } from './described_api.mjs';

// Hubs listen on 127.0.0.1; where localhost is ::1 as well, Node 18 tries only the first of them.
setDefaultResultOrder('ipv4first');

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const build = resolve(process.env.PATCHBAY_BUILD ?? join(root, 'build/release'));
const kPatience = 20_000;

async function readyFile(path, child, name) {
  const end = Date.now() + kPatience;
  while (!existsSync(path)) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    if (Date.now() > end) throw new Error(`${name} is not ready after ${kPatience} ms`);
    await new Promise((done) => { setTimeout(done, 20); });
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}

function run(program, args) {
  const child = spawn(join(build, 'bin', program), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { child.output += text; });
  }
  return child;
}

function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => { child.once('exit', done); });
}

function childrenOf(list) {
  try {
    return readFileSync(list, 'utf8').split(' ').filter(Boolean);
  } catch {
    return []; // the thread has ended meanwhile
  }
}

function pinned() {
  const bytes = readFileSync(join(build, 'connectors/personio.so'));
  return ['--pin-connector', createHash('sha256').update(bytes).digest('hex')];
}

// The sandbox, and what tests may ask of it (plugin_api/sandbox/README.md, "Control").
class Sandbox {
  constructor(child, ready, readyPath) {
    this.child = child;
    this.ready = ready;
    this.readyFile = readyPath;
    this.ca = readFileSync(ready.ca_file);
  }

  // The nth of the credentials it was born with: 0 everything, 1 Employees read only, 2 no Employees.
  credentials(index) {
    return this.ready.credentials[index].fields;
  }

  control(method, path, body) {
    return new Promise((done, fail) => {
      const request = https.request(`${this.ready.control_url}${path}`, {
        method, ca: this.ca, headers: { 'X-Sandbox-Token': this.ready.control_token },
      }, (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (piece) => { text += piece; });
        reply.on('end', () => {
          if (reply.statusCode >= 300) fail(new Error(`${method} ${path}: ${reply.statusCode} ${text}`));
          else done(text === '' ? null : JSON.parse(text));
        });
      });
      request.on('error', fail);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  fault(fault) { return this.control('POST', '/faults', fault); }

  heal() { return this.control('DELETE', '/faults'); }

  stop() {
    this.child.kill('SIGTERM');
    return ended(this.child);
  }
}

// `state`: an empty folder.
export async function startSandbox(program, state) {
  const ready = join(state, 'ready.json');
  const child = run(program, ['--state', state, '--port', '0', '--ready-file', ready]);
  return new Sandbox(child, await readyFile(ready, child, program), ready);
}

class Hub {
  constructor(folder, sandbox, options) {
    this.folder = folder;
    this.sandbox = sandbox;
    this.options = options;
    this.data = join(folder, 'data');
    this.connectors = join(folder, 'connectors');
  }

  async start() {
    const readyPath = join(this.data, 'ready.json');
    rmSync(readyPath, { force: true });
    this.child = run('patchbay', [
      'serve', '--data', this.data, '--connectors', this.connectors, '--port', '0',
      '--ready-file', readyPath, '--sandbox', this.sandbox.readyFile, ...this.options,
    ]);
    const ready = await readyFile(readyPath, this.child, 'the hub');
    this.url = ready.url;
    this.described = watch(ready.url, build, this.described);
    this.signinUrl = ready.signin_url;
  }

  // Another process on the same data; another port, too.
  async restart() {
    this.child.kill('SIGTERM');
    await ended(this.child);
    await this.start();
  }

  get log() { return this.child.output; }

  // Processes that the hub has started: its connectors' workers.
  get workers() {
    const { pid } = this.child;
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => childrenOf(`/proc/${pid}/task/${thread}/children`)).map(Number);
  }

  // `patchbay COMMAND...` beside the running hub: {status, stdout, stderr}.
  command(args, options = {}) {
    const [name, verb, ...rest] = args;
    return spawnSync(join(build, 'bin/patchbay'), [
      name, verb, '--data', this.data, '--connectors', this.connectors, ...rest,
    ], { encoding: 'utf8', input: '', ...options });
  }

  // Another one-time link, as an operator gets it.
  freshSigninUrl(role = 'admin') {
    return execFileSync(join(build, 'bin/patchbay'), [
      'signin', '--data', this.data, '--public-url', this.url, '--role', role,
    ], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  }

  // Under another name first, as careful people do.
  dropConnector(name = 'personio.so', from = join(build, 'connectors/personio.so')) {
    copyFileSync(from, join(this.connectors, `.${name}`));
    renameSync(join(this.connectors, `.${name}`), join(this.connectors, name));
  }

  // The same with bytes instead of a file.
  dropBytes(name, bytes) {
    writeFileSync(join(this.connectors, `.${name}`), bytes, { mode: 0o644 });
    renameSync(join(this.connectors, `.${name}`), join(this.connectors, name));
  }

  removeConnector(name = 'personio.so') {
    rmSync(join(this.connectors, name));
  }

  // With one event of the audit log changed, as somebody who can write to the folder would.
  async withChangedAuditLog(step) {
    const folder = join(this.data, 'audit');
    const name = readdirSync(folder).filter((file) => file.endsWith('.jsonl'))
      .find((file) => readFileSync(join(folder, file), 'utf8').includes('operator.signed_in'));
    const path = join(folder, name);
    const change = (from, to) => {
      const bytes = readFileSync(path);
      bytes.write(to, bytes.indexOf(from)); // the same length, in place: the hub goes on writing
      const file = openSync(path, 'r+');
      writeSync(file, bytes, bytes.indexOf(to), to.length, bytes.indexOf(to));
      closeSync(file);
    };
    change('operator.signed_in', 'operator.signed_xx');
    await step();
    change('operator.signed_xx', 'operator.signed_in');
  }

  // A change in the store that nobody waits hours for.
  sql(statement) {
    const script = 'import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None).execute(sys.argv[2])';
    execFileSync('python3', ['-c', script, join(this.data, 'patchbay.db'), statement]);
  }

  // Asks until it is so.
  async until(condition, what) {
    const end = Date.now() + kPatience;
    while (!await condition()) {
      if (Date.now() > end) throw new Error(`not within ${kPatience} ms: ${what}`);
      await new Promise((done) => { setTimeout(done, 50); });
    }
  }

  async stop() {
    this.child.kill('SIGTERM');
    await ended(this.child);
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
    assert.deepEqual(this.described.problems, []);
  }
}

// `trust`: options that let connectors in without asking. As in host/run, the connector that was
// built here is pinned. `options`: further ones of `patchbay serve`.
export async function startHub({ withConnector = true, trust = pinned(), options = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-browser-'));
  const [state, data, connectors] = ['sandbox', 'data', 'connectors'].map((name) => join(folder, name));
  for (const path of [state, data, connectors]) {
    mkdirSync(path);
    chmodSync(path, 0o700);
  }
  const sandbox = await startSandbox('personio-sandbox', state);

  execFileSync(join(build, 'bin/patchbay'), ['key', 'create', join(data, 'key')], { stdio: 'ignore' });
  if (withConnector) copyFileSync(join(build, 'connectors/personio.so'), join(connectors, 'personio.so'));
  const hub = new Hub(folder, sandbox, [...trust, ...options]);
  await hub.start();
  return hub;
}
