// An authorization server that nobody here wrote, certified by the OpenID Foundation: the npm package
// oidc-provider, over TLS on loopback, under a name of its own. Its people sign in on its own pages,
// with any name. PKCE with S256 is required of every client, refresh tokens rotate (a spent one that
// is presented again ends the whole grant), and answers name the issuer (RFC 9207).
//
// What goes over its wire is counted, can be slowed down, and what it issued is remembered.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Provider from 'oidc-provider';

const jwk = (type, options, use) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), use,
});
const kKeys = [jwk('rsa', { modulusLength: 2048 }, 'sig'), jwk('ec', { namedCurve: 'P-256' }, 'sig')];

// Asks for introspection, and is no client of the hub.
const kAuditor = { client_id: 'auditor', client_secret: 'auditor-secret' };

// What `/v1/people` answers to whoever has a token.
const kPeople = { people: [{ id: '1', name: 'Ada' }, { id: '2', name: 'Grace' }] };

// What one server knows. (The package's own memory is shared by all servers of a process.)
function memory() {
  const kept = new Map();
  return class {
    constructor(model) { this.model = model; }

    async upsert(id, payload, seconds = Infinity) {
      kept.set(`${this.model}:${id}`, { payload, ends: Date.now() + seconds * 1000 });
    }

    async find(id) {
      const found = kept.get(`${this.model}:${id}`);
      return found && Date.now() < found.ends ? found.payload : undefined;
    }

    async findByUid(uid) {
      const found = [...kept].find(([key, { payload }]) => key.startsWith(`${this.model}:`) && payload.uid === uid);
      return found && this.find(found[0].slice(this.model.length + 1));
    }

    async consume(id) { (await this.find(id)).consumed = Math.floor(Date.now() / 1000); }

    async destroy(id) { kept.delete(`${this.model}:${id}`); }

    async revokeByGrantId(grant) {
      for (const [key, { payload }] of kept)
        if (key.startsWith(`${this.model}:`) && payload.grantId === grant) kept.delete(key);
    }
  };
}

