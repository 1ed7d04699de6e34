package interop

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// One person's browser without pictures: cookies, redirects, forms. The way ends where an app takes over.
type browser struct {
	http *http.Client
	apps []string
	// Where the browser is, and what it shows there.
	url  *url.URL
	page *html.Node
}

func newBrowser(t *testing.T, apps ...string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{apps: apps}
	b.http = &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if b.isApp(next.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

func (b *browser) open(t *testing.T, address string) {
	t.Helper()
	answer, err := b.http.Get(address)
	b.show(t, answer, err)
}

// Submits the form that has all these fields, with these values in place of its own.
func (b *browser) submit(t *testing.T, values map[string]string) {
	t.Helper()
	form, fields := b.form(values)
	if form == nil {
		t.Fatalf("no form with %v on %s: %s", values, b.url, text(b.page))
	}
	action, err := b.url.Parse(attribute(form, "action"))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		fields.Set(name, value)
	}
	answer, err := b.http.PostForm(action.String(), fields)
	b.show(t, answer, err)
}

// Whether a form on the page has such a field.
func (b *browser) asksFor(field string) bool {
	form, _ := b.form(map[string]string{field: ""})
	return form != nil
}

func (b *browser) show(t *testing.T, answer *http.Response, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b.url = answer.Request.URL
	if location, err := answer.Location(); err == nil {
		b.url = location
	}
	if b.page, err = html.Parse(answer.Body); err != nil {
		t.Fatal(err)
	}
}

func (b *browser) isApp(address *url.URL) bool {
	for _, app := range b.apps {
		if address.String() == app || strings.HasPrefix(address.String(), app+"?") {
			return true
		}
	}
	return false
}

// The form with these fields, and what it carries unseen.
func (b *browser) form(wanted map[string]string) (*html.Node, url.Values) {
	for form := range b.page.Descendants() {
		if form.Data != "form" {
			continue
		}
		names, unseen := map[string]bool{}, url.Values{}
		for field := range form.Descendants() {
			if field.Data == "input" || field.Data == "button" {
				names[attribute(field, "name")] = true
				if attribute(field, "type") == "hidden" {
					unseen.Set(attribute(field, "name"), attribute(field, "value"))
				}
			}
		}
		all := true
		for name := range wanted {
			all = all && names[name]
		}
		if all {
			return form, unseen
		}
	}
	return nil, nil
}

func attribute(node *html.Node, name string) string {
	for _, attribute := range node.Attr {
		if attribute.Key == name {
			return attribute.Val
		}
	}
	return ""
}

func text(page *html.Node) string {
	var words []string
	for node := range page.Descendants() {
		if node.Type == html.TextNode {
			words = append(words, strings.Fields(node.Data)...)
		}
	}
	return fmt.Sprint(words)
}
