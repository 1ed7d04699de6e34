// A program on the MCP SDK finds its way from a server that turns it away to doorward and back.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { UnauthorizedError, auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { App } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { playground } from '../support/playground.js';
import { signIn } from '../support/sign_in.js';
import { publish, published, resource, start } from './server.js';

const redirectUri = 'http://127.0.0.1:51236/callback';
const documentUrl = `${process.env.DOCUMENTS}/notebook.json`;

const metadata = {
  client_name: 'Notebook',
  redirect_uris: [redirectUri],
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  scope: 'openid profile offline_access',
};

/** What the SDK asks its user to keep, in memory. */
class Keeper {
  redirectUrl = redirectUri;
  clientMetadata = metadata;
  #kept = {};

  constructor(clientMetadataUrl) {
    this.clientMetadataUrl = clientMetadataUrl;
  }

  clientInformation = () => this.#kept.client;
  saveClientInformation = (client) => (this.#kept.client = client);
  tokens = () => this.#kept.tokens;
  saveTokens = (tokens) => (this.#kept.tokens = tokens);
  codeVerifier = () => this.#kept.verifier;
  saveCodeVerifier = (verifier) => (this.#kept.verifier = verifier);
  redirectToAuthorization = (url) => (this.sentTo = url);
  state = () => 'a-state';
}

const transport = (authProvider) => new StreamableHTTPClientTransport(new URL(resource), { authProvider });
const program = () => new Client({ name: 'notebook', version: '1.0.0' });

/** Comes to the server without a token, and with the person to doorward's question. */
async function untilAsked(keeper) {
  await assert.rejects(program().connect(transport(keeper)), UnauthorizedError);
  assert.equal(keeper.sentTo.searchParams.get('resource'), resource);
  const browser = new Browser(redirectUri);
  return { browser, question: await signIn(browser, keeper.sentTo) };
}

let servers;

before(async () => {
  const document = { ...metadata, client_id: documentUrl };
  servers = [await start(), await publish(new Map([['/notebook.json', document]]))];
});

after(() => servers?.forEach((server) => server.close()));

const ways = [
  { way: 'an app that registers itself', says: /chose its own name/ },
  { way: 'an app that is the URL of its metadata', url: documentUrl, says: /It comes from localhost/ },
];

for (const { way, url, says } of ways) {
  describe(way, () => {
    const keeper = new Keeper(url);

    it(`${way} is let in after the person was asked`, async () => {
      const { browser, question } = await untilAsked(keeper);
      assert.match(question.text, /Notebook/);
      assert.match(question.text, says);
      assert.ok(question.text.includes(resource), question.text);
      const { url: answer } = await browser.submit(question, { decision: 'allow' });
      assert.equal(answer.searchParams.get('iss'), playground.issuer);
      assert.equal(answer.searchParams.get('state'), 'a-state');
      await transport(keeper).finishAuth(answer.searchParams.get('code'));
      assert.equal(keeper.clientInformation().client_id === url, Boolean(url));
    });

    it(`${way} calls a tool as the person`, async () => {
      const client = program();
      await client.connect(transport(keeper));
      const { content } = await client.callTool({ name: 'whoami' });
      await client.close();
      const { sub, client_id } = JSON.parse(content[0].text);
      assert.match(sub, /^usr_/);
      assert.equal(client_id, keeper.clientInformation().client_id);
    });

    it(`${way} refreshes its token`, async () => {
      const { access_token, refresh_token } = keeper.tokens();
      assert.equal(await auth(keeper, { serverUrl: resource }), 'AUTHORIZED');
      assert.notEqual(keeper.tokens().access_token, access_token);
      assert.notEqual(keeper.tokens().refresh_token, refresh_token);
      const client = program();
      await client.connect(transport(keeper));
      await client.close();
    });

    it(`${way} hears a no`, async () => {
      const { browser, question } = await untilAsked(new Keeper(url));
      const { url: answer } = await browser.submit(question, { decision: 'deny' });
      assert.equal(answer.searchParams.get('error'), 'access_denied');
    });
  });
}

it('a token for somebody else opens nothing', async () => {
  const app = await App.discover('sample-app');
  const request = await app.request();
  const { url } = await signIn(new Browser(app.redirectUri), request.url);
  const { access_token } = await app.redeem(url, request);
  const headers = { authorization: `Bearer ${access_token}` };
  const { status } = await fetch(resource, { method: 'POST', headers, body: '{}' });
  assert.equal(status, 401);
});

it('a document that cannot be had makes a page for the person', async () => {
  const keeper = new Keeper(`${process.env.DOCUMENTS}/gone.json`);
  await assert.rejects(program().connect(transport(keeper)), UnauthorizedError);
  const page = await new Browser(redirectUri).open(keeper.sentTo);
  assert.equal(page.status, 400);
  assert.match(page.text, /can check the client ID metadata document/);
});

it('the author of a server is told what to publish', async () => {
  const { metadata, metadata_url, www_authenticate } = await published();
  assert.equal(metadata.resource, resource);
  assert.deepEqual(metadata.authorization_servers, [playground.issuer]);
  assert.equal(metadata_url, resource.replace('/mcp', '/.well-known/oauth-protected-resource/mcp'));
  assert.ok(www_authenticate.includes(`resource_metadata="${metadata_url}"`));
});
