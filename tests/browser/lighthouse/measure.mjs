// Lighthouse (developer.chrome.com/docs/lighthouse) over every page that has an address of its own:
// accessibility and best practices have to be 100; performance, as on a slow phone, is told and not
// judged (tests/bench/page_bench.mjs sets it beside an anchor). Addresses that answer 404 or 410 on
// purpose are left out, as Lighthouse takes those for failures.
//
//   npm ci && npm start            PATCHBAY_BUILD and CHROMIUM as for the tests
import { beginLink, linkAccount, signIn } from '../browser.mjs';
import { startHub } from '../start_hub.mjs';
import { openChromium } from './lighthouse.mjs';

const kCategories = ['accessibility', 'best-practices', 'performance'];

// The performance as of a slow phone is worth its time for some pages only.
async function measure(lighthouse, url, withPerformance) {
  const lhr = await lighthouse.report(url, kCategories.slice(0, withPerformance ? 3 : 2));
  const failed = kCategories.slice(0, 2)
    .flatMap((category) => lhr.categories[category].auditRefs)
    .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
    .map(({ id }) => `${id}: ${lhr.audits[id].title}`);
  return { scores: kCategories.map((category) => Math.round((lhr.categories[category]?.score ?? NaN) * 100)), failed };
}

// The address that a link leads to.
async function redirected(page, link) {
  await page.goto(link);
  return page.url();
}

const hub = await startHub();
const lighthouse = await openChromium();
try {
  const page = await lighthouse.context.newPage();
  const pages = [];
  const take = async (name, url, withPerformance = false) => {
    pages.push([name, await measure(lighthouse, url, withPerformance)]);
  };
  // Where the link that `selector` finds leads.
  const hrefOf = async (at, selector) => {
    await page.goto(at);
    return new URL(await page.locator(selector).first().getAttribute('href'), at).href;
  };
  await page.goto(hub.freshSigninUrl());
  await take('sign-in', page.url(), true);
  await signIn(page, hub.freshSigninUrl());
  await take('connectors', page.url(), true);
  const app = `${hub.url}/app`;
  await take('connector', await hrefOf(page.url(), '#details-personio'));
  await take('link', `${app}/connectors/personio/link`);
  const account = `${app}/accounts/${await linkAccount(page, hub)}`;
  await take('connected', `${hub.url}/connect`);
  await beginLink(page, hub);
  await take('connect', page.url(), true);
  await page.locator('#guide .share summary').click();
  await take('guide', await redirected(page, await page.locator('#guide-link').inputValue()));
  await page.goto(`${hub.url}/connect`);
  await page.locator('.pass-on summary').click();
  await page.locator('.pass-on button').click();
  await take('colleague', `${hub.url}/connect/colleague`);
  await take('accounts', `${app}/accounts`, true);
  await take('account', account, true);
  for (const name of ['actions', 'requests', 'unlink']) await take(name, `${account}/${name}`);
  await take('playground', `${account}/actions/personio_list_persons`);
  await page.goto(`${account}/actions/personio_list_persons`);
  await page.locator('button[value=run]').click();
  await page.locator('#outcome').waitFor();
  await take('request', await hrefOf(`${account}/requests`, 'tbody a'));
  await take('integrations', `${app}/integrations`);
  await take('integration', await hrefOf(`${app}/integrations`, 'tbody a'));
  for (const name of ['keys', 'webhooks', 'people', 'projects', 'audit', 'storage'])
    await take(name, `${app}/settings/${name}`);
  const key = hub.command(['api-keys', 'create', '--name', 'a measurement']).stdout.match(/pb_\S+/)[0];
  const post = async (path, body) => (await fetch(`${hub.url}${path}`, {
    method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  })).json();
  await take('key', await hrefOf(`${app}/settings/keys`, 'tbody a'));
  const open = await post('/connect_sessions', { origin_owner_id: 'tenant-2', origin_owner_name: 'Nordwind GmbH' });
  await take('choice', await redirected(page, open.auth_link_url));
  const own = await post(`/accounts/${account.split('/').pop()}/manage_link`, {});
  await take('manage', await redirected(page, own.url));
  await take('disconnect', `${hub.url}/manage/disconnect`);
  console.log(`page          ${kCategories.join('  ')}`);
  for (const [name, { scores }] of pages)
    console.log(name.padEnd(14) + scores.map((score, i) => String(Number.isNaN(score) ? '' : score).padStart(kCategories[i].length)).join('  '));
  console.log(`${pages.length} pages`);
  for (const [name, { scores: [accessible, practices], failed }] of pages) {
    for (const what of failed) console.error(`${name}: ${what}`);
    if (accessible < 100 || practices < 100) process.exitCode = 1;
  }
} finally {
  await lighthouse.close();
  await hub.stop();
}
