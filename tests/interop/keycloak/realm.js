// The realm that Keycloak imports when it starts: its people, and a client for each connection.

import { tenant } from '../support/playground.js';
import { connections, secretAtKeycloak } from './connections.js';

export const PASSWORD = 'correct horse battery staple';

export const robin = {
  username: 'robin',
  firstName: 'Robin',
  lastName: 'Reed',
  email: 'robin@company.example',
  emailVerified: true,
  groups: ['staff', 'night shift'],
};
/** Nobody has looked at this address yet. */
export const sam = {
  username: 'sam',
  firstName: 'Sam',
  lastName: 'Sloane',
  email: 'sam@company.example',
  emailVerified: false,
  groups: [],
};

export const realm = {
  realm: 'staff',
  enabled: true,
  sslRequired: 'none',
  groups: robin.groups.map((name) => ({ name })),
  users: [robin, sam].map((person) => ({
    ...person,
    enabled: true,
    groups: person.groups.map((name) => `/${name}`),
    credentials: [{ type: 'password', value: PASSWORD }],
  })),
  clients: connections.map(registration),
  // The key for ES256 is not among them. Keycloak makes it when it first needs it, and doorward has to
  // look again; it does that once a minute at most, and so not for every key.
  components: {
    'org.keycloak.keys.KeyProvider': [
      { name: 'RS256', providerId: 'rsa-generated', config: { algorithm: ['RS256'] } },
      { name: 'PS256', providerId: 'rsa-generated', config: { algorithm: ['PS256'] } },
      { name: 'EdDSA', providerId: 'eddsa-generated', config: { eddsaEllipticCurveKey: ['Ed25519'] } },
    ],
  },
};

function registration(connection) {
  return {
    clientId: connection.tenant,
    publicClient: connection.authentication === 'none',
    secret: secretAtKeycloak(connection),
    redirectUris: [tenant(connection.tenant).callback_url],
    attributes: {
      'pkce.code.challenge.method': 'S256',
      'id.token.signed.response.alg': connection.algorithm,
    },
    protocolMappers: [
      {
        name: 'groups',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-group-membership-mapper',
        config: { 'claim.name': 'groups', 'full.path': 'false', 'id.token.claim': 'true' },
      },
    ],
  };
}
