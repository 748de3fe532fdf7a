"""The addresses of the journeys' site: voice2fa, a page for members, and the way behind the scenes."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import include, path
from django.utils.html import format_html

from . import acts, backstage


def _page(heading, request):
    return HttpResponse(
        format_html(
            '<!doctype html><html lang="en"><title>{0}</title><main><h1>{0}</h1><p>{1}</p></main></html>',
            heading,
            f"Hello {request.user.get_username() or 'stranger'}, verified: {request.user.is_verified()}",
        )
    )


@login_required
def members(request):
    return _page("For members", request)


urlpatterns = [
    path("phone/", include("voice2fa.urls")),
    path("admin/", admin.site.urls),
    path("members/", members, name="members"),
    path("pay/", acts.pay),
    path("paid/", acts.paid),
    *backstage.urlpatterns,
    path("", lambda request: _page("Home", request), name="home"),
]

assert not settings.DEBUG, "Journeys see the pages that visitors see."
