"""What the harness does behind the scenes of the site: people of long standing, rows, and the clock."""

import json

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core import serializers
from django.core.signals import setting_changed
from django.db import transaction
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from voice2fa.flows import upkeep
from voice2fa.models import VoiceDevice

from . import clock, mailbox

_VOICE2FA = settings.VOICE2FA


@csrf_exempt
@transaction.atomic
def add_person(request):
    """Create an account whose phones were proved long ago."""
    person = json.loads(request.body)
    user = get_user_model().objects.create_user(
        person["username"],
        email=person["email"],
        password=person["password"],
        is_staff=person["is_staff"],
        is_superuser=person["is_staff"],
    )
    for place, number in enumerate(person["numbers"], start=1):
        now = timezone.now()
        VoiceDevice.objects.create(
            user=user, number=number, name=f"Phone {place}", confirmed=True, created_at=now
        )
    return JsonResponse({"password_hash": user.password})


def list_rows(request):
    """Return every row of every table, or of those whose names end so, as Django serialises it."""
    wanted = request.GET.get("model", "")
    models = [model for model in apps.get_models() if model._meta.label_lower.endswith(wanted)]
    rows = [row for model in models for row in model._default_manager.all()]
    shown = json.loads(serializers.serialize("json", rows))
    for row in shown:
        if row["model"] == "sessions.session":
            row["fields"]["session_data"] = SessionStore().decode(row["fields"]["session_data"])
    return JsonResponse(shown, safe=False)


def list_mails(request):
    """Return every e-mail that was sent, the oldest first."""
    mails = [{"to": mail.to, "subject": mail.subject, "body": mail.body} for mail in mailbox.messages]
    return JsonResponse(mails, safe=False)


@csrf_exempt
def set_clock(request):
    """Set how many seconds the site's clock is ahead."""
    clock.set_ahead(json.loads(request.body)["ahead"])
    return JsonResponse({})


@csrf_exempt
def sweep(request):
    """Do once what the sweeper does."""
    upkeep.sweep(now=timezone.now())
    return JsonResponse({})


@csrf_exempt
def set_voice2fa(request):
    """Replace the keys of VOICE2FA in the running site; an empty object puts back what it began with."""
    settings.VOICE2FA = {**_VOICE2FA, **json.loads(request.body)}
    setting_changed.send(sender=None, setting="VOICE2FA", value=settings.VOICE2FA, enter=True)
    return JsonResponse({})


urlpatterns = [
    path("_backstage/settings/", set_voice2fa),
    path("_backstage/sweep/", sweep),
    path("_backstage/people/", add_person),
    path("_backstage/rows/", list_rows),
    path("_backstage/mails/", list_mails),
    path("_backstage/clock/", set_clock),
]
