// What the playground gets besides its demo, written into FOLDER before it starts:
//   node support/prepare.js FOLDER APP
// APP is where the sample app will be; the others' addresses are in the environment.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { connections as ofKeycloak } from '../keycloak/connections.js';
import { connections as ofProvider } from '../oidc-provider/connections.js';
import { clients } from './clients.js';

const [folder, app] = process.argv.slice(2);
const { UPSTREAM: upstream, APACHE: apache, KEYCLOAK: keycloak, SPRING: spring } = process.env;

const { publicKey, privateKey } = await crypto.subtle.generateKey(
  { name: 'ECDSA', namedCurve: 'P-256' },
  true,
  ['sign', 'verify'],
);
const [publicJwk, privateJwk] = await Promise.all(
  [publicKey, privateKey].map((key) => crypto.subtle.exportKey('jwk', key)),
);
const named = { kid: 'interop', alg: 'ES256', use: 'sig' };
write('private-key-jwt.json', JSON.stringify({ ...privateJwk, ...named }));
const jwks = write('private-key-jwt.jwks.json', JSON.stringify({ keys: [{ ...publicJwk, ...named }] }));

const apps = clients({ app, apache, spring, jwks });
write('clients.toml', apps.map((client) => table('client', client)).join('\n'));

const companies = [
  ...ofProvider.map((connection) => company(connection, upstream, ['openid', 'profile', 'email', 'groups'])),
  ...ofKeycloak.map((connection) => company(connection, `${keycloak}/realms/staff`)),
];
write('tenants.toml', companies.join('\n'));

/** A tenant and its connection to an issuer, where it is a client of the same name. */
function company({ tenant, authentication, algorithm, secret }, issuer, scopes) {
  const connection = {
    name: 'staff',
    kind: 'oidc',
    issuer,
    client_id: tenant,
    client_secret: secret,
    authentication,
    algorithms: [algorithm],
    scopes,
    provisioning: 'just_in_time',
    stage: 'live',
  };
  return table('tenant', { slug: tenant, name: `Company ${tenant}` }) + table('tenant.connection', connection);
}

/** One element of an array of tables in TOML. */
function table(name, fields) {
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${inline(value)}\n`);
  return `[[${name}]]\n${lines.join('')}`;
}

/** Strings and arrays of them are written as in JSON. */
function inline(value) {
  return value.file ? `{ file = ${JSON.stringify(value.file)} }` : JSON.stringify(value);
}

function write(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
