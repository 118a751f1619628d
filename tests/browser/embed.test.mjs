// <patchbay-hub> in the pages of an application, which are the documented examples: another origin,
// plain HTML and React.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import {
  axeViolations, connect, expectNoComplaints, fillIn, launch, visitor,
} from './browser.mjs';
import { startHub } from './start_hub.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const examples = join(here, '../../docs/examples');

let hub;
let browser;
let key;
const servers = [];

// An application's server; its pages ask the hub once there is one.
async function application() {
  const reactPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>React</title>
<script type="module" src="https://hub.example.com/embed/patchbay-hub.js"></script>
<main id="root"></main><script type="module" src="/react.js"></script>`;
  const at = (page) => page.replaceAll('https://hub.example.com', hub.url);
  const server = http.createServer(async (request, reply) => {
    const [type, text] = await ({
      '/': () => ['text/html', at(readFileSync(join(examples, 'embed.html'), 'utf8'))],
      '/react': () => ['text/html', at(reactPage)],
      '/react.js': async () => ['text/javascript', await reactBundle()],
      '/connect-session': async () => ['application/json', JSON.stringify({ token: await session() })],
    }[request.url] ?? (() => ['text/plain', '']))();
    reply.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` });
    reply.end(text);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  servers.push(server);
  return `http://127.0.0.1:${server.address().port}`;
}

