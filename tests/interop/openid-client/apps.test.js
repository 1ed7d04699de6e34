// Every kind of app goes the whole way: sign-in, userinfo, refresh, introspection, revocation, logout.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { alice, client, playground } from '../support/playground.js';
import { signIn } from '../support/sign_in.js';

const apps = [
  { id: 'sample-app', confidential: true, groups: true },
  { id: 'third-party-demo', confidential: true, consent: true },
  { id: 'spa-demo' },
  { id: 'native-demo', redirectUri: 'http://127.0.0.1:51234/callback' },
  { id: 'native-demo', redirectUri: 'http://[::1]:51235/callback' },
  { id: 'private-key-demo', confidential: true },
  { id: 'secret-jwt-demo', confidential: true },
  { id: 'rs256-demo', confidential: true, algorithm: 'RS256' },
];

for (const { id, confidential, consent, groups, algorithm, redirectUri } of apps) {
  const name = redirectUri ? `${id} at ${new URL(redirectUri).host}` : id;

  describe(name, () => {
    const offline = client(id).scope.includes('offline_access');
    let app, browser, tokens;

    before(async () => {
      app = await App.discover(id, { algorithm, redirectUri });
      browser = new Browser(app.redirectUri, app.afterLogout);
    });

    it(`${name} signs a person in`, async () => {
      const request = await app.request(consent && { prompt: 'consent' });
      let page = await signIn(browser, request.url);
      assert.equal(page.asksFor('decision'), Boolean(consent), 'consent is asked of third parties alone');
      if (consent) page = await browser.submit(page, { decision: 'allow' });
      tokens = await app.redeem(page.url, request);
      assert.equal(tokens.token_type, 'bearer');
      assertIsAlice(tokens.claims(), groups);
    });

    it(`${name} reads userinfo`, async () => {
      assertIsAlice(await app.userinfo(tokens), groups);
    });

    it(`${name} ${offline ? 'refreshes, again when an answer is lost' : 'gets no refresh token'}`, async () => {
      assert.equal(Boolean(tokens.refresh_token), offline);
      if (!offline) return;
      const next = await app.refresh(tokens);
      const again = await app.refresh(tokens);
      assert.notEqual(next.refresh_token, tokens.refresh_token);
      assert.equal(again.refresh_token, next.refresh_token);
      assert.equal(next.claims().sub, tokens.claims().sub);
      tokens = await app.refresh(next, { scope: 'openid' });
      assert.equal(tokens.scope, 'openid');
    });

    it(`${name} introspects and revokes its tokens`, async () => {
      const token = tokens.refresh_token ?? tokens.access_token;
      if (confidential) {
        const about = await app.introspect(token);
        assert.deepEqual([about.active, about.client_id, about.sub], [true, id, tokens.claims().sub]);
      } else {
        await assert.rejects(app.introspect(token), { status: 401 });
      }
      await app.revoke(token);
      if (confidential) assert.deepEqual(await app.introspect(token), { active: false });
      if (tokens.refresh_token) await assert.rejects(app.refresh(tokens), { error: 'invalid_grant' });
      await assert.rejects(app.userinfo(tokens), { status: 401 });
    });

    it(`${name} signs the person out`, async () => {
      const hint = { id_token_hint: tokens.id_token };
      const back = app.afterLogout
        ? { ...hint, post_logout_redirect_uri: app.afterLogout, state: 'bye' }
        : hint;
      const page = await browser.open(app.logoutUrl(back));
      if (app.afterLogout) assert.equal(page.url.href, `${app.afterLogout}?state=bye`);
      else assert.match(page.text, /You are signed out/);
      const silent = await app.request({ prompt: 'none' });
      await assert.rejects(app.redeem((await browser.open(silent.url)).url, silent), {
        error: 'login_required',
      });
    });
  });
}

function assertIsAlice(claims, groups) {
  const { name, given_name, family_name, preferred_username, email, email_verified, tenant } = claims;
  assert.deepEqual({ name, given_name, family_name, preferred_username }, alice);
  assert.deepEqual(
    { email, email_verified, tenant },
    { email: 'alice@acme.example', email_verified: true, tenant: 'acme' },
  );
  assert.deepEqual(claims.groups, groups ? ['staff', 'engineering'] : undefined);
  if (claims.iss) assert.equal(claims.iss, playground.issuer);
}
