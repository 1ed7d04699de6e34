"""A Django project on mozilla-django-oidc signs people in through the playground."""

import os
import sys
import unittest
from urllib.parse import parse_qs, urlsplit

import django
import playground
import suite
from browser import Browser
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client, override_settings
from playground import ISSUER

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()
call_command("migrate", verbosity=0)


class Project:
    """What every project must be able to do; the classes below say which project."""

    def setUp(self):
        registered = playground.client(self.client_id)
        (self.callback,), (self.home,) = registered["redirect_uris"], registered["post_logout_redirect_uris"]
        of_client = override_settings(
            OIDC_RP_CLIENT_ID=registered["client_id"],
            OIDC_RP_CLIENT_SECRET=registered["client_secret"],
            OIDC_RP_SCOPES=registered["scope"],
            **self.settings,
        )
        of_client.enable()
        self.addCleanup(of_client.disable)
        get_user_model().objects.all().delete()
        self.app = Client(headers={"host": urlsplit(self.callback).netloc})
        self.browser = Browser(self.callback, self.home)

    def follow(self, response):
        """Follows the app's redirect to doorward."""
        self.assertEqual(response.status_code, 302, response.content)
        self.assertTrue(response.headers["Location"].startswith(ISSUER), response.headers["Location"])
        self.browser.open(response.headers["Location"])

    def come_back(self):
        """Brings the app what the browser came back with; returns where the app leads."""
        self.assertTrue(self.browser.is_at_app(), f"{self.browser.url}: {self.browser.text}")
        response = self.app.get(self.browser.url)
        self.assertEqual(response.status_code, 302, response.content)
        return response.headers["Location"]

    def sign_in(self):
        to_sign_in = self.app.get("/profile").headers["Location"]
        self.follow(self.app.get(to_sign_in))
        playground.sign_in(self.browser)
        self.assertEqual(self.come_back(), "/profile")

    def renew(self):
        """Comes to the app when the ID token is too old for it; returns where the app leads in the end."""
        session = self.app.session
        session["oidc_id_token_expiration"] = 0
        session.save()
        self.follow(self.app.get("/profile"))
        return self.come_back()

    def is_signed_in(self):
        return self.app.get("/profile").status_code == 200

    def test_sends_a_challenge(self):
        response = self.app.get("/oidc/authenticate/")
        request = parse_qs(urlsplit(response.headers["Location"]).query)
        self.assertEqual(request["code_challenge_method"], ["S256"])

    def test_signs_a_person_in_with_the_claims_of_userinfo(self):
        self.sign_in()
        profile = self.app.get("/profile").json()
        self.assertTrue(profile.pop("username"))
        self.assertEqual(
            profile, {"email": "alice@acme.example", "first_name": "Alice", "last_name": "Archer"}
        )

    def test_knows_the_person_again(self):
        for _ in range(2):
            self.sign_in()
            self.app.logout()
            self.browser = Browser(self.callback, self.home)
        self.assertEqual(get_user_model().objects.count(), 1)

    def test_renews_the_session_silently(self):
        self.sign_in()
        self.assertEqual(self.renew(), "/profile")
        self.assertTrue(self.is_signed_in())

    def test_signs_the_person_out(self):
        self.sign_in()
        self.follow(self.app.post("/oidc/logout/"))
        self.assertEqual(self.browser.url, self.home)
        self.assertFalse(self.is_signed_in())
        self.follow(self.app.get("/oidc/authenticate/"))
        self.assertIn('name="username"', self.browser.text)

    def test_ends_the_session_of_who_signed_out_elsewhere(self):
        self.sign_in()
        id_token = self.app.session["oidc_id_token"]
        self.browser.open(f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?id_token_hint={id_token}")
        self.assertEqual(self.renew(), "/refused")
        self.assertFalse(self.is_signed_in())


class WithClientSecretPost(Project, unittest.TestCase):
    client_id = "django-rs256"
    settings = {"OIDC_RP_SIGN_ALGO": "RS256"}


class WithClientSecretBasic(Project, unittest.TestCase):
    client_id = "django-es256"
    settings = {"OIDC_RP_SIGN_ALGO": "ES256", "OIDC_TOKEN_USE_BASIC_AUTH": True}


if __name__ == "__main__":
    sys.exit(suite.run("mozilla-django-oidc", sys.modules[__name__]))
