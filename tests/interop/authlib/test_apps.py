"""Apps on Authlib sign people in through the playground."""

import json
import os
import sys
import time
import unittest
from urllib.parse import quote_plus, urlsplit

from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

import playground
import suite
from app import create_app
from browser import Browser
from playground import ALICE, ISSUER


class App:
    """What every app must be able to do; the classes below say which app."""

    redirect_uri = None
    asks_consent = False

    def setUp(self):
        registered = playground.client(self.client_id)
        self.scope = registered["scope"]
        self.post_logout_redirect_uris = registered["post_logout_redirect_uris"]
        redirect_uri = self.redirect_uri or registered["redirect_uris"][0]
        app = create_app(ISSUER, registered, redirect_uri, **self.authentication(registered))
        self.app = app.test_client()
        self.browser = Browser(redirect_uri, *self.post_logout_redirect_uris)

    def authentication(self, registered):
        return {"client_secret": registered["client_secret"]}

    def open(self, response):
        """Follows the app's redirect."""
        self.assertEqual(response.status_code, 302, response.text)
        self.browser.open(response.location)

    def come_back(self, path="/callback"):
        """Brings the app what the browser came back with."""
        self.assertTrue(self.browser.is_at_app(), f"{self.browser.url}: {self.browser.text}")
        return self.app.get(f"{path}?{urlsplit(self.browser.url).query}")

    def ok(self, response):
        self.assertEqual(response.status_code, 200, response.text)
        return response.json

    def sign_in(self):
        self.open(self.app.get("/login"))
        playground.sign_in(self.browser)
        if self.asks_consent and not self.browser.is_at_app():
            self.browser.submit(decision="allow")
        return self.ok(self.come_back())

    def assert_is_alice(self, claims):
        self.assertEqual({**claims, **ALICE}, claims)

    def test_signs_a_person_in(self):
        token = self.sign_in()
        self.assert_is_alice(token["userinfo"])
        self.assertEqual(token["userinfo"]["iss"], ISSUER)

    def test_reads_userinfo(self):
        token = self.sign_in()
        userinfo = self.ok(self.app.post("/userinfo", json=token))
        self.assert_is_alice(userinfo)
        self.assertEqual(userinfo["sub"], token["userinfo"]["sub"])

    def test_refreshes_if_it_may(self):
        token = self.sign_in()
        self.assertEqual("refresh_token" in token, "offline_access" in self.scope)
        if "refresh_token" in token:
            fresh = self.ok(self.app.post("/refresh", json=token))
            self.assertNotEqual(fresh["refresh_token"], token["refresh_token"])
            self.assertEqual(fresh["userinfo"]["sub"], token["userinfo"]["sub"])
            self.assert_is_alice(self.ok(self.app.post("/userinfo", json=fresh)))

    def test_signs_the_person_out(self):
        token = self.sign_in()
        self.open(self.app.post("/logout", json=token))
        if self.post_logout_redirect_uris:
            self.ok(self.come_back("/signed-out"))
        else:
            self.assertIn("You are signed out", self.browser.text)
        self.open(self.app.get("/login?prompt=none"))
        refused = self.come_back()
        self.assertEqual((refused.status_code, refused.json), (400, {"error": "login_required"}))


class WithClientSecretBasic(App, unittest.TestCase):
    client_id = "sample-app"


class WithClientSecretPost(App, unittest.TestCase):
    client_id = "third-party-demo"
    asks_consent = True


class InABrowserPage(App, unittest.TestCase):
    client_id = "spa-demo"


class OnAFreePort(App, unittest.TestCase):
    client_id = "native-demo"
    redirect_uri = "http://127.0.0.1:51236/callback"


class WithPrivateKeyJwt(App, unittest.TestCase):
    client_id = "private-key-demo"

    def authentication(self, registered):
        with open(os.environ["CLIENT_KEY"], encoding="utf-8") as file:
            key = ECKey.import_key(json.load(file))
        method = ShortLivedAssertion(ISSUER, headers={"kid": key.kid}, alg="ES256")
        return {"client_secret": key, "client_auth_methods": [method]}


class ShortLivedAssertion(PrivateKeyJWT):
    """Authlib's own lasts an hour, which is more than doorward remembers used assertions for."""

    def __call__(self, *request):
        self.claims = {"exp": int(time.time()) + 60}
        return super().__call__(*request)


class WithRs256(App, unittest.TestCase):
    client_id = "rs256-demo"

    def authentication(self, registered):
        # Authlib leaves the form-encoding of RFC 6749 section 2.3.1 to its caller.
        return {"client_secret": quote_plus(registered["client_secret"])}


if __name__ == "__main__":
    sys.exit(suite.run("authlib", sys.modules[__name__]))
