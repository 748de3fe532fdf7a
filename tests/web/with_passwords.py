"""A site that has Django's pages for passwords."""

from django.urls import include, path

from tests.urls import urlpatterns as ours

urlpatterns = [*ours, path("accounts/", include("django.contrib.auth.urls"))]
