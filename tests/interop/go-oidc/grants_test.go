package interop

import (
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func TestGrants(t *testing.T) {
	running := running(t)

	t.Run("a device that a person lets in gets their tokens", func(t *testing.T) {
		television := discover(t, running.Issuer, running.client(t, "device-demo"), oauth2.AuthStyleInParams)
		device, err := television.DeviceAuth(calling())
		if err != nil {
			t.Fatal(err)
		}
		running.letIn(t, device)
		got, err := television.DeviceAccessToken(calling(), device)
		if err != nil {
			t.Fatal(err)
		}
		var claims claims
		if err := television.check(t, got).id.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		claims.mustBeAlice(t)
	})
	t.Run("an app that acts for itself gets a token", func(t *testing.T) {
		registered := running.client(t, "machine-demo")
		provider, err := oidc.NewProvider(calling(), running.Issuer)
		if err != nil {
			t.Fatal(err)
		}
		job := clientcredentials.Config{
			ClientID:     registered.ID,
			ClientSecret: registered.Secret,
			TokenURL:     provider.Endpoint().TokenURL,
			Scopes:       []string{"reports.read"},
		}
		got, err := job.Token(calling())
		if err != nil {
			t.Fatal(err)
		}
		if scope := got.Extra("scope"); scope != "reports.read" || got.RefreshToken != "" {
			t.Fatalf("the token is for %v", scope)
		}
		job.Scopes = []string{"openid"}
		_, err = job.Token(calling())
		mustBe(t, err, "invalid_scope")
	})
}

// What a person does who reads a device's code: opens the address with it, signs in, says yes.
func (p playground) letIn(t *testing.T, device *oauth2.DeviceAuthResponse) {
	t.Helper()
	person, acme := newBrowser(t), p.tenant(t, "acme")
	person.open(t, device.VerificationURIComplete)
	person.submit(t, map[string]string{"user_code": device.UserCode})
	person.submit(t, map[string]string{"username": acme.Login})
	person.submit(t, map[string]string{"username": acme.Username, "password": acme.Password})
	person.submit(t, map[string]string{"decision": "allow"})
	if shown := text(person.page); !strings.Contains(shown, "is let in") {
		t.Fatal(shown)
	}
}
