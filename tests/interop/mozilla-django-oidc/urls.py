"""What the app has: a page for those who are signed in, and the library's own."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import include, path


@login_required
def profile(request):
    """What the app knows about the person."""
    fields = ("username", "email", "first_name", "last_name")
    return JsonResponse({field: getattr(request.user, field) for field in fields})


urlpatterns = [
    path("profile", profile, name="profile"),
    path("oidc/", include("mozilla_django_oidc.urls")),
]
