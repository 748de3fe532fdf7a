"""The addresses of the journeys' site, and of django-otp-webauthn, with a page that registers a passkey."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from .urls import urlpatterns as journeys_urlpatterns

PAGE = """{% load otp_webauthn %}<!doctype html><html lang="en"><title>Add a passkey</title><main>
<h1>Add a passkey</h1>
<span id="passkey-registration-placeholder"></span>
<template id="passkey-registration-available-template">
  <button type="button" id="passkey-register-button">Add it</button>
  <p id="passkey-register-status-message"></p>
</template>
<template id="passkey-registration-unavailable-template"><p>No passkeys here</p></template>
</main>{% render_otp_webauthn_register_scripts %}</html>"""


@login_required
def add_passkey(request):
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [
    path("webauthn/", include("django_otp_webauthn.urls", namespace="otp_webauthn")),
    path("add-passkey/", add_passkey),
    *journeys_urlpatterns,
]
