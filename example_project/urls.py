"""Addresses of the example site."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from . import authenticator, money, views

urlpatterns = [
    path("", views.home, name="home"),
    path("account/", views.account, name="account"),
    path("account/authenticator/", authenticator.authenticator, name="authenticator"),
    path("account/numbers/", money.account_numbers, name="account_numbers"),
    path("account/send/", money.send_money, name="send_money"),
    path("account/send/finish/", money.send_money_finish, name="send_money_finish"),
    path("account/send/receipt/", money.receipt, name="receipt"),
    path("logout/", LogoutView.as_view(), name="logout"),
    # The two lines that a site needs: the pages and callbacks of voice2fa, ...
    path("phone/", include("voice2fa.urls")),
    # ... the same as JSON, ...
    path("api/", include("voice2fa.api.urls")),
    # ... and staff log in by phone too, for the admin's own login page knows of passwords only.
    path("admin/login/", RedirectView.as_view(pattern_name="voice2fa:login", query_string=True)),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

if find_spec("drf_spectacular"):
    from drf_spectacular.views import SpectacularAPIView

    schema = {"TITLE": "Harbour Bank", "VERSION": "1"}
    api = [path("api/", include("voice2fa.api.urls"))]
    urlpatterns.append(
        path("api/schema/", SpectacularAPIView.as_view(patterns=api, custom_settings=schema), name="schema")
    )

if settings.DEMO:
    urlpatterns.append(path("demo/", views.demo, name="demo"))
