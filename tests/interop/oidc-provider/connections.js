// The tenants whose people come from the provider: every way in which doorward authenticates there,
// with either signature. Each tenant is a client of its own at the provider, named like it.

// Every character that form-encoding must carry over unharmed (RFC 6749 section 2.3.1).
const SECRET = 'all + of % this : must & be = encoded';

const ways = ['client_secret_basic', 'client_secret_post', 'none'];
const algorithms = ['RS256', 'ES256'];

export const working = ways.flatMap((authentication) =>
  algorithms.map((algorithm) => ({
    tenant: `${authentication.replaceAll('_', '-')}-${algorithm.toLowerCase()}`,
    authentication,
    algorithm,
    secret: authentication === 'none' ? undefined : SECRET,
  })),
);

/** Its administrator mistyped the secret. */
export const misconfigured = {
  tenant: 'wrong-secret',
  authentication: 'client_secret_basic',
  algorithm: 'ES256',
  secret: 'mistyped',
};

export const connections = [...working, misconfigured];

/** What the provider has for a client's secret. */
export function secretAtProvider({ authentication }) {
  return authentication === 'none' ? undefined : SECRET;
}