async function reactBundle() {
  const made = await bundle({
    stdin: {
      contents: `import { createElement } from 'react'; import { createRoot } from 'react-dom/client';
        import { ConnectPersonio } from ${JSON.stringify(join(examples, 'embed-react.jsx'))};
        createRoot(document.querySelector('#root')).render(createElement(ConnectPersonio, { language: 'de' }));`,
      resolveDir: here,
    },
    bundle: true, format: 'esm', write: false, jsx: 'automatic', nodePaths: [join(here, 'node_modules')],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return made.outputFiles[0].text;
}

async function session(more = {}) {
  const reply = await fetch(`${hub.url}/connect_sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      origin_owner_id: 'tenant-1', origin_owner_name: 'Nordwind GmbH', provider: 'personio', ...more,
    }),
  });
  assert.equal(reply.status, 201);
  return (await reply.json()).token;
}

let url;
before(async () => {
  url = await application();
  hub = await startHub({ options: ['--embed-origin', url] });
  key = hub.command(['api-keys', 'create', '--name', 'application']).stdout.match(/pb_\S+/)[0];
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hub?.stop();
  for (const server of servers) server.close();
});

test('the plain example links an account, and hears of it', async () => {
  const page = await visitor(browser);
  await page.goto(url);
  await page.getByRole('button', { name: 'Connect Personio' }).click();
  const frame = page.frameLocator('patchbay-hub iframe');
  await frame.getByRole('heading', { name: 'Connect Personio' }).waitFor();
  assert.equal(await frame.locator('.top').isVisible(), false, 'no second header');
  const button = frame.getByRole('button', { name: 'Connect', exact: true });
  // The application's colour comes by a message, and fades in.
  const color = () => button.evaluate((element) => getComputedStyle(element).backgroundColor);
  await hub.until(async () => await color() === 'rgb(75, 63, 196)', 'the button has the colour asked for');

  await fillIn(frame, { ...hub.sandbox.credentials(0), client_secret: 'papi-wrong' });
  await button.click();
  await page.getByText('Not connected: invalid_credentials').waitFor();
  await frame.locator('#failure').waitFor();
  await fillIn(frame, hub.sandbox.credentials(0));
  await button.click();
  await page.getByText(/^Connected: acc_/).waitFor();
  await frame.getByRole('heading', { name: 'Personio is connected' }).waitFor();
  assert.deepEqual(await axeViolations(page), []);
  assert.deepEqual(await page.context().cookies(url), [], 'nothing of the hub is kept for the application');
  expectNoComplaints(page);
  await page.context().close();
});

test('the React example does, too: dark, in German', async () => {
  const page = await visitor(browser);
  await page.goto(`${url}/react`);
  await page.getByRole('button', { name: 'Connect Personio' }).click();
  const frame = page.frameLocator('patchbay-hub iframe');
  await frame.getByRole('heading', { name: 'Personio verbinden' }).waitFor();
  assert.equal(await frame.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor), 'rgb(17, 22, 21)');
  await fillIn(frame, hub.sandbox.credentials(1));
  await frame.getByRole('button', { name: 'Verbinden', exact: true }).click();
  await page.getByText(/^Connected: acc_/).waitFor();
  expectNoComplaints(page);
  await page.context().close();
});

test('the connect link is passed on from within the frame, which hears what the colleague did', async () => {
  const page = await visitor(browser);
  await page.goto(url);
  await page.getByRole('button', { name: 'Connect Personio' }).click();
  const frame = page.frameLocator('patchbay-hub iframe');
  await frame.getByText('I am not the admin').click();
  await frame.getByRole('button', { name: 'Make a link for a colleague' }).click();
  await frame.getByRole('heading', { name: 'Waiting for your colleague' }).waitFor();
  assert.deepEqual(await axeViolations(page), []);
  const link = await frame.getByLabel('Link for your colleague').inputValue();
  assert.match(link, /\/connect\/[\w-]{43}$/);

  const colleague = await visitor(browser);
  await colleague.goto(link);
  await colleague.getByRole('heading', { name: 'Connect Personio' }).waitFor();
  await connect(colleague, hub.sandbox.credentials(0));
  await colleague.locator('dialog[open]').waitFor();

  await frame.getByRole('heading', { name: 'Your colleague has connected Personio' }).waitFor();
  await page.getByText(/^Connected: acc_/).waitFor();
  assert.deepEqual(await axeViolations(page), []);
  expectNoComplaints(page);
  expectNoComplaints(colleague);
  await colleague.context().close();
  await page.context().close();
});

test('a link taken back in the frame shows the form there again', async () => {
  const page = await visitor(browser);
  await page.goto(url);
  await page.getByRole('button', { name: 'Connect Personio' }).click();
  const frame = page.frameLocator('patchbay-hub iframe');
  await frame.getByText('I am not the admin').click();
  await frame.getByRole('button', { name: 'Make a link for a colleague' }).click();
  const link = await frame.getByLabel('Link for your colleague').inputValue();
  await frame.getByRole('button', { name: 'Take the link back' }).click();
  await frame.getByRole('heading', { name: 'Connect Personio' }).waitFor();
  const colleague = await visitor(browser);
  await colleague.goto(link);
  await colleague.getByRole('heading', { name: 'This link was taken back' }).waitFor();
  await colleague.context().close();
  await page.context().close();
});

test('a link that is over is told, and shows why', async () => {
  const page = await visitor(browser);
  await page.goto(url);
  const over = page.evaluate(() => new Promise((done) => {
    const element = document.createElement('patchbay-hub');
    element.addEventListener('unavailable', ({ detail }) => done(detail.code));
    element.setAttribute('token', 'x'.repeat(43));
    document.body.append(element);
  }));
  assert.equal(await over, 'link_unknown');
  await page.frameLocator('patchbay-hub iframe').getByRole('heading', { name: 'This link is not valid' }).waitFor();
  await page.context().close();
});

test('an origin that was not named frames nothing, and no other page is framed', async () => {
  const stranger = await visitor(browser);
  await stranger.goto(await application());
  await stranger.getByRole('button', { name: 'Connect Personio' }).click();
  await stranger.locator('patchbay-hub iframe').waitFor();
  await hub.until(() => stranger.complaints.some((text) => /frame-ancestors/.test(text)), 'the browser refuses');
  assert.equal(await stranger.frameLocator('patchbay-hub iframe').locator('form').count(), 0);
  await stranger.context().close();

  const page = await visitor(browser);
  await page.goto(url);
  for (const path of ['/signin', '/app/connectors', '/manage']) {
    page.complaints.length = 0;
    await page.evaluate((address) => {
      const frame = document.createElement('iframe');
      frame.src = address;
      document.body.append(frame);
    }, `${hub.url}${path}`);
    await hub.until(() => page.complaints.some((text) => /frame-ancestors/.test(text)), `${path} is refused`);
  }
  await page.context().close();
});
