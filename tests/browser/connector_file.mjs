// Connector files that nobody built: the Personio connector with another manifest in it, and
// signatures in minisign's format. The code stays the same, so what was made here also runs.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './start_hub.mjs';

export const personioFile = join(build, 'connectors/personio.so');

// plugin_api/abi.md, "The embedded manifest": magic, length, SHA-256, JSON.
const kMagic = Buffer.from('8950415443484241592d4d460d0a1a0ad73e910ce85bf246a91db46f83c02a75', 'hex');
const kHeader = 32 + 8 + 32;

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

export const manifestOf = (bytes) => {
  const start = bytes.indexOf(kMagic);
  return JSON.parse(bytes.subarray(start + kHeader, start + kHeader + Number(bytes.readBigUInt64LE(start + 32))).toString('utf8'));
};

// The bytes of the Personio connector, its manifest changed by `edit`. What that makes shorter is
// filled with blanks; it can't get longer.
export function connectorWith(edit) {
  const bytes = Buffer.from(readFileSync(personioFile));
  const start = bytes.indexOf(kMagic);
  const length = Number(bytes.readBigUInt64LE(start + 32));
  const place = bytes.subarray(start + kHeader, start + kHeader + length);
  const manifest = JSON.parse(place.toString('utf8'));
  edit(manifest);
  const json = Buffer.from(JSON.stringify(manifest));
  if (json.length > length) throw new Error(`${json.length - length} bytes too long`);
  place.fill(' ');
  json.copy(place);
  createHash('sha256').update(place).digest().copy(bytes, start + 40);
  return bytes;
}

// Under another id, which its actions begin with; probes name actions.
export function rename(manifest, id) {
  const other = (name) => name.replace(/^personio/, id);
  manifest.id = id;
  for (const action of manifest.actions) action.id = other(action.id);
  for (const { read } of manifest.permissions) if (read?.probe) read.probe.action = other(read.probe.action);
}

// The next version: one more host, a destructive action, one that reads less.
export function nextVersion(manifest) {
  manifest.version = '9.1.0';
  manifest.hosts.push({ host: 'files.acme.example', methods: ['GET'] });
  const get = manifest.actions.find(({ id }) => id === 'personio_get_person');
  manifest.actions = manifest.actions.filter(({ id }) => id !== 'personio_list_employments');
  manifest.actions.push({ ...get, id: 'personio_wipe_person', hints: { destructive: true } });
}

// One key pair, as `minisign -G` makes it.
export class Signer {
  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.secret = privateKey;
    this.id = randomBytes(8);
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    this.publicKey = Buffer.concat([Buffer.from('Ed'), this.id, raw]).toString('base64');
  }

  get keyId() { return Buffer.from(this.id).reverse().toString('hex').toUpperCase(); }

  sign(bytes, comment) {
    const signature = sign(null, createHash('blake2b512').update(bytes).digest(), this.secret);
    const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), this.secret);
    const line = Buffer.concat([Buffer.from('ED'), this.id, signature]).toString('base64');
    return `untrusted comment: test\n${line}\ntrusted comment: ${comment}\n${whole.toString('base64')}\n`;
  }
}
