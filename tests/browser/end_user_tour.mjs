// The pages that end users are sent beside the connect page, for looks_*.test.mjs and pictures.mjs:
// `look(name)` at each. Begins signed in, with an account linked.
import { beginLink } from './browser.mjs';

export async function tourEndUser(page, hub, look) {
  await page.goto(`${hub.url}/app/accounts`);
  const account = (await page.locator('tbody a').first().getAttribute('href')).split('/').pop();
  await beginLink(page, hub);
  await page.locator('#guide .share summary').click();
  await look('connect, sharing the guide');
  await page.goto(await page.locator('#guide-link').inputValue());
  await look('guide');
  await page.goto(`${hub.url}/connect`);
  await page.locator('.pass-on summary').click();
  await look('connect, passing it on');
  await page.locator('.pass-on button').click();
  await look('waiting for a colleague');
  const link = await page.locator('#link-to-send').inputValue();
  await page.locator('a[href^="/connect?here=1"]').click();
  await look('connect, passed on to a colleague');
  await page.goto(link);
  await look('connect, passed on by a colleague');
  const key = hub.command(['api-keys', 'create', '--name', 'a tour']).stdout.match(/pb_\S+/)[0];
  const reply = await fetch(`${hub.url}/accounts/${account}/manage_link`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: '{}',
  });
  await page.goto((await reply.json()).url);
  await look('my connection');
  await page.locator('a[href="/manage/disconnect"]').click();
  await look('my connection, disconnect');
}
