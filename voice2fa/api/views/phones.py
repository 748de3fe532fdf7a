"""A person's phones: list, add, rename, prefer, choose the language of their calls, remove."""

from typing import Any

from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import CALL_REFUSALS, Doc
from voice2fa.api.examples import LANGUAGES, NEW_PHONE, PHONE, STARTED
from voice2fa.api.serializers import (
    LanguageSerializer,
    PhoneAddSerializer,
    PhoneChangeSerializer,
    PhoneSerializer,
    StartedSerializer,
)
from voice2fa.core.errors import Code
from voice2fa.flows import enrolment, phones
from voice2fa.flows.telephony.languages import list_languages
from voice2fa.models import VoiceDevice

from .base import RECEIPT, AccountView, VoiceView
from .bodies import reply_started

_FRESH = (Code.CONFIRMATION_REQUIRED, Code.PROOF_REQUIRED)


class PhonesView(AccountView):
    """The phones of the account."""

    docs = {
        "get": Doc(
            summary="List the phones", gives={200: PhoneSerializer}, is_list=True, says={200: [PHONE]}
        ),
        "post": Doc(
            summary="Add a phone: it rings, and counts once `complete` is called",
            detail="Asks for a confirmation no older than five minutes.",
            takes=PhoneAddSerializer,
            gives={201: StartedSerializer},
            headers=RECEIPT,
            refuses=(
                *CALL_REFUSALS,
                *_FRESH,
                Code.CONSENT_REQUIRED,
                Code.EXTENSION_INVALID,
                Code.EXTENSION_TOO_LONG,
                Code.EXTENSION_TWICE,
                Code.LANGUAGE_UNSPOKEN,
                Code.NUMBER_SHARED,
                Code.PHONE_EXISTS,
                Code.PHONE_LIMIT,
            ),
            sends=NEW_PHONE,
            says={201: STARTED},
        ),
    }

    def get(self, request: Request) -> Response:
        """List them, oldest first."""
        return Response(PhoneSerializer(enrolment.phones_of(self.user), many=True).data)

    @sensitive_variables("started")
    def post(self, request: Request) -> Response:
        """Ring the number that is to be added."""
        values = self.read(PhoneAddSerializer)
        started = phones.add(
            self.user,
            number=values["number"],
            extension=values["extension"],
            language=values.get("language"),
            name=values["name"],
            client=self.client,
            confirmed_at=self.confirmed_at,
            now=self.now,
            consents=values["consents"],
        )
        return reply_started(started, now=self.now)


class LanguagesView(VoiceView):
    """The languages that may be chosen for the calls to a phone."""

    docs = {
        "get": Doc(
            summary="List the languages in which calls can be held",
            gives={200: LanguageSerializer},
            is_list=True,
            says={200: LANGUAGES},
        ),
    }

    def get(self, request: Request) -> Response:
        """List them, in the order of the site."""
        return Response(LanguageSerializer(list_languages(), many=True).data)


class PhoneView(AccountView):
    """One of them; somebody else's does not exist here."""

    docs = {
        "patch": Doc(
            summary="Rename a phone, choose the language of its calls, or have it rung first",
            detail="Asks for a confirmation no older than five minutes.",
            takes=PhoneChangeSerializer,
            gives={200: PhoneSerializer},
            headers=RECEIPT,
            refuses=(*_FRESH, Code.ACCOUNT_CHANGED, Code.LANGUAGE_UNSPOKEN),
            sends={"name": "Work phone", "language": "es", "is_preferred": True},
            says={200: PHONE | {"language": "es", "is_preferred": True}},
        ),
        "delete": Doc(
            summary="Remove a phone",
            detail="Asks for a confirmation no older than five minutes.",
            gives={204: None},
            headers=RECEIPT,
            refuses=(*_FRESH, Code.ACCOUNT_CHANGED, Code.LAST_PHONE),
        ),
    }

    def patch(self, request: Request, pk: int) -> Response:
        """Change what is named, and nothing else."""
        phone, values = self.phone(pk), self.read(PhoneChangeSerializer)
        told: Any = {"client": self.client, "confirmed_at": self.confirmed_at, "now": self.now}
        # First what may be refused for what it says: then nothing else has been changed.
        if "language" in values:
            phones.choose_language(phone, values["language"], **told)
        if "name" in values:
            phones.rename(phone, values["name"], **told)
        if "is_preferred" in values:
            phones.prefer(phone, **told)
        return Response(dict(PhoneSerializer(phone).data))

    def delete(self, request: Request, pk: int) -> Response:
        """Remove it at once."""
        phones.remove(self.phone(pk), client=self.client, confirmed_at=self.confirmed_at, now=self.now)
        return Response(status=204)

    def phone(self, pk: int) -> VoiceDevice:
        """Return the phone of that id; raises ``Http404`` for others'."""
        phone: VoiceDevice = self.own(VoiceDevice.objects.filter(confirmed=True), pk)
        return phone
