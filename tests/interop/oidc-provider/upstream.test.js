// People of an identity provider from npm sign in through doorward.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { assertErrorPage, cause } from '../support/error_page.js';
import { playground } from '../support/playground.js';
import { chooseCompany } from '../support/sign_in.js';
import { misconfigured, working } from './connections.js';
import { person, start } from './provider.js';

let app, provider;

before(async () => {
  provider = await start(process.env.UPSTREAM);
  app = await App.discover('sample-app');
});

after(() => {
  provider?.close();
  provider?.closeAllConnections();
});

/** Signs in at the provider, and ends at the app or at an error page. */
async function signIn(url, tenant, login = 'robin') {
  const browser = new Browser(app.redirectUri);
  const page = await browser.submit(await chooseCompany(browser, url, tenant), { login, password: 'any' });
  return browser.submit(page, { prompt: 'consent' });
}

async function claimsAtApp(tenant, login) {
  const request = await app.request();
  const page = await signIn(request.url, tenant, login);
  return (await app.redeem(page.url, request)).claims();
}

describe('a connection with', () => {
  for (const { tenant, authentication, algorithm } of working) {
    it(`${authentication} and ${algorithm} hands the person's claims on to the app`, async () => {
      const claims = await claimsAtApp(tenant);
      const { sub: upstream, ...profile } = person('robin');
      assert.deepEqual({ ...claims, ...profile }, { ...claims });
      assert.equal(claims.iss, playground.issuer);
      assert.equal(claims.tenant, tenant);
      assert.notEqual(claims.sub, upstream);
    });
  }
});

it('the same person is the same user, in another tenant another one', async () => {
  const [first, second] = working;
  const { sub } = await claimsAtApp(first.tenant);
  assert.equal((await claimsAtApp(first.tenant)).sub, sub);
  assert.notEqual((await claimsAtApp(first.tenant, 'sam')).sub, sub);
  assert.notEqual((await claimsAtApp(second.tenant)).sub, sub);
});

it('prompt=login and max_age reach the provider', async () => {
  const request = await app.request({ prompt: 'login', max_age: '60' });
  const page = await signIn(request.url, working[0].tenant);
  const { auth_time } = (await app.redeem(page.url, request)).claims();
  assert.ok(Math.abs(Date.now() / 1000 - auth_time) < 10, `auth_time is ${auth_time}`);
});

it('who turns back at the provider gets a page that says so', async () => {
  const browser = new Browser(app.redirectUri);
  const page = await chooseCompany(browser, (await app.request()).url, working[0].tenant);
  const abort = page.body.match(/href="([^"]*\/abort)"/)[1];
  assertErrorPage(await browser.open(abort), /cancelled/);
});

it('a wrong client secret ends on a page with a sentence and a reference, and the cause in the log', async () => {
  const page = await signIn((await app.request()).url, misconfigured.tenant);
  const reference = assertErrorPage(page, /Your IT team can check the connection/);
  assert.match(cause(reference), /401.*invalid_client/);
});
