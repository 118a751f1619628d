// Somebody with a browser, as far as sign-in pages need one: cookies by host and path, redirects,
// forms. No scripts. Names lead to where the test says.
import http from 'node:http';
import https from 'node:https';

const kMostRedirects = 10;

const decoded = (text) => text.replaceAll('&#x2F;', '/').replaceAll('&quot;', '"').replaceAll('&#39;', "'")
  .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found && decoded(found[1]);
};

// The form in `page` whose tag holds `mark`: {action, fields}, with what is hidden in it.
export function formIn(page, mark = '<form') {
  const from = page.split('<form').slice(1).map((rest) => `<form${rest}`).find((rest) => rest.split('</form>')[0].includes(mark));
  if (!from) throw new Error(`no form with ${mark} in: ${page.slice(0, 2000)}`);
  const form = from.split('</form>')[0];
  const fields = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g))
    if (attribute(tag, 'type') === 'hidden') fields[attribute(tag, 'name')] = attribute(tag, 'value');
  return { action: attribute(form.slice(0, form.indexOf('>') + 1), 'action'), fields };
}

// What a person reads of a page.
export const textOf = (page) => decoded(page.replace(/<(script|style)[^]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' '))
  .replace(/\s+/g, ' ');

export class Person {
  // `servers`: AuthorizationServer, each for its host.
  constructor(servers) {
    this.servers = new Map(servers.map((server) => [server.host, server]));
    this.cookies = [];
  }

  // One request: {status, url, location, text}.
  async ask(url, form) {
    const at = new URL(url);
    const server = this.servers.get(at.hostname);
    const body = form && new URLSearchParams(form).toString();
    const headers = { Host: at.host, Cookie: this.cookiesFor(at), 'Accept-Language': 'en' };
    if (form) {
      headers.Origin = at.origin;
      headers['Content-Type'] = 'application/x-www-form-urlencoded';
      headers['Content-Length'] = Buffer.byteLength(body);
    }
    const [module, place] = server
      ? [https, { host: '127.0.0.1', port: server.port, servername: server.host, ca: server.ca }]
      : [http, { host: '127.0.0.1', port: at.port }];
    return new Promise((done, fail) => {
      const request = module.request({
        ...place, path: at.pathname + at.search, method: form ? 'POST' : 'GET', headers, agent: false,
      }, (reply) => {
        this.keep(at, reply.headers['set-cookie'] ?? []);
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (piece) => { text += piece; });
        reply.on('end', () => done({
          status: reply.statusCode,
          url: at.href,
          location: reply.headers.location && new URL(reply.headers.location, at).href,
          text,
        }));
      });
      request.on('error', fail);
      request.end(body);
    });
  }

  cookiesFor({ host, pathname }) {
    return this.cookies.filter((cookie) => cookie.host === host && pathname.startsWith(cookie.path))
      .map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  keep({ host }, lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(/;\s*/);
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
      const over = attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=Thu, 01 Jan 1970/i.test(one));
      this.cookies = this.cookies.filter((one) => !(one.host === host && one.name === name && one.path === path));
      if (!over) this.cookies.push({ host, name, value, path });
    }
  }

  // Follows redirects as long as they lead to the same origin: a page, or where it leads away to.
  async go(url, form) {
    let reply = await this.ask(url, form);
    for (let i = 0; reply.location && i < kMostRedirects; ++i) {
      if (new URL(reply.location).origin !== new URL(reply.url).origin) return reply;
      reply = await this.ask(reply.location);
    }
    return reply;
  }

  // At the provider's page: signs in and allows what is asked for, unless `declines`. The address
  // that the person is sent back to, not visited yet.
  async signIn(url, { declines = false } = {}) {
    let page = await this.go(url);
    if (page.location) return page.location; // nobody was asked
    if (declines) return (await this.go(new URL(/href="([^"]*\/abort)"/.exec(page.text)[1], page.url).href)).location;
    for (let i = 0; i < 2 && !page.location; ++i) {
      const form = formIn(page.text);
      const typed = form.fields.prompt === 'login' ? { login: 'ada', password: 'anything' } : {};
      page = await this.go(new URL(form.action, page.url).href, { ...form.fields, ...typed });
    }
    if (!page.location) throw new Error(`still there: ${page.status} ${textOf(page.text)}`);
    return page.location;
  }
}