export class AuthorizationServer {
  // Listens as `host`; answers once serve() was called.
  static async start(host) {
    const server = new AuthorizationServer();
    server.host = host;
    server.issuer = `https://${host}`;
    server.folder = mkdtempSync(join(tmpdir(), 'patchbay-issuer-'));
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(server.folder, name));
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', certificate,
    ], { stdio: 'ignore' });
    server.ca = readFileSync(certificate);
    server.listener = https.createServer({ key: readFileSync(key), cert: server.ca }, (request, reply) => {
      server.handler(request, reply);
    });
    await new Promise((done) => { server.listener.listen(0, '127.0.0.1', done); });
    server.port = server.listener.address().port;
    server.readyFile = join(server.folder, 'ready.json');
    writeFileSync(server.readyFile, JSON.stringify({
      hosts: [host], address: '127.0.0.1', port: server.port, ca_file: certificate,
    }));
    return server;
  }

  constructor() {
    this.calls = []; // {path, grant, status, error}
    this.delays = new Map(); // path: how long an answer is held back, ms, when all is done
    this.accessTokenSeconds = 600;
    this.interactionSeconds = 3600; // how long a sign-in page may be left open
    this.namesItself = true; // as `iss`
    this.tokens = []; // {kind, value}, in the order they were issued
    this.secrets = new Set(); // codes, verifiers, id tokens
    this.endedGrants = []; // {id, path}: by what they were ended
    this.handler = (request, reply) => reply.writeHead(503).end();
  }

  // `clients` as the package takes them, but for what all have in common.
  serve(clients, redirectUri) {
    const provider = new Provider(this.issuer, {
      adapter: memory(),
      clients: [
        ...clients.map((client) => ({
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
          ...client,
        })),
        { ...kAuditor, redirect_uris: [], response_types: [], grant_types: [] },
      ],
      cookies: { keys: ['a key for cookies'] },
      features: {
        introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === kAuditor.client_id },
        revocation: { enabled: true },
      },
      issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
      jwks: { keys: kKeys },
      pkce: { methods: ['S256'], required: () => true },
      rotateRefreshToken: ({ oidc }) => oidc.client.clientId !== 'lasting',
      scopes: ['openid', 'offline_access', 'people.read'],
      ttl: {
        AccessToken: () => this.accessTokenSeconds,
        Interaction: () => this.interactionSeconds,
        RefreshToken: 3600,
        Session: 3600,
        Grant: 3600,
        IdToken: 3600,
      },
    });
    this.provider = provider;
    for (const kind of ['access_token', 'refresh_token', 'authorization_code'])
      provider.on(`${kind}.saved`, (token) => this.remember(kind, token));
    provider.on('grant.revoked', (ctx, id) => this.endedGrants.push({ id, path: ctx.path }));
    provider.use((ctx, next) => this.watch(ctx, next));
    this.handler = provider.callback();
  }

  remember(kind, { jti, grantId }) {
    if (!this.tokens.some(({ value }) => value === jti)) this.tokens.push({ kind, value: jti, grantId });
  }

  async watch(ctx, next) {
    if (ctx.path === '/v1/people') await this.people(ctx);
    else await next();
    const { params = {} } = ctx.oidc ?? {};
    const entry = {
      path: ctx.path,
      grant: params.grant_type,
      token: params.refresh_token,
      client: ctx.oidc?.client?.clientId,
      status: ctx.status,
      error: ctx.body?.error,
    };
    this.calls.push(entry);
    if (params.code_verifier) this.secrets.add(params.code_verifier);
    if (ctx.body?.id_token) this.secrets.add(ctx.body.id_token);
    this.change(ctx);
    const delay = this.delays.get(ctx.path);
    if (delay) await new Promise((done) => { setTimeout(done, delay); });
  }

  // Servers that do not name themselves exist; this one can be made one.
  change(ctx) {
    if (this.namesItself || !ctx.response.get('Location')) return;
    const url = new URL(ctx.response.get('Location'), this.issuer);
    if (!url.searchParams.has('iss')) return;
    url.searchParams.delete('iss');
    ctx.set('Location', url.href);
  }

  async people(ctx) {
    const [, value] = /^Bearer (\S+)$/.exec(ctx.get('Authorization')) ?? [];
    const token = value && await this.provider.AccessToken.find(value);
    ctx.status = token ? 200 : 401;
    ctx.body = token ? kPeople : { error: 'invalid_token' };
  }

  // Token requests with this grant_type.
  asked(grant) { return this.calls.filter((call) => call.path === '/token' && call.grant === grant); }

  // How often each refresh token was presented.
  presentations() {
    const counts = new Map();
    for (const { token } of this.asked('refresh_token')) counts.set(token, (counts.get(token) ?? 0) + 1);
    return counts;
  }

  // Of a kind, newest last.
  issued(kind) { return this.tokens.filter((token) => token.kind === kind).map(({ value }) => value); }

  // Grants that were ended because something was presented twice.
  get reuses() { return this.endedGrants.filter(({ path }) => path === '/token'); }

  // As a client with this id and secret, over the wire: {status, body}.
  async request(path, parameters, { id, secret } = { id: kAuditor.client_id, secret: kAuditor.client_secret }) {
    const body = new URLSearchParams(parameters).toString();
    const coded = [id, secret].map((text) => encodeURIComponent(text)).join(':');
    return new Promise((done, fail) => {
      const request = https.request({
        host: '127.0.0.1', port: this.port, path, method: 'POST', ca: this.ca, servername: this.host, agent: false,
        headers: {
          Host: this.host,
          Authorization: `Basic ${Buffer.from(coded).toString('base64')}`,
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(body),
        },
      }, (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (piece) => { text += piece; });
        reply.on('end', () => done({ status: reply.statusCode, body: text === '' ? null : JSON.parse(text) }));
      });
      request.on('error', fail);
      request.end(body);
    });
  }

  // RFC 7662.
  async isActive(token) {
    const { status, body } = await this.request('/token/introspection', { token });
    if (status !== 200) throw new Error(`introspection: ${status} ${JSON.stringify(body)}`);
    return body.active;
  }

  stop() {
    this.listener.closeAllConnections?.();
    this.listener.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
