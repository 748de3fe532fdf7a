"""The doors, and rooms behind them."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import include, path
from knox.views import LoginView as KnoxLoginView
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import (
    TokenObtainPairView,
    TokenObtainSlidingView,
    TokenRefreshView,
    TokenVerifyView,
)


class Me(APIView):
    """Tells the client who it is, by whichever way it says so."""

    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"name": request.user.get_username()})


def _reset(address, backend):
    """Return the view that logs in whoever has chosen a new password, by that backend."""
    view = PasswordResetConfirmView.as_view(
        post_reset_login=True, post_reset_login_backend=backend, success_url="/members/"
    )
    return path(f"{address}<uidb64>/<token>/", view)


urlpatterns = [
    _reset("accounts/reset/", "voice2fa.backends.VoiceBackend"),
    _reset("accounts/reset-by-another/", "django.contrib.auth.backends.ModelBackend"),
    path("accounts/login/", LoginView.as_view(template_name="admin/login.html")),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
    path("api/auth/", include("rest_framework.urls")),
    path("api/me/", Me.as_view()),
    path("api/token/", obtain_auth_token),
    path("api/knox/", KnoxLoginView.as_view()),
    path("api/jwt/", TokenObtainPairView.as_view()),
    path("api/jwt/sliding/", TokenObtainSlidingView.as_view()),
    path("api/jwt/refresh/", TokenRefreshView.as_view()),
    path("api/jwt/verify/", TokenVerifyView.as_view()),
    path("api/voice/", include("voice2fa.api.urls")),
    path("members/", login_required(lambda request: HttpResponse(f"Hello {request.user}"))),
    path("phone/", include("voice2fa.urls")),
    path("", lambda request: HttpResponse(f"Hello {request.user}"), name="home"),
]
