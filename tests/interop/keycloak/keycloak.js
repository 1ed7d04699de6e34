// Keycloak as it is downloaded, with a database in memory.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { untilItAnswers } from '../support/processes.js';
import { realm } from './realm.js';

const SECONDS_TO_START = 240;

/** Starts it at `origin`; resolves to what stops it again. */
export async function start(origin) {
  const home = process.env.KEYCLOAK_HOME;
  const imports = join(home, 'data', 'import');
  await mkdir(imports, { recursive: true });
  await writeFile(join(imports, `${realm.realm}-realm.json`), JSON.stringify(realm));
  const options = ['--import-realm', '--db=dev-mem', '--http-host=127.0.0.1'];
  const keycloak = spawn(
    join(home, 'bin', 'kc.sh'),
    ['start-dev', ...options, `--http-port=${new URL(origin).port}`, `--hostname=${origin}`],
    { env: { ...process.env, JAVA_OPTS_KC_HEAP: '-Xmx512m' }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const stop = async () => {
    if (keycloak.exitCode !== null) return;
    keycloak.kill();
    await once(keycloak, 'exit');
  };
  try {
    await untilItAnswers(keycloak, `${origin}/realms/${realm.realm}`, SECONDS_TO_START);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
