"""Rows as flows leave them: every trait is a state that a real call can reach."""

import json
import secrets
import uuid
from datetime import timedelta

import factory
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from voice2fa.conf import get_settings
from voice2fa.core.events import Answerer, Attestation, Cause, Kind
from voice2fa.core.methods import Cue, Method, Purpose
from voice2fa.core.states import State
from voice2fa.flows.attempts.tickets import hash_ticket, mark_of
from voice2fa.flows.telephony.challenges import lifetime
from voice2fa.models import CallEvent, PhoneVerification, VoiceDevice

PASSWORD = "correct horse battery staple"
CALLER = "+12025550100"


def _numbers(start):
    """Return valid numbers, another one for each row."""
    return factory.Sequence(lambda n: f"+1202555{start + n % 4000}")


def _after(seconds):
    return factory.LazyAttribute(lambda row: row.created_at + timedelta(seconds=seconds))


class UserFactory(DjangoModelFactory):
    """A person with a password; ``username`` fills whatever field the user model logs in by."""

    class Meta:
        model = settings.AUTH_USER_MODEL

    class Params:
        staff = factory.Trait(is_staff=True)
        superuser = factory.Trait(is_staff=True, is_superuser=True)

    username = factory.Sequence(lambda n: f"person{n}")
    password = Password(PASSWORD)

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        return {get_user_model().USERNAME_FIELD: kwargs.pop("username"), **kwargs}


class VoiceDeviceFactory(DjangoModelFactory):
    """A confirmed phone; ``confirmed=False`` for one whose call is still to come."""

    class Meta:
        model = VoiceDevice

    user = factory.SubFactory(UserFactory)
    name = "Mobile"
    number = _numbers(1000)
    confirmed = True
    created_at = factory.LazyFunction(timezone.now)


class PhoneVerificationFactory(DjangoModelFactory):
    """A pending login by the key that the call names; traits lead on from there.

    ``ticket`` is the ticket to use it with; ``age`` tells how long ago it was written.
    """

    class Meta:
        model = PhoneVerification

    class Params:
        ticket = factory.LazyFunction(secrets.token_urlsafe)
        age = timedelta(seconds=30)
        dialing = factory.Trait(
            state=State.DIALING,
            call_id=factory.LazyFunction(lambda: f"local-{uuid.uuid4().hex}"),
            claimed_at=_after(1),
            placed_at=_after(2),
        )
        ringing = factory.Trait(dialing=True, observed_at=_after(4), ringing_at=_after(4))
        answered = factory.Trait(
            dialing=True, state=State.ANSWERED, answered_at=_after(8), answerer=Answerer.HUMAN
        )
        code_told = factory.Trait(answered=True, method=Method.SPEAK, step=2, code_told_at=_after(12))
        ended = factory.Trait(decided_at=_after(16), ended_at=_after(18))
        approved = factory.Trait(answered=True, ended=True, state=State.APPROVED, step=2)
        used = factory.Trait(approved=True, consumed_at=_after(20))
        denied = factory.Trait(answered=True, ended=True, state=State.DENIED, method=Method.APPROVE, step=2)
        reported = factory.Trait(denied=True, state=State.REPORTED)
        locked = factory.Trait(
            answered=True,
            ended=True,
            state=State.LOCKED,
            method=Method.ENTER,
            tries=factory.LazyFunction(lambda: get_settings().max_tries),
            step=factory.LazyAttribute(lambda row: row.tries + 1),
        )
        unreachable = factory.Trait(dialing=True, ended=True, state=State.UNREACHABLE, cause=Cause.BUSY)
        expired = factory.Trait(
            state=State.EXPIRED,
            age=factory.LazyFunction(lambda: lifetime() + timedelta(seconds=30)),
            decided_at=factory.LazyAttribute(lambda row: row.deadline + timedelta(seconds=1)),
        )
        cancelled = factory.Trait(state=State.CANCELLED, decided_at=_after(16))
        awaited = factory.Trait(is_call_in=True, method=Method.ENTER)
        called_in = factory.Trait(
            awaited=True,
            ended=True,
            state=State.APPROVED,
            call_id=factory.LazyFunction(lambda: f"local-{uuid.uuid4().hex}"),
            attestation=Attestation.FULL,
            ringing_at=_after(8),
            answered_at=_after(16),
            step=2,
        )
        enrol = factory.Trait(
            purpose=Purpose.ENROL,
            method=Method.ENTER,
            device__confirmed=False,
            consented_at=factory.SelfAttribute("created_at"),
        )
        register = factory.Trait(
            purpose=Purpose.REGISTER,
            method=Method.ENTER,
            user=None,
            device=None,
            number=_numbers(5000),
            consented_at=factory.SelfAttribute("created_at"),
            applicant=factory.LazyAttribute(lambda row: _pack(row)),
        )

    user = factory.SubFactory(UserFactory)
    device = factory.SubFactory(VoiceDeviceFactory, user=factory.SelfAttribute("..user"))
    number = factory.SelfAttribute("device.number")
    purpose = Purpose.LOGIN
    method = Method.APPROVE
    state = State.PENDING
    caller = CALLER
    nonce = factory.LazyFunction(lambda: secrets.token_hex(16))
    approve_key = factory.LazyFunction(lambda: secrets.choice("123456789"))
    ticket_hash = factory.LazyAttribute(lambda row: hash_ticket(row.ticket))
    account_mark = factory.LazyAttribute(lambda row: mark_of(row.user) if row.user else "")
    language = "en-us"
    client_address = "192.0.2.7"
    user_agent = "A browser"
    created_at = factory.LazyAttribute(lambda row: timezone.now() - row.age)
    begun_at = factory.SelfAttribute("created_at")
    deadline = factory.LazyAttribute(lambda row: row.created_at + lifetime())

    @classmethod
    def _generate(cls, strategy, params):
        if params.get("register") and params.get("used"):
            raise ValueError("A used registration has a user and a phone: use a login, or the flow itself.")
        if params.get("device") is not None:
            params.setdefault("user", params["device"].user)
        return super()._generate(strategy, params)


def _pack(row):
    if row.state in {State.REPORTED, State.LOCKED}:
        return None
    applicant = UserFactory.build()
    names = [field.name for field in applicant._meta.concrete_fields]
    (packed,) = json.loads(serializers.serialize("json", [applicant], fields=names))
    return packed


class CallEventFactory(DjangoModelFactory):
    """The report that the phone was picked up."""

    class Meta:
        model = CallEvent

    verification = factory.SubFactory(PhoneVerificationFactory, answered=True)
    call_id = factory.SelfAttribute("verification.call_id")
    kind = Kind.ANSWER
    step = 0
    cue = Cue.ASK
    received_at = factory.SelfAttribute("verification.answered_at")
    raw = factory.LazyAttribute(
        lambda event: {
            "kind": str(event.kind),
            "call_id": event.call_id,
            "to": event.verification.number.as_e164,
            "caller": event.verification.caller,
        }
    )
