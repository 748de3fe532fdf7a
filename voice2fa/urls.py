"""Addresses of voice2fa: ``path("phone/", include("voice2fa.urls"))``."""

from django.urls import include, path

app_name = "voice2fa"

urlpatterns = [
    path("calls/", include("voice2fa.callbacks.urls")),
    path("", include("voice2fa.web.urls")),
]
