// An app on openid-client, with every check that the library has switched on.

import { readFileSync } from 'node:fs';

import * as oidc from 'openid-client';

import { client, playground } from './playground.js';

/** What an authorization request is answered for: where it was sent, and what the answer must agree with. */
class Request {
  constructor(url, checks) {
    this.url = url;
    this.checks = checks;
  }
}

export class App {
  #config;
  #proof;

  /**
   * `redirectUri` when it is another than the first registered one, such as on a free port; `features` are
   * what the library switches on by a call.
   */
  static async discover(clientId, { redirectUri, algorithm = 'ES256', secret, features = [] } = {}) {
    const registered = client(clientId);
    const metadata = { id_token_signed_response_alg: algorithm, require_auth_time: true };
    const config = await oidc.discovery(
      new URL(playground.issuer),
      clientId,
      metadata,
      await authentication(registered, secret),
      { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks, ...features] },
    );
    return new App(config, registered, redirectUri);
  }

  /** An app that registers itself. */
  static async register(metadata, authentication, { features = [] } = {}) {
    const config = await oidc.dynamicClientRegistration(
      new URL(playground.issuer),
      metadata,
      authentication,
      { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks, ...features] },
    );
    return new App(config, config.clientMetadata());
  }

  constructor(config, registered, redirectUri = registered.redirect_uris[0]) {
    this.#config = config;
    this.scope = registered.scope;
    this.redirectUri = redirectUri;
    this.afterLogout = registered.post_logout_redirect_uris[0];
  }

  /** What the broker says about itself. */
  get metadata() {
    return this.#config.serverMetadata();
  }

  /** What an app that registered itself does with its registration (RFC 7592). */
  async registration(method, metadata) {
    const { registration_client_uri: uri, registration_access_token: token } = this.#config.clientMetadata();
    const headers = new Headers({ 'content-type': 'application/json' });
    const body = metadata && JSON.stringify(metadata);
    const answer = await oidc.fetchProtectedResource(this.#config, token, new URL(uri), method, body, headers);
    return answer.status === 204 ? undefined : answer.json();
  }

  /** From now on tokens are bound to a key of the app's own (DPoP). */
  async bindTokens() {
    this.#proof = { DPoP: oidc.getDPoPHandle(this.#config, await oidc.randomDPoPKeyPair('ES256')) };
  }

  /** Begins a sign-in, with these parameters besides the usual ones; `how` says if it is signed or pushed. */
  async request(parameters = {}, how = {}) {
    const checks = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
      idTokenExpected: true,
    };
    if (parameters.max_age) checks.maxAge = Number(parameters.max_age);
    const all = {
      redirect_uri: this.redirectUri,
      scope: this.scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      ...parameters,
    };
    return new Request(await this.#address(all, how), checks);
  }

  async #address(parameters, { signed, pushed }) {
    if (signed) {
      const url = await oidc.buildAuthorizationUrlWithJAR(this.#config, parameters, await privateKey());
      if (!pushed) return url;
      parameters = url.searchParams;
    }
    return pushed
      ? oidc.buildAuthorizationUrlWithPAR(this.#config, parameters, this.#proof)
      : oidc.buildAuthorizationUrl(this.#config, parameters);
  }

  /** What a device shows to the person. */
  authorizeDevice(parameters = { scope: this.scope }) {
    return oidc.initiateDeviceAuthorization(this.#config, parameters);
  }

  /** Waits until the person has answered. */
  answerFor(device) {
    return oidc.pollDeviceAuthorizationGrant(this.#config, device, undefined, this.#proof);
  }

  /** A token for the app itself. */
  actForItself(parameters) {
    return oidc.clientCredentialsGrant(this.#config, parameters, this.#proof);
  }

  /** Redeems the code that came back, in an address or in a form, after all checks. */
  redeem(cameBack, { checks }) {
    return oidc.authorizationCodeGrant(this.#config, cameBack, checks, undefined, this.#proof);
  }

  userinfo(tokens) {
    return oidc.fetchUserInfo(this.#config, tokens.access_token, tokens.claims().sub, this.#proof);
  }

  refresh(tokens, parameters) {
    return oidc.refreshTokenGrant(this.#config, tokens.refresh_token, parameters, this.#proof);
  }

  introspect(token) {
    return oidc.tokenIntrospection(this.#config, token);
  }

  revoke(token) {
    return oidc.tokenRevocation(this.#config, token);
  }

  logoutUrl(parameters) {
    return oidc.buildEndSessionUrl(this.#config, parameters);
  }
}

async function authentication(
  { client_secret: registered, token_endpoint_auth_method: method },
  secret = registered,
) {
  switch (method) {
    case 'client_secret_basic':
      return oidc.ClientSecretBasic(secret);
    case 'client_secret_post':
      return oidc.ClientSecretPost(secret);
    case 'client_secret_jwt':
      return oidc.ClientSecretJwt(secret);
    case 'private_key_jwt':
      return oidc.PrivateKeyJwt(await privateKey());
    case 'none':
      return oidc.None();
    default:
      throw new Error(`no app here authenticates with ${method}`);
  }
}

export async function privateKey() {
  const jwk = key();
  const algorithm = { name: 'ECDSA', namedCurve: jwk.crv };
  return { kid: jwk.kid, key: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']) };
}

/** The key set that goes with it. */
export function publicKeys() {
  return { keys: [{ ...key(), d: undefined, key_ops: undefined }] };
}

function key() {
  return JSON.parse(readFileSync(process.env.CLIENT_KEY, 'utf8'));
}
