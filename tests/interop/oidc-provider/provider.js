// The identity provider from npm, with its own pages for development: any login, any password.

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';

import { Provider } from 'oidc-provider';

import { tenant } from '../support/playground.js';
import { connections, secretAtProvider } from './connections.js';

/** Starts it at `issuer`; resolves to the server once it listens. */
export async function start(issuer) {
  const provider = new Provider(issuer, {
    clients: connections.map(registration),
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    findAccount: (_, login) => ({ accountId: login, claims: () => person(login) }),
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['for this test alone'] },
    jwks: {
      keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')],
    },
    ttl: { AccessToken: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  });
  const server = provider.listen(new URL(issuer).port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Somebody as the provider knows them. */
export function person(login) {
  return {
    sub: `upstream-${login}`,
    name: 'Robin Reed',
    given_name: 'Robin',
    family_name: 'Reed',
    preferred_username: login,
    locale: 'nl-NL',
    email: `${login}@company.example`,
    email_verified: true,
    groups: ['staff', 'night shift'],
  };
}

function registration(connection) {
  return {
    client_id: connection.tenant,
    client_secret: secretAtProvider(connection),
    token_endpoint_auth_method: connection.authentication,
    id_token_signed_response_alg: connection.algorithm,
    redirect_uris: [tenant(connection.tenant).callback_url],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  };
}

function key(type, options, alg) {
  return { ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig' };
}
