// A PostgreSQL of the test's own, reached by a socket in its folder, as tests/support/postgres_cluster.h
// makes one.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kRoot = '/usr/lib/postgresql';
const kPatience = 20_000;

// It refuses to run as root.
const unprivileged = (command) => (process.getuid() === 0
  ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', ...command] : command);

export async function startPostgres() {
  const [version] = readdirSync(kRoot).sort((one, other) => Number(other) - Number(one));
  const program = (name) => join(kRoot, version, 'bin', name);
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-postgres-'));
  if (process.getuid() === 0) execFileSync('chown', ['nobody:nogroup', folder]);
  const run = (command) => {
    const [name, ...rest] = unprivileged(command);
    execFileSync(name, rest, { stdio: 'ignore' });
  };
  run([program('initdb'), `--pgdata=${folder}/data`, '--no-sync', '--auth=trust', '--username=postgres',
    '--encoding=UTF8', '--locale=C.UTF-8']);
  writeFileSync(`${folder}/data/postgresql.auto.conf`, `listen_addresses = ''\nunix_socket_directories = '${folder}'\n`);
  const [name, ...rest] = unprivileged([program('postgres'), '-D', `${folder}/data`]);
  const child = spawn(name, rest, { stdio: 'ignore' });
  const isReady = () => spawnSync(program('pg_isready'), ['-h', folder, '-U', 'postgres'], { stdio: 'ignore' }).status === 0;
  for (const end = Date.now() + kPatience; !isReady();) {
    if (Date.now() > end) throw new Error('PostgreSQL does not start');
    await new Promise((done) => { setTimeout(done, 100); });
  }
  return {
    uri: `postgresql://postgres@/postgres?host=${folder}`,
    stop: async () => {
      const ended = new Promise((done) => { child.once('exit', done); });
      child.kill('SIGINT'); // at once: nothing of it is kept
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
