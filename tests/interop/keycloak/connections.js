// The tenants whose people come from Keycloak. Each is a client of its own there, named like it.

const SECRET = 'demo-secret-at-Keycloak';

export const working = [
  { authentication: 'client_secret_basic', algorithm: 'RS256' },
  { authentication: 'client_secret_post', algorithm: 'ES256' },
  { authentication: 'client_secret_basic', algorithm: 'EdDSA' },
  { authentication: 'none', algorithm: 'PS256' },
].map(({ authentication, algorithm }) => ({
  tenant: `keycloak-${algorithm.toLowerCase()}`,
  authentication,
  algorithm,
  secret: authentication === 'none' ? undefined : SECRET,
}));

/** Its administrator mistyped the secret. */
export const misconfigured = {
  tenant: 'keycloak-wrong-secret',
  authentication: 'client_secret_basic',
  algorithm: 'RS256',
  secret: 'mistyped',
};

export const connections = [...working, misconfigured];

/** What Keycloak has for a client's secret. */
export function secretAtKeycloak({ authentication }) {
  return authentication === 'none' ? undefined : SECRET;
}
