// What the playground gets besides its demo, written into FOLDER before it starts:
//   node support/prepare.js FOLDER APP UPSTREAM
// APP is where the sample app will be, UPSTREAM the issuer of the provider from npm.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { connections } from '../oidc-provider/connections.js';

const [folder, app, upstream] = process.argv.slice(2);

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
write('private-key-jwt.jwks.json', JSON.stringify({ keys: [{ ...publicJwk, ...named }] }));

write(
  'clients.toml',
  `
[[client]]
client_id = "private-key-demo"
name = "App with a key of its own"
jwks = { file = ${JSON.stringify(join(folder, 'private-key-jwt.jwks.json'))} }
redirect_uris = ["${app}/callback"]
post_logout_redirect_uris = ["${app}/signed-out"]
scope = "openid profile email offline_access"
trust = "first_party"
tenants = "all"

[[client]]
client_id = "rs256-demo"
name = "App that takes RS256 alone"
client_secret = "all + of % this : must & be = encoded"
redirect_uris = ["${app}/callback"]
post_logout_redirect_uris = ["${app}/signed-out"]
scope = "openid profile email offline_access"
trust = "first_party"
tenants = "all"
id_token_signed_response_alg = "RS256"
`,
);

write(
  'tenants.toml',
  connections
    .map(
      ({ tenant, authentication, algorithm, secret }) => `
[[tenant]]
slug = "${tenant}"
name = "Company ${tenant}"

  [[tenant.connection]]
  name = "staff"
  kind = "oidc"
  issuer = "${upstream}"
  client_id = "${tenant}"
  ${secret ? `client_secret = "${secret}"` : '# A public client.'}
  authentication = "${authentication}"
  algorithms = ["${algorithm}"]
  scopes = ["openid", "profile", "email", "groups"]
  provisioning = "just_in_time"
  stage = "live"
`,
    )
    .join(''),
);

function write(name, text) {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
}
