"""An app in Flask whose sign-in is Authlib's, written as Authlib's own guide says."""

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, request


def create_app(issuer, registered, redirect_uri, **authentication):
    """The app of a client that is registered at `issuer`."""
    app = Flask(__name__)
    app.secret_key = "of this test alone"
    oauth = OAuth(app)
    doorward = oauth.register(
        "doorward",
        client_id=registered["client_id"],
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": registered["scope"],
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": registered["token_endpoint_auth_method"],
        },
        **authentication,
    )

    @app.get("/login")
    def login():
        return doorward.authorize_redirect(redirect_uri, **request.args)

    @app.get("/callback")
    def callback():
        # Redeems the code and verifies the ID token: signature, iss, aud, exp, nonce, at_hash.
        return doorward.authorize_access_token()

    @app.post("/userinfo")
    def userinfo():
        return doorward.userinfo(token=request.json)

    @app.post("/refresh")
    def refresh():
        token = doorward.fetch_access_token(
            grant_type="refresh_token", refresh_token=request.json["refresh_token"]
        )
        return {**token, "userinfo": doorward.parse_id_token(token, nonce=None)}

    @app.post("/logout")
    def logout():
        where = registered["post_logout_redirect_uris"]
        return doorward.logout_redirect(where[0] if where else None, request.json["id_token"])

    @app.get("/signed-out")
    def signed_out():
        doorward.validate_logout_response()
        return {}

    @app.errorhandler(OAuthError)
    def refused(error):
        return {"error": error.error}, 400

    return app
