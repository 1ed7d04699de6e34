// Requests that are pushed and signed, tokens that are bound to a key, and apps that keep FAPI 2.0, the whole way.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { client, playground } from '../support/playground.js';
import { letIn, signIn } from '../support/sign_in.js';

const ways = [
  { name: 'pushed', id: 'sample-app', how: { pushed: true } },
  { name: 'signed', id: 'private-key-demo', how: { signed: true } },
  { name: 'signed and pushed', id: 'private-key-demo', how: { signed: true, pushed: true } },
];

for (const { name, id, how } of ways) {
  it(`a request that is ${name} signs a person in`, async () => {
    const app = await App.discover(id);
    const request = await app.request({}, how);
    const named = [...request.url.searchParams.keys()].sort();
    assert.deepEqual(named, ['client_id', how.pushed ? 'request_uri' : 'request']);
    const page = await signIn(new Browser(app.redirectUri), request.url);
    assert.equal((await app.redeem(page.url, request)).claims().tenant, 'acme');
  });
}

it('a pushed request is answered once', async () => {
  const app = await App.discover('sample-app');
  const [browser, request] = [new Browser(app.redirectUri), await app.request({}, { pushed: true })];
  await app.redeem((await signIn(browser, request.url)).url, request);
  const page = await browser.open(request.url);
  assert.equal(page.status, 400);
});

it('a mistake in a pushed request is told at once', async () => {
  const app = await App.discover('sample-app');
  const wrong = { redirect_uri: 'https://elsewhere.example' };
  await assert.rejects(app.request(wrong, { pushed: true }), { error: 'invalid_request' });
  const stranger = await App.discover('sample-app', { secret: 'mistyped' });
  await assert.rejects(stranger.request({}, { pushed: true }), { status: 401 });
});

it('a request that somebody else signed is refused', async () => {
  const app = await App.discover('private-key-demo');
  const request = await app.request({}, { signed: true });
  const parts = request.url.searchParams.get('request').split('.');
  const changed = JSON.parse(Buffer.from(parts[1], 'base64url'));
  parts[1] = Buffer.from(JSON.stringify({ ...changed, scope: 'openid groups' })).toString('base64url');
  request.url.searchParams.set('request', parts.join('.'));
  const page = await new Browser(app.redirectUri).open(request.url);
  assert.equal(page.status, 400);
});

const apps = [
  { id: 'spa-demo', how: {} },
  { id: 'native-demo', redirectUri: 'http://127.0.0.1:51236/callback', rotates: true, how: {} },
  { id: 'sample-app', confidential: true, rotates: true, how: { pushed: true } },
  { id: 'fapi-demo', confidential: true, how: { pushed: true } },
  { id: 'fapi-signing-demo', confidential: true, how: { pushed: true, signed: true } },
];

for (const { id, redirectUri, confidential, rotates, how } of apps) {
  describe(`${id} with DPoP`, () => {
    let app, thief, tokens;

    before(async () => {
      [app, thief] = [await App.discover(id, { redirectUri }), await App.discover(id)];
      await app.bindTokens();
      await thief.bindTokens();
    });

    it(`${id} gets tokens that are bound to its key`, async () => {
      const request = await app.request({}, how);
      const page = await signIn(new Browser(app.redirectUri), request.url);
      tokens = await app.redeem(page.url, request);
      assert.equal(tokens.token_type, 'dpop');
      assert.equal(tokens.claims().iss, playground.issuer);
    });

    it(`${id} uses them at userinfo with its key alone`, async () => {
      assert.equal((await app.userinfo(tokens)).sub, tokens.claims().sub);
      await assert.rejects(thief.userinfo(tokens), { status: 401 });
      await assert.rejects((await App.discover(id)).userinfo(tokens), { status: 401 });
    });

    const offline = client(id).scope.includes('offline_access');
    it(`${id} ${offline ? 'refreshes' : 'has no others'}, introspects and revokes them`, async () => {
      assert.equal(Boolean(tokens.refresh_token), offline);
      if (!offline) return app.revoke(tokens.access_token);
      if (!confidential) await assert.rejects(thief.refresh(tokens), { error: 'invalid_grant' });
      const next = await app.refresh(tokens);
      assert.equal(next.token_type, 'dpop');
      assert.equal(next.refresh_token !== tokens.refresh_token, Boolean(rotates));
      assert.equal((await app.userinfo(next)).sub, tokens.claims().sub);
      if (confidential) {
        const about = await app.introspect(next.access_token);
        assert.deepEqual([about.active, about.token_type], [true, 'DPoP']);
        assert.equal(typeof about.cnf.jkt, 'string');
      }
      await app.revoke(next.refresh_token);
      await assert.rejects(app.userinfo(next), { status: 401 });
    });
  });
}

it('an app that keeps FAPI 2.0 is held to it', async () => {
  const app = await App.discover('fapi-demo');
  const plain = await app.request();
  const page = await new Browser(app.redirectUri).open(plain.url);
  await assert.rejects(app.redeem(page.url, plain), { error: 'invalid_request' });
  // Without a key to bind them to there are no tokens.
  const request = await app.request({}, { pushed: true });
  const arrived = await signIn(new Browser(app.redirectUri), request.url);
  await assert.rejects(app.redeem(arrived.url, request), { error: 'invalid_dpop_proof' });
  const signing = await App.discover('fapi-signing-demo');
  await assert.rejects(signing.request({}, { pushed: true }), { error: 'invalid_request' });
});

it('a device gets tokens that are bound to its key', async () => {
  const television = await App.discover('device-demo');
  await television.bindTokens();
  const device = { ...(await television.authorizeDevice()), interval: 1 };
  await letIn(device, 'allow');
  const tokens = await television.answerFor(device);
  assert.equal(tokens.token_type, 'dpop');
  assert.equal((await television.userinfo(tokens)).sub, tokens.claims().sub);
});

it('an app that acts for itself gets a token that is bound to its key', async () => {
  const job = await App.discover('machine-demo');
  await job.bindTokens();
  const { access_token, token_type } = await job.actForItself();
  assert.equal(token_type, 'dpop');
  assert.equal((await job.introspect(access_token)).token_type, 'DPoP');
});
