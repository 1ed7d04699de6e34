// Apps that register themselves (RFC 7591), and look after their registration (RFC 7592).

import assert from 'node:assert/strict';
import { it } from 'node:test';

import * as oidc from 'openid-client';

import { App, privateKey, publicKeys } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { signIn } from '../support/sign_in.js';

const metadata = {
  client_name: 'Newcomer',
  redirect_uris: ['https://newcomer.example/callback'],
  post_logout_redirect_uris: ['https://newcomer.example/signed-out'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid profile email offline_access',
  id_token_signed_response_alg: 'ES256',
};

const ways = [
  { method: 'client_secret_basic', authenticate: () => oidc.ClientSecretBasic() },
  { method: 'client_secret_post', authenticate: () => oidc.ClientSecretPost() },
  { method: 'none', authenticate: () => oidc.None() },
  {
    method: 'private_key_jwt',
    authenticate: async () => oidc.PrivateKeyJwt(await privateKey()),
    keys: { jwks: publicKeys(), token_endpoint_auth_signing_alg: 'ES256' },
  },
];

for (const { method, authenticate, keys } of ways) {
  it(`an app with ${method} registers itself and goes the whole way`, async () => {
    const app = await App.register(
      { ...metadata, ...keys, token_endpoint_auth_method: method },
      await authenticate(),
    );
    const browser = new Browser(app.redirectUri, app.afterLogout);
    const request = await app.request();
    const consent = await signIn(browser, request.url);
    assert.match(consent.text, /Newcomer/);
    const { url } = await browser.submit(consent, { decision: 'allow' });
    const tokens = await app.redeem(url, request);
    assert.equal(tokens.claims().tenant, 'acme');
    assert.equal((await app.userinfo(tokens)).email, 'alice@acme.example');
    const fresh = await app.refresh(tokens);
    assert.equal(fresh.claims().sub, tokens.claims().sub);
    await app.revoke(fresh.refresh_token);
    await assert.rejects(app.userinfo(fresh), { status: 401 });
  });
}

it('a registration can be read, changed and taken away with its access token', async () => {
  const app = await App.register({ ...metadata, token_endpoint_auth_method: 'client_secret_basic' });
  const registered = await app.registration('GET');
  assert.equal(registered.client_name, 'Newcomer');
  assert.deepEqual(registered.redirect_uris, metadata.redirect_uris);

  const redirect_uris = ['https://newcomer.example/elsewhere'];
  const { client_id, client_secret } = registered;
  const changed = await app.registration('PUT', { ...metadata, client_id, client_secret, redirect_uris });
  assert.deepEqual(changed.redirect_uris, redirect_uris);
  const { url: formerly } = await app.request();
  assert.equal((await new Browser().open(formerly)).status, 400);

  await app.registration('DELETE');
  await assert.rejects(app.registration('GET'), { status: 401 });
});

it('metadata that cannot be is refused with a reason that the library hands on', async () => {
  for (const [wrong, error] of [
    [{ redirect_uris: ['https://newcomer.example/*'] }, 'invalid_redirect_uri'],
    [{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [{ response_types: ['token'] }, 'invalid_client_metadata'],
    [{ id_token_signed_response_alg: 'none' }, 'invalid_client_metadata'],
  ]) {
    await assert.rejects(App.register({ ...metadata, ...wrong }), { error }, JSON.stringify(wrong));
  }
});

it('an app that asks for more than it may have is told what it has', async () => {
  const app = await App.register({ ...metadata, scope: 'openid profile groups' });
  assert.deepEqual(app.scope.split(' ').sort(), ['openid', 'profile']);
});
