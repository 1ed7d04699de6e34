// What an app may ask for in its request, and that the library understands every refusal.

import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import * as oidc from 'openid-client';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { playground, tenant } from '../support/playground.js';
import { signIn } from '../support/sign_in.js';

let app;

before(async () => {
  app = await App.discover('sample-app');
});

const newBrowser = () => new Browser(app.redirectUri);

/** Signs a person in with a browser of their own. */
async function signedIn(slug) {
  const [browser, request] = [newBrowser(), await app.request()];
  const page = await signIn(browser, request.url, slug);
  return { browser, request, cameBack: page.url };
}

it('discovery as OAuth says the same as discovery as OpenID Connect', async () => {
  const execute = [oidc.allowInsecureRequests];
  const config = await oidc.discovery(new URL(playground.issuer), 'sample-app', undefined, oidc.None(), {
    algorithm: 'oauth2',
    execute,
  });
  assert.deepEqual({ ...config.serverMetadata() }, { ...app.metadata });
});

it('people of every tenant have their own subject', async () => {
  const subjects = new Set();
  for (const slug of ['acme', 'northwind', 'benji']) {
    const { request, cameBack } = await signedIn(slug);
    const claims = (await app.redeem(cameBack, request)).claims();
    assert.equal(claims.tenant, slug);
    subjects.add(claims.sub);
  }
  assert.equal(subjects.size, 3);
});

it('a second sign-in in the same browser is silent, also with prompt=none', async () => {
  const { browser, request, cameBack } = await signedIn();
  const first = (await app.redeem(cameBack, request)).claims();
  for (const prompt of [undefined, 'none']) {
    const silent = await app.request(prompt && { prompt });
    const again = (await app.redeem((await browser.open(silent.url)).url, silent)).claims();
    assert.deepEqual([again.sub, again.sid, again.auth_time], [first.sub, first.sid, first.auth_time]);
  }
});

it('prompt=login and a max_age that has passed ask the person again', async () => {
  const { browser } = await signedIn();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  for (const again of [{ prompt: 'login' }, { max_age: '1' }]) {
    const request = await app.request(again);
    assert.ok((await browser.open(request.url)).asksFor('username'), JSON.stringify(again));
  }
});

it('max_age holds at the app, with the time of a fresh sign-in', async () => {
  const [browser, request] = [newBrowser(), await app.request({ max_age: '300' })];
  const page = await signIn(browser, request.url);
  assert.equal(typeof (await app.redeem(page.url, request)).claims().auth_time, 'number');
});

it('a login_hint of a known domain leads straight to the company', async () => {
  const request = await app.request({ login_hint: 'alice@acme.test' });
  const page = await newBrowser().open(request.url);
  assert.equal(page.url.origin, new URL(playground.idp).origin);
});

it('an answer that lacks iss, or has another, is refused by the library', async () => {
  const { request, cameBack } = await signedIn();
  const [without, other] = [new URL(cameBack), new URL(cameBack)];
  without.searchParams.delete('iss');
  other.searchParams.set('iss', 'https://elsewhere.example');
  for (const url of [without, other]) {
    await assert.rejects(app.redeem(url, request), ({ cause }) => cause.message.includes('"iss" (issuer)'));
  }
  await app.redeem(cameBack, request);
});

it('errors come back with state and iss', async () => {
  for (const [parameters, error] of [
    [{ prompt: 'none' }, 'login_required'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ request: 'e30.e30.' }, 'invalid_request_object'],
  ]) {
    const request = await app.request(parameters);
    const page = await newBrowser().open(request.url);
    await assert.rejects(app.redeem(page.url, request), { error }, JSON.stringify(parameters));
  }
});

it('an unknown redirect URI is never redirected to', async () => {
  const request = await app.request({ redirect_uri: 'http://localhost:1/elsewhere' });
  const page = await newBrowser().open(request.url);
  assert.equal(page.url.origin, playground.issuer);
  assert.equal(page.status, 400);
});

it('who declines consent sends access_denied to the app', async () => {
  const thirdParty = await App.discover('third-party-demo');
  const [browser, request] = [
    new Browser(thirdParty.redirectUri),
    await thirdParty.request({ prompt: 'consent' }),
  ];
  const page = await browser.submit(await signIn(browser, request.url), { decision: 'deny' });
  await assert.rejects(thirdParty.redeem(page.url, request), { error: 'access_denied' });
});

it('a third party that serves one tenant is closed to people of another', async () => {
  const thirdParty = await App.discover('third-party-demo');
  const request = await thirdParty.request();
  const browser = new Browser(thirdParty.redirectUri);
  const page = await browser.submit(await browser.open(request.url), { username: tenant('benji').login });
  assert.match(page.text, /does not use this app/);
});

it('a code is good once, and a second redemption revokes the first', async () => {
  const { request, cameBack } = await signedIn();
  const tokens = await app.redeem(cameBack, request);
  await assert.rejects(app.redeem(cameBack, request), { error: 'invalid_grant' });
  await assert.rejects(app.userinfo(tokens), { status: 401 });
  await assert.rejects(app.refresh(tokens), { error: 'invalid_grant' });
});

it('a code needs its own verifier', async () => {
  const { request, cameBack } = await signedIn();
  request.checks.pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  await assert.rejects(app.redeem(cameBack, request), { error: 'invalid_grant' });
});

it('a wrong client secret is refused, in the header and in the body', async () => {
  for (const id of ['sample-app', 'third-party-demo']) {
    const stranger = await App.discover(id, { secret: 'mistyped' });
    await assert.rejects(stranger.refresh({ refresh_token: 'any' }), { status: 401 });
  }
});
