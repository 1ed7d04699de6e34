// What is encrypted for an app, opened by the library; and people as only one sector of apps knows them.

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { it } from 'node:test';

import * as oidc from 'openid-client';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { signIn } from '../support/sign_in.js';

const metadata = {
  client_name: 'Confidant',
  redirect_uris: ['https://confidant.example/callback'],
  post_logout_redirect_uris: ['https://confidant.example/signed-out'],
  scope: 'openid profile email offline_access',
  id_token_signed_response_alg: 'ES256',
  userinfo_signed_response_alg: 'ES256',
};

const rsa = { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const ways = [
  { alg: 'ECDH-ES', enc: 'A128CBC-HS256', key: { name: 'ECDH', namedCurve: 'P-256' }, use: ['deriveBits'] },
  { alg: 'ECDH-ES+A128KW', enc: 'A128GCM', key: { name: 'ECDH', namedCurve: 'P-256' }, use: ['deriveBits'] },
  { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', key: { name: 'X25519' }, use: ['deriveBits'] },
  { alg: 'RSA-OAEP', enc: 'A256CBC-HS512', key: { ...rsa, hash: 'SHA-1' }, use: ['decrypt', 'encrypt'] },
  { alg: 'RSA-OAEP-256', enc: 'A256GCM', key: { ...rsa, hash: 'SHA-256' }, use: ['decrypt', 'encrypt'] },
];

/** An app that gets everything encrypted like this, and its key. */
async function confidant({ alg, enc, key, use }, more = {}) {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(key, true, use);
  const { kty, crv, x, y, n, e } = await webcrypto.subtle.exportKey('jwk', publicKey);
  const encrypted = {};
  for (const what of ['id_token', 'userinfo', 'authorization']) {
    encrypted[`${what}_encrypted_response_alg`] = alg;
    encrypted[`${what}_encrypted_response_enc`] = enc;
  }
  const jwks = { keys: [{ kty, crv, x, y, n, e, use: 'enc', alg, kid: 'one' }] };
  const opens = (config) => oidc.enableDecryptingResponses(config, [enc], { key: privateKey, alg, kid: 'one' });
  return App.register(
    { ...metadata, ...encrypted, ...more, jwks, token_endpoint_auth_method: 'client_secret_basic' },
    oidc.ClientSecretBasic(),
    { features: [oidc.useJwtResponseMode, opens] },
  );
}

async function signedIn(app) {
  const browser = new Browser(app.redirectUri, app.afterLogout);
  const request = await app.request();
  const { url } = await browser.submit(await signIn(browser, request.url), { decision: 'allow' });
  return { url, tokens: await app.redeem(url, request) };
}

for (const way of ways) {
  it(`what is encrypted by ${way.alg} and ${way.enc} is opened`, async () => {
    const app = await confidant(way);
    const { url, tokens } = await signedIn(app);
    assert.equal(url.searchParams.get('response').split('.').length, 5);
    assert.equal(tokens.id_token.split('.').length, 5);
    assert.equal(tokens.claims().tenant, 'acme');
    assert.equal((await app.userinfo(tokens)).email, 'alice@acme.example');
    const fresh = await app.refresh(tokens);
    assert.equal(fresh.claims().sub, tokens.claims().sub);
  });
}

it('two sectors know one person by two names, each by the same one everywhere', async () => {
  const pairwise = { subject_type: 'pairwise' };
  const elsewhere = { ...pairwise, redirect_uris: ['https://elsewhere.example/callback'] };
  const subjects = [];
  for (const more of [pairwise, pairwise, elsewhere]) {
    const app = await confidant(ways[0], more);
    const { tokens } = await signedIn(app);
    assert.equal((await app.userinfo(tokens)).sub, tokens.claims().sub);
    assert.equal((await app.introspect(tokens.access_token)).sub, tokens.claims().sub);
    subjects.push(tokens.claims().sub);
  }
  assert.equal(subjects[0], subjects[1]);
  assert.notEqual(subjects[0], subjects[2]);
});
