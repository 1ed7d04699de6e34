// The apps that the playground gets besides its demo.

const everything = 'openid profile email offline_access';
const ours = { scope: everything, trust: 'first_party', tenants: 'all' };

/** `at` says where the apps are, and in which file the key set of those with keys is. */
export function clients(at) {
  const sample = {
    ...ours,
    redirect_uris: [`${at.app}/callback`],
    post_logout_redirect_uris: [`${at.app}/signed-out`],
  };
  const django = {
    ...ours,
    scope: 'openid profile email',
    client_secret: 'demo-secret-of-the-django-project',
    redirect_uris: [`${at.app}/oidc/callback/`],
    post_logout_redirect_uris: [`${at.app}/`],
  };
  const go = { ...sample, name: 'App in Go' };
  const goSecret = 'demo-secret-of-the-app-in-Go';
  return [
    {
      ...sample,
      client_id: 'private-key-demo',
      name: 'App with a key of its own',
      jwks: { file: at.jwks },
    },
    {
      ...sample,
      client_id: 'rs256-demo',
      name: 'App that takes RS256 alone',
      client_secret: 'all + of % this : must & be = encoded',
      id_token_signed_response_alg: 'RS256',
    },
    {
      ...django,
      client_id: 'django-rs256',
      name: 'Django project as it comes',
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'RS256',
    },
    { ...django, client_id: 'django-es256', name: 'Django project on ES256' },
    {
      ...ours,
      client_id: 'apache',
      name: 'Site behind Apache',
      client_secret: 'demo-secret-of-the-site',
      redirect_uris: [`${at.apache}/private/callback`],
      post_logout_redirect_uris: [`${at.apache}/signed-out`],
    },
    { ...go, client_id: 'go-basic', client_secret: goSecret },
    {
      ...go,
      client_id: 'go-post',
      client_secret: goSecret,
      token_endpoint_auth_method: 'client_secret_post',
    },
    { ...go, client_id: 'go-public' },
    { ...go, client_id: 'go-rs256', client_secret: goSecret, id_token_signed_response_alg: 'RS256' },
  ];
}
