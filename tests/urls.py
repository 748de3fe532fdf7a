"""The addresses of the test site."""

from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("phone/", include("voice2fa.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("voice2fa.api.urls")),
    path("", lambda request: HttpResponse(f"Hello {request.user}"), name="home"),
]
