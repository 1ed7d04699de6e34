// The ways in which an answer travels: in the address or in a form, in the clear or as a signed JWT.

import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import * as oidc from 'openid-client';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { playground } from '../support/playground.js';
import { signIn } from '../support/sign_in.js';

let app, jarm;

before(async () => {
  app = await App.discover('sample-app');
  jarm = await App.discover('sample-app', { features: [oidc.useJwtResponseMode] });
});

/** Where the browser brings the answer to a request. */
async function answered(request) {
  const browser = new Browser(app.redirectUri);
  return { browser, page: await signIn(browser, request.url) };
}

it('a form brings the answer', async () => {
  const request = await app.request({ response_mode: 'form_post' });
  const { browser, page } = await answered(request);
  const { posted, url } = await browser.submitItself(page);
  assert.equal(url.href, app.redirectUri);
  assert.equal((await app.redeem(posted, request)).claims().tenant, 'acme');
});

it('a signed JWT brings the answer (JARM)', async () => {
  const request = await jarm.request();
  assert.equal(request.url.searchParams.get('response_mode'), 'jwt');
  const { page } = await answered(request);
  assert.deepEqual([...page.url.searchParams.keys()], ['response']);
  assert.equal((await jarm.redeem(page.url, request)).claims().tenant, 'acme');
});

it('a form brings a signed JWT', async () => {
  const request = await jarm.request();
  request.url.searchParams.set('response_mode', 'form_post.jwt');
  const { browser, page } = await answered(request);
  const { posted } = await browser.submitItself(page);
  assert.equal((await jarm.redeem(posted, request)).claims().tenant, 'acme');
});

it('errors come in a signed JWT, too', async () => {
  const request = await jarm.request({ prompt: 'none' });
  const page = await new Browser(app.redirectUri).open(request.url);
  await assert.rejects(jarm.redeem(page.url, request), { error: 'login_required' });
});

it('an answer that was signed for another request, or changed, is refused by the library', async () => {
  const [first, second] = [await jarm.request(), await jarm.request()];
  const { page } = await answered(first);
  await assert.rejects(jarm.redeem(page.url, second), ({ cause }) => cause.message.includes('"state"'));
  const changed = new URL(page.url);
  const jwt = changed.searchParams.get('response').split('.');
  changed.searchParams.set('response', [jwt[0], jwt[1], jwt[2].split('').reverse().join('')].join('.'));
  await assert.rejects(jarm.redeem(changed, first), ({ cause }) => cause.message.includes('signature'));
  assert.equal((await jarm.redeem(page.url, first)).claims().iss, playground.issuer);
});
