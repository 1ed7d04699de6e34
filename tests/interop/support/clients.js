// The apps that the playground gets besides its demo, suite by suite.

/** `at` says where the apps are, and in which file the key set of those with keys is. */
export function clients(at) {
  return [...samples(at), ...django(at), ...apache(at), ...go(at), ...spring(at)];
}

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

const ours = { scope: 'openid profile email offline_access', trust: 'first_party', tenants: 'all' };
const post = { token_endpoint_auth_method: 'client_secret_post' };
const rs256 = { id_token_signed_response_alg: 'RS256' };

/** They are where the playground's sample app is. */
const sample = ({ app }) => ({
  ...ours,
  redirect_uris: [`${app}/callback`],
  post_logout_redirect_uris: [`${app}/signed-out`],
});

function samples(at) {
  const named = { ...sample(at), name: 'Sample app' };
  const secret = { client_secret: 'all + of % this : must & be = encoded' };
  // Nobody gets there: the way ends where the app takes over.
  const fapi = {
    ...ours,
    name: 'Bank',
    jwks: { file: at.jwks },
    redirect_uris: ['https://bank.example/callback'],
    post_logout_redirect_uris: ['https://bank.example/signed-out'],
  };
  return [
    { ...named, client_id: 'private-key-demo', jwks: { file: at.jwks } },
    { ...named, client_id: 'rs256-demo', ...secret, ...rs256 },
    { ...named, client_id: 'secret-jwt-demo', ...secret, token_endpoint_auth_method: 'client_secret_jwt' },
    { ...fapi, client_id: 'fapi-demo', profile: 'fapi2-security' },
    { ...fapi, client_id: 'fapi-signing-demo', profile: 'fapi2-message-signing' },
    { ...ours, client_id: 'device-demo', name: 'Television', grant_types: [DEVICE_CODE, 'refresh_token'] },
    {
      client_id: 'machine-demo',
      name: 'Nightly job',
      client_secret: 'demo-secret-of-the-nightly-job',
      grant_types: ['client_credentials'],
      scope: 'reports.read reports.write',
      resources: [`${at.app}/reports`],
      tenants: 'all',
    },
  ];
}

function django({ app }) {
  const project = {
    ...ours,
    name: 'Django project',
    client_secret: 'demo-secret-of-the-django-project',
    scope: 'openid profile email',
    redirect_uris: [`${app}/oidc/callback/`],
    post_logout_redirect_uris: [`${app}/`],
  };
  return [
    { ...project, client_id: 'django-rs256', ...post, ...rs256 },
    { ...project, client_id: 'django-es256' },
  ];
}

function apache({ apache }) {
  const site = {
    ...ours,
    client_id: 'apache',
    name: 'Site behind Apache',
    client_secret: 'demo-secret-of-the-site',
    redirect_uris: [`${apache}/private/callback`],
    post_logout_redirect_uris: [`${apache}/signed-out`],
    backchannel_logout_uri: `${apache}/private/callback?logout=backchannel`,
    backchannel_logout_session_required: true,
  };
  return [site];
}

function go(at) {
  const named = { ...sample(at), name: 'App in Go' };
  const secret = { client_secret: 'demo-secret-of-the-app-in-Go' };
  return [
    { ...named, client_id: 'go-basic', ...secret },
    { ...named, client_id: 'go-post', ...secret, ...post },
    { ...named, client_id: 'go-public' },
    { ...named, client_id: 'go-rs256', ...secret, ...rs256 },
  ];
}

function spring({ spring, jwks }) {
  const secret = { client_secret: 'demo-secret-of-the-app-on-Spring' };
  // The redirect URI ends in what the app calls the client: the way in which it authenticates.
  const app = (method, client_id, more) => ({
    ...ours,
    client_id,
    name: 'App on Spring',
    redirect_uris: [`${spring}/login/oauth2/code/${method}`],
    post_logout_redirect_uris: [`${spring}/signed-out`],
    ...more,
  });
  return [
    app('client_secret_basic', 'spring-basic', { ...secret, ...rs256 }),
    app('client_secret_post', 'spring-post', { ...secret, ...post }),
    app('private_key_jwt', 'spring-key', { jwks: { file: jwks } }),
    app('none', 'spring-public'),
  ];
}
