// The connect page as Lighthouse sees it on a slow phone, beside the same bytes from a server that only
// hands them out:
//   PATCHBAY_BUILD=build/release node page_bench.mjs [ROUNDS]
// Prints JSON: Lighthouse's performance (of 100), milliseconds until the largest part is painted, bytes.
// Uses the packages of tests/browser and tests/browser/lighthouse.
import http from 'node:http';
import { beginLink, signIn } from '../browser/browser.mjs';
import { openChromium } from '../browser/lighthouse/lighthouse.mjs';
import { startHub } from '../browser/start_hub.mjs';

const rounds = Number(process.argv[2] ?? 3);
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

// One answer as it is sent, not unpacked.
function asSent(url, headers) {
  return new Promise((done, fail) => {
    http.get(url, { headers }, (reply) => {
      const pieces = [];
      reply.on('data', (piece) => pieces.push(piece));
      reply.on('end', () => done({ headers: reply.headers, body: Buffer.concat(pieces) }));
    }).on('error', fail);
  });
}

// A server with the answers to these addresses; its own.
async function anchor(urls, cookie) {
  const answers = new Map();
  for (const url of urls) {
    const { headers, body } = await asSent(url, { Cookie: cookie, 'Accept-Encoding': 'gzip, br' });
    for (const name of ['connection', 'date', 'transfer-encoding']) delete headers[name];
    answers.set(new URL(url).pathname, { headers, body });
  }
  const server = http.createServer((request, reply) => {
    const answer = answers.get(request.url);
    reply.writeHead(answer ? 200 : 404, answer?.headers);
    reply.end(answer?.body);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return { server, url: `http://localhost:${server.address().port}` };
}

const hub = await startHub();
const lighthouse = await openChromium();
let still;
try {
  const page = await lighthouse.context.newPage();
  await signIn(page, hub.signinUrl);
  await beginLink(page, hub);
  await lighthouse.context.clearCookies({ name: '__Host-patchbay' });
  const urls = new Set();
  page.on('response', (reply) => urls.add(reply.url()));
  await page.reload({ waitUntil: 'networkidle' });
  const cookie = (await lighthouse.context.cookies(hub.url)).map(({ name, value }) => `${name}=${value}`).join('; ');
  still = await anchor(urls, cookie);
  const figures = { hub: [], same_bytes: [] };
  for (let round = 0; round < rounds; ++round) {
    for (const [name, from] of [['hub', hub.url], ['same_bytes', still.url]]) {
      const { categories, audits } = await lighthouse.report(`${from}/connect`, ['performance']);
      figures[name].push({
        performance: Math.round(categories.performance.score * 100),
        largest_paint_ms: audits['largest-contentful-paint'].numericValue,
        bytes: audits['total-byte-weight'].numericValue,
      });
    }
  }
  const medians = (list) => Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((one) => one[key]))]));
  console.log(JSON.stringify({ rounds, hub: medians(figures.hub), same_bytes: medians(figures.same_bytes) }));
} finally {
  still?.server.close();
  still?.server.closeAllConnections();
  await lighthouse.close();
  await hub.stop();
}
