// Apache in front of a site that answers with the headers it got.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { client, playground } from '../support/playground.js';
import { untilItAnswers } from '../support/processes.js';

const CONFIGURATION = fileURLToPath(new URL('apache.conf', import.meta.url));

/** Starts both; resolves to what stops them again. */
export async function start(site) {
  const backend = createServer((request, response) => response.end(JSON.stringify(request.headers)));
  await once(backend.listen(0, '127.0.0.1'), 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'apache-'));
  const { client_id, client_secret, scope } = client('apache');
  const apache = spawn('apache2', ['-f', CONFIGURATION, '-DFOREGROUND'], {
    env: {
      ...process.env,
      FOLDER: folder,
      MODULES: '/usr/lib/apache2/modules',
      PORT: new URL(site).port,
      SITE: site,
      BACKEND: `http://127.0.0.1:${backend.address().port}`,
      ISSUER: playground.issuer,
      CLIENT_ID: client_id,
      CLIENT_SECRET: client_secret,
      SCOPE: scope,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stop = async () => {
    backend.close();
    backend.closeAllConnections();
    if (apache.exitCode === null) {
      apache.kill();
      await once(apache, 'exit');
    }
    // Shown when a test has failed.
    console.error(await readFile(join(folder, 'error.log'), 'utf8').catch(String));
    await rm(folder, { recursive: true });
  };
  return untilItAnswers(apache, site).then(
    () => stop,
    async (error) => {
      await stop();
      throw error;
    },
  );
}
