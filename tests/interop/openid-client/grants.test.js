// Tokens without a browser of the app's own: for devices, and for apps that act for themselves.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { App } from '../support/app.js';
import { playground } from '../support/playground.js';
import { letIn } from '../support/sign_in.js';

describe('a device', { concurrency: true }, () => {
  let television;

  before(async () => {
    television = await App.discover('device-demo');
  });

  it('that a person lets in gets their tokens, and refreshes them', async () => {
    const device = await television.authorizeDevice();
    const waiting = television.answerFor(device);
    const { question, page } = await letIn(device, 'allow');
    assert.ok(question.text.includes('Television'), question.text);
    assert.match(page.text, /is let in/);
    const tokens = await waiting;
    assert.equal(tokens.claims().email, 'alice@acme.example');
    assert.equal((await television.userinfo(tokens)).sub, tokens.claims().sub);
    assert.equal((await television.refresh(tokens)).claims().sub, tokens.claims().sub);
  });

  it('that a person turns away is told so', async () => {
    const device = await television.authorizeDevice();
    await letIn(device, 'deny');
    await assert.rejects(television.answerFor({ ...device, interval: 1 }), { error: 'access_denied' });
  });

  it('that has its tokens gets no others for the same code', async () => {
    const device = { ...(await television.authorizeDevice()), interval: 1 };
    await letIn(device, 'allow');
    const tokens = await television.answerFor(device);
    await assert.rejects(television.answerFor(device), { error: 'invalid_grant' });
    await television.revoke(tokens.refresh_token);
  });

  it('of an app that is not registered for devices is refused', async () => {
    const app = await App.discover('sample-app');
    await assert.rejects(app.authorizeDevice(), { error: 'unauthorized_client' });
  });
});

describe('an app that acts for itself', () => {
  const api = `${playground.app}/reports`;
  let job;

  before(async () => {
    job = await App.discover('machine-demo');
  });

  it('gets a token for what it is registered for, and no more', async () => {
    const all = await job.actForItself();
    assert.equal(all.scope, 'reports.read reports.write');
    assert.deepEqual([all.refresh_token, all.id_token], [undefined, undefined]);
    const some = await job.actForItself({ scope: 'reports.read' });
    assert.equal(some.scope, 'reports.read');
    const about = await job.introspect(some.access_token);
    assert.deepEqual([about.active, about.client_id, about.scope], [true, 'machine-demo', 'reports.read']);
    await assert.rejects(job.actForItself({ scope: 'openid' }), { error: 'invalid_scope' });
  });

  it('gets a token for a resource of its own alone', async () => {
    const { access_token } = await job.actForItself({ resource: api });
    assert.equal((await job.introspect(access_token)).aud, api);
    const elsewhere = job.actForItself({ resource: 'https://elsewhere.example' });
    await assert.rejects(elsewhere, { error: 'invalid_target' });
  });

  it('loses a token that it revokes', async () => {
    const { access_token } = await job.actForItself();
    await job.revoke(access_token);
    assert.deepEqual(await job.introspect(access_token), { active: false });
  });

  it('is no app for people, and an app for people does not act for itself', async () => {
    await assert.rejects(job.refresh({ refresh_token: 'any' }), { error: 'unauthorized_client' });
    const app = await App.discover('sample-app');
    await assert.rejects(app.actForItself(), { error: 'unauthorized_client' });
  });
});
