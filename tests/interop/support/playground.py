"""The running playground, as it described itself in the environment (see `run`)."""

import json
import os

_PLAYGROUND = json.loads(os.environ["PLAYGROUND"])

ISSUER = _PLAYGROUND["issuer"]
ALICE = {"name": "Alice Archer", "email": "alice@acme.example", "email_verified": True, "tenant": "acme"}


def client(client_id):
    return next(it for it in _PLAYGROUND["clients"] if it["client_id"] == client_id)


def sign_in(browser):
    """Alice's way from doorward's sign-in page over the test IdP's."""
    acme = next(tenant for tenant in _PLAYGROUND["tenants"] if tenant["slug"] == "acme")
    browser.submit(username=acme["login"])
    browser.submit(username=acme["idp_username"], password=acme["idp_password"])
