// A site that Apache and mod_auth_openidc guard, with doorward behind them.

import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

import { Browser } from '../support/browser.js';
import { alice, playground } from '../support/playground.js';
import { signIn } from '../support/sign_in.js';
import { start } from './apache.js';

const site = process.env.APACHE;
const callback = `${site}/private/callback`;
let browser, stop;

before(async () => {
  stop = await start(site);
});

after(() => stop?.());

beforeEach(() => {
  browser = new Browser();
});

/** The headers that the site behind Apache got. */
function headers(page) {
  assert.equal(page.url.origin, site, page.text);
  assert.equal(page.status, 200, page.text);
  return JSON.parse(page.body);
}

function api(token) {
  return fetch(`${site}/api`, { headers: token && { authorization: `Bearer ${token}` } });
}

it('a guarded page leads to doorward, with a challenge', async () => {
  const { status, headers } = await fetch(`${site}/private`, { redirect: 'manual' });
  const request = new URL(headers.get('location'));
  assert.equal(status, 302);
  assert.equal(request.origin, playground.issuer);
  assert.equal(request.searchParams.get('code_challenge_method'), 'S256');
});

it('the person comes back to the page they wanted, and the site gets their claims', async () => {
  const page = await signIn(browser, `${site}/private/page?of=theirs`);
  assert.equal(page.url.href, `${site}/private/page?of=theirs`);
  const got = headers(page);
  const claims = Object.keys(alice).map((claim) => [claim, got[`oidc_claim_${claim}`]]);
  assert.deepEqual(Object.fromEntries(claims), alice);
  assert.equal(got.oidc_claim_iss, playground.issuer);
  assert.equal(got.oidc_claim_email, 'alice@acme.example');
  assert.equal(got.oidc_claim_email_verified, '1');
});

it('a claim opens a page, and keeps another closed', async () => {
  headers(await signIn(browser, `${site}/private/of-acme`));
  assert.equal((await browser.open(`${site}/private/of-benji`)).status, 403);
});

it('an app that starts the sign-in with a login_hint leads straight to the company', async () => {
  const start = new URLSearchParams({
    iss: playground.issuer,
    target_link_uri: `${site}/private`,
    login_hint: 'alice@acme.test',
  });
  const page = await browser.open(`${callback}?${start}`);
  assert.equal(page.url.origin, new URL(playground.idp).origin);
});

it('a session is refreshed', async () => {
  const before = headers(await signIn(browser, `${site}/private`));
  const refresh = new URLSearchParams({
    refresh: `${site}/private`,
    access_token: before.oidc_access_token,
  });
  const after = headers(await browser.open(`${callback}?${refresh}`));
  assert.notEqual(after.oidc_access_token, before.oidc_access_token);
  assert.notEqual(after.oidc_refresh_token, before.oidc_refresh_token);
});

it('an API asks doorward about each access token', async () => {
  const { oidc_access_token: token, oidc_claim_sub: sub } = headers(await signIn(browser, `${site}/private`));
  const answer = await api(token);
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).oidc_claim_sub, sub);
  for (const wrong of [undefined, `${token}x`]) assert.equal((await api(wrong)).status, 401);
});

it('whoever signs out at doorward is signed out of the site, which is told by back channel', async () => {
  const { oidc_access_token: token } = headers(await signIn(browser, `${site}/private`));
  const question = await browser.open(`${playground.issuer}/end-session`);
  await browser.submit(question, {});
  // The session at the site has its own cookie, and its own time.
  for (const end = Date.now() + 10_000; Date.now() < end; await wait(50)) {
    const page = await browser.open(`${site}/private`);
    if (page.asksFor('username')) break;
    headers(page);
  }
  assert.ok((await browser.open(`${site}/private`)).asksFor('username'));
  assert.equal((await api(token)).status, 401);
});

it('signing out ends the session at the site and at doorward, and revokes the tokens', async () => {
  const { oidc_access_token: token } = headers(await signIn(browser, `${site}/private`));
  const logout = new URLSearchParams({ logout: `${site}/signed-out` });
  const page = await browser.open(`${callback}?${logout}`);
  assert.equal(page.url.href, `${site}/signed-out`);
  assert.ok((await browser.open(`${site}/private`)).asksFor('username'));
  assert.equal((await api(token)).status, 401);
});
