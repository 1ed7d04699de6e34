"""The settings of a Django project whose sign-in is mozilla-django-oidc's, as its guide says it."""

import requests
from playground import ISSUER

SECRET_KEY = "of this test alone"
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mozilla_django_oidc",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mozilla_django_oidc.middleware.SessionRefresh",
]
AUTHENTICATION_BACKENDS = ["people.BySubject"]
LOGIN_URL = "oidc_authentication_init"
LOGIN_REDIRECT_URL = "profile"
LOGIN_REDIRECT_URL_FAILURE = "/refused"
LOGOUT_REDIRECT_URL = "/"

# The library does not read discovery documents itself.
_METADATA = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=10).json()
OIDC_OP_AUTHORIZATION_ENDPOINT = _METADATA["authorization_endpoint"]
OIDC_OP_TOKEN_ENDPOINT = _METADATA["token_endpoint"]
OIDC_OP_USER_ENDPOINT = _METADATA["userinfo_endpoint"]
OIDC_OP_JWKS_ENDPOINT = _METADATA["jwks_uri"]
OIDC_OP_LOGOUT_ENDPOINT = _METADATA["end_session_endpoint"]
OIDC_OP_LOGOUT_URL_METHOD = "people.logout_url"
OIDC_STORE_ID_TOKEN = True
OIDC_USE_PKCE = True
