// An MCP server on the SDK, which lets nobody in without a token that doorward signed for it.

import { createServer as plain } from 'node:http';
import { createServer as secure } from 'node:https';
import { readFileSync } from 'node:fs';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';

import { playground } from '../support/playground.js';

const { MCP: origin, DOCUMENTS: documents, CERTIFICATE: certificate } = process.env;

/** The protected resource, which the playground was told of. */
export const resource = `${origin}/mcp`;

/** Where the SDK looks for its metadata (RFC 9728 section 3.1). */
const metadataPath = '/.well-known/oauth-protected-resource/mcp';

/** What doorward tells the author of a resource server to publish. */
export async function published() {
  const { url, token } = playground.admin_api;
  const answer = await fetch(`${url}/resources/${encodeURIComponent(resource)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`the admin API answers with ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Starts the server; its only tool says who calls it. */
export async function start() {
  const { metadata, www_authenticate } = await published();
  const keys = createRemoteJWKSet(new URL(`${playground.issuer}/jwks.json`));
  const caller = async ({ authorization }) => {
    const token = authorization?.match(/^Bearer (.+)$/i)?.[1];
    if (!token) return undefined;
    const expected = { issuer: metadata.authorization_servers[0], audience: resource, typ: 'at+jwt' };
    return jwtVerify(token, keys, expected).then(
      ({ payload }) => payload,
      () => undefined,
    );
  };
  return listen(plain(), origin, async (request, response) => {
    if (request.url === metadataPath) return json(response, metadata);
    const person = await caller(request.headers);
    if (!person) return response.writeHead(401, { 'www-authenticate': www_authenticate }).end();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await server(person).connect(transport);
    await transport.handleRequest(request, response);
  });
}

function server({ sub, client_id }) {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  const text = JSON.stringify({ sub, client_id });
  server.registerTool('whoami', { description: 'Who calls' }, () => ({ content: [{ type: 'text', text }] }));
  return server;
}

/** Starts a host of client ID metadata documents, which are at the paths of `pages`. */
export async function publish(pages) {
  const credentials = { cert: readFileSync(`${certificate}.pem`), key: readFileSync(`${certificate}.key`) };
  return listen(secure(credentials), documents, async (request, response) => {
    const page = pages.get(request.url);
    return page ? json(response, page) : response.writeHead(404).end();
  });
}

function json(response, body) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Lets a server listen; closing it ends its connections too. */
async function listen(server, origin, handler) {
  server.on('request', (request, response) => {
    handler(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((ready, failed) => server.once('error', failed).listen(new URL(origin).port, '127.0.0.1', ready));
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
