// `patchbay preview` in a browser: the page follows the file that is edited.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { axeViolations, expectNoComplaints, launch, visitor } from './browser.mjs';
import { build } from './start_hub.mjs';

const folder = mkdtempSync(join(tmpdir(), 'patchbay-preview-'));
const file = join(folder, 'manifest.json');
const pictures = join(dirname(fileURLToPath(import.meta.url)), 'pictures');

let preview;
let browser;
let page;

function linkOf(child) {
  return new Promise((done, fail) => {
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text) => {
      output += text;
      const link = /http:\/\/localhost:\S+/.exec(output);
      if (link) done(link[0]);
    });
    child.once('exit', (code) => fail(new Error(`patchbay preview ended with ${code}`)));
  });
}

function edit(change) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest, null, 2));
}

async function take(name) {
  if (!process.env.PATCHBAY_PICTURES) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

before(async () => {
  const manifest = JSON.parse(readFileSync(join(build, 'manifests/personio.json'), 'utf8'));
  writeFileSync(file, JSON.stringify(manifest, null, 2));
  preview = spawn(join(build, 'bin/patchbay'), ['preview', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  browser = await launch();
  page = await visitor(browser);
  await page.goto(await linkOf(preview));
});
after(async () => {
  await browser?.close();
  preview?.kill();
  rmSync(folder, { recursive: true });
});

test('the form and the guide are the connect page itself', async () => {
  await page.locator('#field-client_id').waitFor();
  await page.locator('#guide').waitFor();
  assert.deepEqual(await axeViolations(page), []);
  await take('preview');
});

test('an edit is on the page without anybody loading it', async () => {
  edit((manifest) => { manifest.texts.en['field.client_id.label'] = 'The id, edited'; });
  await page.getByText('The id, edited').waitFor();
});

test('every language, and white-labelled', async () => {
  await page.getByRole('link', { name: 'de', exact: true }).click();
  await page.getByText('Vorschau', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Ohne den Hub' }).click();
  assert.equal(await page.getByText('Patchbay').count(), 0);
  await page.getByRole('link', { name: 'en', exact: true }).click();
});

test('what is wrong is shown with line and rule, until it is mended', async () => {
  edit((manifest) => { manifest.auth_methods[0].fields[0].label = 'no.such.text'; });
  await page.getByText('text_missing').waitFor();
  await page.getByText(/^Line \d+$/).first().waitFor();
  assert.deepEqual(await axeViolations(page), []);
  await take('preview-problems');
  edit((manifest) => { manifest.auth_methods[0].fields[0].label = 'field.client_id.label'; });
  await page.locator('#field-client_id').waitFor();
});

test('the form checks what is typed, and sends nothing', async () => {
  await page.locator('#field-client_id').fill('papi-0123');
  await page.locator('#field-client_secret').fill('papi-4567');
  await page.locator('#connect-form button[type="submit"]').click();
  await page.getByText('These values would be sent').waitFor();
  await take('preview-checked');
});

test('nobody else gets in', async () => {
  const other = await visitor(browser);
  const answer = await other.goto(page.url());
  assert.equal(answer.status(), 403);
});

test('no page complained', () => expectNoComplaints(page));
