package interop

import (
	"encoding/json"
	"os"
	"testing"
)

// The running playground, as it described itself in the environment (see `run`).
type playground struct {
	Issuer  string
	Clients []client
	Tenants []tenant
}

type client struct {
	ID                     string   `json:"client_id"`
	Secret                 string   `json:"client_secret"`
	RedirectURIs           []string `json:"redirect_uris"`
	PostLogoutRedirectURIs []string `json:"post_logout_redirect_uris"`
}

type tenant struct {
	Slug     string
	Login    string
	Username string `json:"idp_username"`
	Password string `json:"idp_password"`
}

func running(t *testing.T) playground {
	t.Helper()
	var found playground
	if err := json.Unmarshal([]byte(os.Getenv("PLAYGROUND")), &found); err != nil {
		t.Fatalf("PLAYGROUND is not set (%v); start these tests with tests/interop/run", err)
	}
	return found
}

func (p playground) client(t *testing.T, id string) client {
	t.Helper()
	for _, client := range p.Clients {
		if client.ID == id {
			return client
		}
	}
	t.Fatalf("the playground has no client %s", id)
	return client{}
}

func (p playground) tenant(t *testing.T, slug string) tenant {
	t.Helper()
	for _, tenant := range p.Tenants {
		if tenant.Slug == slug {
			return tenant
		}
	}
	t.Fatalf("the playground has no tenant %s", slug)
	return tenant{}
}
