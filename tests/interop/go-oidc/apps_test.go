// Apps on go-oidc sign people in through the playground.
package interop

import (
	"errors"
	"testing"

	"golang.org/x/oauth2"
)

var apps = []struct {
	name, client string
	style        oauth2.AuthStyle
}{
	{"with its secret in the header", "go-basic", oauth2.AuthStyleInHeader},
	{"with its secret in the body", "go-post", oauth2.AuthStyleInParams},
	{"that finds out how to authenticate", "go-post", oauth2.AuthStyleAutoDetect},
	{"without a secret", "go-public", oauth2.AuthStyleInParams},
	{"with RS256", "go-rs256", oauth2.AuthStyleInHeader},
}

func TestApps(t *testing.T) {
	running := running(t)
	for _, it := range apps {
		app := discover(t, running.Issuer, running.client(t, it.client), it.style)
		person := newBrowser(t, app.RedirectURIs[0], app.PostLogoutRedirectURIs[0])
		var got tokens
		check := func(does string, test func(*testing.T)) bool {
			return t.Run("an app "+it.name+" "+does, test)
		}

		signedIn := check("signs a person in", func(t *testing.T) {
			got = app.signIn(t, running, person)
			var claims claims
			if err := got.id.Claims(&claims); err != nil {
				t.Fatal(err)
			}
			claims.mustBeAlice(t)
		})
		if !signedIn {
			continue
		}
		check("reads userinfo", func(t *testing.T) {
			info, err := app.userinfo(got)
			if err != nil {
				t.Fatal(err)
			}
			var claims claims
			if err := info.Claims(&claims); err != nil {
				t.Fatal(err)
			}
			claims.mustBeAlice(t)
			if info.Subject != got.id.Subject {
				t.Fatalf("the subject is %s in userinfo and %s in the ID token", info.Subject, got.id.Subject)
			}
		})
		check("refreshes", func(t *testing.T) {
			fresh := app.refresh(t, got)
			if fresh.RefreshToken == got.RefreshToken || fresh.id.Subject != got.id.Subject {
				t.Fatalf("refreshed to %+v", fresh)
			}
			got = fresh
		})
		check("signs the person out", func(t *testing.T) {
			person.open(t, app.logoutURL(t, got))
			if person.url.String() != app.PostLogoutRedirectURIs[0] {
				t.Fatalf("ended at %s: %s", person.url, text(person.page))
			}
			silent := app.request(oauth2.SetAuthURLParam("prompt", "none"))
			person.open(t, silent.url)
			if answer := app.answer(t, person.url, silent); answer.Get("error") != "login_required" {
				t.Fatalf("the answer is %v", answer)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	running := running(t)
	app := discover(t, running.Issuer, running.client(t, "go-basic"), oauth2.AuthStyleInHeader)

	t.Run("a code needs its own verifier", func(t *testing.T) {
		code, _ := app.code(t, running, newBrowser(t, app.RedirectURL))
		_, err := app.Exchange(calling(), code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
		mustBe(t, err, "invalid_grant")
	})
	t.Run("a code is good once, and a second redemption revokes the first", func(t *testing.T) {
		code, request := app.code(t, running, newBrowser(t, app.RedirectURL))
		got := app.redeem(t, code, request)
		_, err := app.Exchange(calling(), code, oauth2.VerifierOption(request.verifier))
		mustBe(t, err, "invalid_grant")
		if _, err := app.userinfo(got); err == nil {
			t.Fatal("the access token is still good")
		}
	})
	t.Run("a wrong secret is refused", func(t *testing.T) {
		code, request := app.code(t, running, newBrowser(t, app.RedirectURL))
		stranger := app
		stranger.ClientSecret = "mistyped"
		_, err := stranger.Exchange(calling(), code, oauth2.VerifierOption(request.verifier))
		mustBe(t, err, "invalid_client")
	})
}

// A person's way from the app's request to the code at the app.
func (a app) code(t *testing.T, at playground, person *browser) (string, request) {
	t.Helper()
	request, acme := a.request(), at.tenant(t, "acme")
	person.open(t, request.url)
	person.submit(t, map[string]string{"username": acme.Login})
	person.submit(t, map[string]string{"username": acme.Username, "password": acme.Password})
	answer := a.answer(t, person.url, request)
	if answer.Get("iss") != at.Issuer {
		t.Fatalf("the answer is %v", answer)
	}
	return answer.Get("code"), request
}

func (a app) signIn(t *testing.T, at playground, person *browser) tokens {
	t.Helper()
	code, request := a.code(t, at, person)
	return a.redeem(t, code, request)
}

type claims struct {
	Name          string
	Email         string
	EmailVerified bool `json:"email_verified"`
	Tenant        string
}

func (c claims) mustBeAlice(t *testing.T) {
	t.Helper()
	if c != (claims{"Alice Archer", "alice@acme.example", true, "acme"}) {
		t.Fatalf("the claims are %+v", c)
	}
}

func mustBe(t *testing.T, err error, code string) {
	t.Helper()
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.ErrorCode != code {
		t.Fatalf("expected %s, not %v", code, err)
	}
}
