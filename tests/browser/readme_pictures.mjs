// The README's pictures, from the pages as they are now: docs/pictures/{connect,account,review}.png.
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beginLink, launch, linkAccount, signIn, visitor } from './browser.mjs';
import { connectorWith, nextVersion } from './connector_file.mjs';
import { startHub } from './start_hub.mjs';

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '../../docs/pictures');
const kMostBytes = 150_000; // of one picture

async function picture(page, name) {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  if (size > kMostBytes) throw new Error(`${path} has ${size} bytes: show less`);
  console.log(`${path}: ${size} bytes`);
}

const hub = await startHub();
const browser = await launch();
try {
  const page = await visitor(browser, { viewport: { width: 1200, height: 760 } });
  await signIn(page, hub.freshSigninUrl());
  const owner = { id: 'tenant-4711', name: 'Nordwind Logistik GmbH' };
  const account = await linkAccount(page, hub, owner);
  await page.goto(`${hub.url}/app/accounts/${account}`);
  await picture(page, 'account');
  await beginLink(page, hub, { id: 'tenant-4712', name: 'Südwind Reederei AG' });
  await picture(page, 'connect');
  hub.dropBytes('personio.so', connectorWith(nextVersion));
  await page.goto(`${hub.url}/app/connectors`);
  await page.locator('[data-connector="personio"][data-state="awaiting_approval"] a.primary').click();
  await page.locator('form[action$="/approve"]').waitFor();
  await picture(page, 'review');
} finally {
  await browser.close();
  await hub.stop();
}
