"""What the library leaves to the app: who somebody is there, and where they are signed out."""

from urllib.parse import urlencode

from django.conf import settings
from mozilla_django_oidc.auth import OIDCAuthenticationBackend


class BySubject(OIDCAuthenticationBackend):
    """The subject says who somebody is. The library goes by e-mail addresses unless it is told otherwise."""

    def filter_users_by_claims(self, claims):
        return self.UserModel.objects.filter(username=claims["sub"])

    def get_username(self, claims):
        return claims["sub"]

    def create_user(self, claims):
        return self.update_user(super().create_user(claims), claims)

    def update_user(self, user, claims):
        user.email, user.first_name, user.last_name = (
            claims[claim] for claim in ("email", "given_name", "family_name")
        )
        user.save()
        return user


def logout_url(request):
    """Where doorward signs the person out, and sends the browser back from."""
    parameters = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": request.build_absolute_uri(settings.LOGOUT_REDIRECT_URL),
    }
    return f"{settings.OIDC_OP_LOGOUT_ENDPOINT}?{urlencode(parameters)}"
