"""What the harness does behind the scenes of the site: people of long standing, rows, and the clock."""

import json

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core import serializers
from django.db import transaction
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from voice2fa.models import VoiceDevice

from . import clock, mailbox


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
    """Return every row of every table, as Django serialises it."""
    rows = [row for model in apps.get_models() for row in model._default_manager.all()]
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


urlpatterns = [
    path("_backstage/people/", add_person),
    path("_backstage/rows/", list_rows),
    path("_backstage/mails/", list_mails),
    path("_backstage/clock/", set_clock),
]
