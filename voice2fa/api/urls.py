"""Addresses of the API: ``path("api/", include("voice2fa.api.urls"))``."""

from django.urls import include, path

from .views import account, calls, starts

app_name = "voice2fa_api"

_v1 = [
    path("session/", account.SessionView.as_view(), name="session"),
    path("register/", starts.RegisterView.as_view(), name="register"),
    path("login/", starts.LoginView.as_view(), name="login"),
    path("status/", calls.StatusView.as_view(), name="status"),
    path("code/", calls.CodeView.as_view(), name="code"),
    path("cancel/", calls.CancelView.as_view(), name="cancel"),
    path("resend/", calls.ResendView.as_view(), name="resend"),
    path("complete/", calls.CompleteView.as_view(), name="complete"),
]

urlpatterns = [path("v1/", include(_v1))]
