package interop

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// An app on go-oidc and x/oauth2, as go-oidc's own example has it, with PKCE.
type app struct {
	client
	provider *oidc.Provider
	oauth2.Config
}

// Tokens that have passed every check of the libraries.
type tokens struct {
	*oauth2.Token
	id *oidc.IDToken
	// As it came.
	rawID string
}

var patient = &http.Client{Timeout: 10 * time.Second}

func calling() context.Context {
	return oidc.ClientContext(context.Background(), patient)
}

func discover(t *testing.T, issuer string, registered client, style oauth2.AuthStyle) app {
	t.Helper()
	provider, err := oidc.NewProvider(calling(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = style
	config := oauth2.Config{
		ClientID:     registered.ID,
		ClientSecret: registered.Secret,
		Endpoint:     endpoint,
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	// A device has none.
	if len(registered.RedirectURIs) > 0 {
		config.RedirectURL = registered.RedirectURIs[0]
	}
	return app{registered, provider, config}
}

// What an authorization request is answered for.
type request struct {
	url, state, nonce, verifier string
}

func (a app) request(more ...oauth2.AuthCodeOption) request {
	r := request{state: oauth2.GenerateVerifier(), nonce: oauth2.GenerateVerifier(), verifier: oauth2.GenerateVerifier()}
	r.url = a.AuthCodeURL(r.state, append(more, oidc.Nonce(r.nonce), oauth2.S256ChallengeOption(r.verifier))...)
	return r
}

// The answer that the browser came back with, which must belong to the request.
func (a app) answer(t *testing.T, at *url.URL, to request) url.Values {
	t.Helper()
	answer := at.Query()
	if at.Scheme+"://"+at.Host+at.Path != a.RedirectURL || answer.Get("state") != to.state {
		t.Fatalf("this is no answer to the request: %s", at)
	}
	return answer
}

// Redeems the code that came back.
func (a app) redeem(t *testing.T, code string, to request) tokens {
	t.Helper()
	got, err := a.Exchange(calling(), code, oauth2.VerifierOption(to.verifier))
	if err != nil {
		t.Fatal(err)
	}
	checked := a.check(t, got)
	if checked.id.Nonce != to.nonce {
		t.Fatalf("the nonce is %q", checked.id.Nonce)
	}
	return checked
}

func (a app) refresh(t *testing.T, old tokens) tokens {
	t.Helper()
	fresh, err := a.TokenSource(calling(), &oauth2.Token{RefreshToken: old.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	return a.check(t, fresh)
}

// Verifies the ID token, and that the access token belongs to it.
func (a app) check(t *testing.T, got *oauth2.Token) tokens {
	t.Helper()
	raw, _ := got.Extra("id_token").(string)
	id, err := a.provider.Verifier(&oidc.Config{ClientID: a.ID}).Verify(calling(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.VerifyAccessToken(got.AccessToken); err != nil {
		t.Fatal(err)
	}
	return tokens{got, id, raw}
}

func (a app) userinfo(got tokens) (*oidc.UserInfo, error) {
	return a.provider.UserInfo(calling(), oauth2.StaticTokenSource(got.Token))
}

// Where doorward signs the person out, and sends the browser back from.
func (a app) logoutURL(t *testing.T, got tokens) string {
	t.Helper()
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := a.provider.Claims(&metadata); err != nil {
		t.Fatal(err)
	}
	parameters := url.Values{
		"id_token_hint":            {got.rawID},
		"post_logout_redirect_uri": {a.PostLogoutRedirectURIs[0]},
	}
	return metadata.EndSession + "?" + parameters.Encode()
}
