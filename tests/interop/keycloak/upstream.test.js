// People of a Keycloak realm sign in through doorward.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { assertErrorPage, cause } from '../support/error_page.js';
import { playground } from '../support/playground.js';
import { chooseCompany } from '../support/sign_in.js';
import { misconfigured, working } from './connections.js';
import { start } from './keycloak.js';
import { PASSWORD, robin, sam } from './realm.js';

let app, stop;

before(async () => {
  stop = await start(process.env.KEYCLOAK);
  app = await App.discover('sample-app');
});

after(() => stop?.());

/** Signs in at Keycloak, and ends at the app or at an error page. */
async function signIn(url, tenant, { username } = robin, password = PASSWORD) {
  const browser = new Browser(app.redirectUri);
  const page = await browser.submit(await chooseCompany(browser, url, tenant), { username, password });
  return { browser, page };
}

async function claimsAtApp(tenant, person) {
  const request = await app.request();
  const { page } = await signIn(request.url, tenant, person);
  return (await app.redeem(page.url, request)).claims();
}

describe('a connection with', () => {
  for (const { tenant, authentication, algorithm } of working) {
    it(`${authentication} and ${algorithm} hands the person's claims on to the app`, async () => {
      const claims = await claimsAtApp(tenant);
      assert.equal(claims.iss, playground.issuer);
      assert.equal(claims.tenant, tenant);
      const { name, given_name, family_name, preferred_username, email, email_verified, groups } = claims;
      assert.deepEqual(
        { name, given_name, family_name, preferred_username, email, email_verified },
        {
          name: 'Robin Reed',
          given_name: robin.firstName,
          family_name: robin.lastName,
          preferred_username: robin.username,
          email: robin.email,
          email_verified: true,
        },
      );
      assert.deepEqual(groups.sort(), [...robin.groups].sort());
    });
  }
});

it('the same person is the same user, in another tenant another one', async () => {
  const [first, second] = working;
  const { sub } = await claimsAtApp(first.tenant);
  assert.equal((await claimsAtApp(first.tenant)).sub, sub);
  assert.notEqual((await claimsAtApp(first.tenant, sam)).sub, sub);
  assert.notEqual((await claimsAtApp(second.tenant)).sub, sub);
});

it('an address that Keycloak has not verified is not verified at the app', async () => {
  const { email, email_verified } = await claimsAtApp(working[0].tenant, sam);
  assert.deepEqual({ email, email_verified }, { email: sam.email, email_verified: false });
});

it('a wrong password stays at Keycloak, and the right one goes on', async () => {
  const request = await app.request();
  const { browser, page } = await signIn(request.url, working[0].tenant, robin, 'mistyped');
  assert.equal(page.url.origin, process.env.KEYCLOAK);
  const { username } = robin;
  const { url } = await browser.submit(page, { username, password: PASSWORD });
  assert.ok((await app.redeem(url, request)).claims().sub);
});

it('who is signed in at Keycloak is not asked there again, unless the app wants it', async () => {
  const first = await app.request();
  const { browser, page } = await signIn(first.url, working[0].tenant);
  const { auth_time: then } = (await app.redeem(page.url, first)).claims();
  // Another tenant of the same realm: doorward has no session for it, but Keycloak has.
  const second = await app.request({ prompt: 'select_account' });
  const silent = await chooseCompany(browser, second.url, working[1].tenant);
  assert.equal((await app.redeem(silent.url, second)).claims().auth_time, then);

  const third = await app.request({ prompt: 'login', max_age: '60' });
  const again = await chooseCompany(browser, third.url, working[0].tenant);
  assert.ok(again.asksFor('password'), again.text);
  const { url } = await browser.submit(again, { password: PASSWORD });
  const { auth_time: now } = (await app.redeem(url, third)).claims();
  assert.ok(now >= then, `${now} is before ${then}`);
});

it('a wrong client secret ends on a page with a sentence and a reference, and the cause in the log', async () => {
  const { page } = await signIn((await app.request()).url, misconfigured.tenant);
  const reference = assertErrorPage(page, /Your IT team can check the connection/);
  assert.match(cause(reference), /401.*unauthorized_client/);
});
