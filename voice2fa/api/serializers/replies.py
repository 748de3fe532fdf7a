"""What the endpoints answer, as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from voice2fa.core.methods import Method, Purpose
from voice2fa.core.states import State
from voice2fa.flows.progress import Progress
from voice2fa.models import RememberedBrowser, VoiceDevice
from voice2fa.sentences import name_browser


class _BearsPass(serializers.Serializer[Any]):
    """A reply with a pass in it."""

    def get_fields(self) -> dict[str, Any]:
        """Call the pass by its name, which Python keeps for itself."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class PhoneSerializer(serializers.ModelSerializer[VoiceDevice]):
    """A phone of the account; its number is masked."""

    number = serializers.CharField(source="masked_number", read_only=True)

    class Meta:
        model = VoiceDevice
        fields = ("id", "name", "number", "language", "is_preferred", "created_at", "last_used_at")


class LanguageSerializer(serializers.Serializer[Any]):
    """A language that may be chosen for the calls to a phone."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True, help_text=_("What it calls itself."))
    spoken = serializers.CharField(
        read_only=True, help_text=_("What calls speak then: another language where this one has no voice.")
    )


class OtherPhoneSerializer(serializers.ModelSerializer[VoiceDevice]):
    """A phone that could be rung instead."""

    number = serializers.CharField(source="masked_number", read_only=True)

    class Meta:
        model = VoiceDevice
        fields = ("id", "name", "number")


class VerificationSerializer(serializers.Serializer[Progress]):
    """How far a call has come: neither code nor key nor number."""

    id = serializers.UUIDField(source="verification.pk", read_only=True)
    purpose = serializers.ChoiceField(choices=list(Purpose), read_only=True)
    method = serializers.ChoiceField(choices=list(Method), read_only=True)
    state = serializers.ChoiceField(choices=list(State), read_only=True)
    progress = serializers.CharField(
        read_only=True,
        help_text=_(
            "dialling, ringing, answered or code_told; where the person calls, awaited, answered or "
            "recognised; then the state."
        ),
    )
    heading = serializers.CharField(read_only=True)
    sentence = serializers.CharField(read_only=True)
    is_live = serializers.BooleanField(read_only=True)
    is_approved = serializers.BooleanField(read_only=True, help_text=_("Approved and not used yet."))
    is_call_in = serializers.BooleanField(read_only=True, help_text=_("The person calls us."))
    tries_left = serializers.IntegerField(read_only=True)
    deadline = serializers.DateTimeField(read_only=True)
    may_resend = serializers.BooleanField(read_only=True)
    resend_from = serializers.DateTimeField(read_only=True, help_text=_("Not before then."))
    may_call_in = serializers.BooleanField(read_only=True, help_text=_("Whether they may instead."))


class InstructionsSerializer(serializers.Serializer[Progress]):
    """What the person must see to answer the call, or to call us."""

    number = serializers.CharField(source="verification.masked_number", read_only=True)
    caller = serializers.CharField(
        read_only=True, help_text=_("The number that the call comes from, or that the person calls.")
    )
    call_language = serializers.CharField(
        read_only=True, help_text=_("The language that the call speaks, such as en or es-mx.")
    )
    extension = serializers.CharField(
        read_only=True, help_text=_("What we dial once a switchboard has answered; empty without one.")
    )
    code = serializers.CharField(
        read_only=True,
        help_text=_("To be keyed into the phone; empty once it was, and for other methods."),
    )
    why_code = serializers.CharField(
        read_only=True,
        help_text=_("Why this phone takes nothing but the code for once; empty as a rule."),
    )
    key = serializers.CharField(
        source="approve_key",
        read_only=True,
        help_text=_("The key that the call will name; empty without one."),
    )
    report_key = serializers.CharField(read_only=True, help_text=_("The key that says: this was not me."))
    other_phones = OtherPhoneSerializer(many=True, read_only=True)


class StartedSerializer(serializers.Serializer[Any]):
    """A call that has begun."""

    ticket = serializers.CharField(
        read_only=True,
        help_text=_("Told once. Send it back in the Voice-Auth-Ticket header, and keep it secret."),
    )
    verification = VerificationSerializer(read_only=True)
    show = InstructionsSerializer(read_only=True)


class UserSerializer(serializers.Serializer[Any]):
    """Whose account it is."""

    id = serializers.CharField(source="pk", read_only=True)
    username = serializers.CharField(source="get_username", read_only=True)


class CompletedSerializer(serializers.Serializer[Any]):
    """What came of an approval: somebody is logged in or has confirmed, or a phone counts.

    A token issuer adds what it gives: ``token``; ``token`` and ``expiry``; or ``access`` and ``refresh``.
    """

    purpose = serializers.ChoiceField(choices=list(Purpose), read_only=True)
    user = UserSerializer(read_only=True)
    phone = PhoneSerializer(required=False)
    phone_day = serializers.DateField(
        required=False, help_text=_("The first day on which this person needs a phone.")
    )
    confirmation = serializers.CharField(
        required=False,
        help_text=_(
            "Beside a token: a receipt for the Voice-Auth-Confirmation header, good for five minutes."
        ),
    )
    token = serializers.CharField(required=False)
    expiry = serializers.DateTimeField(required=False)
    access = serializers.CharField(required=False)
    refresh = serializers.CharField(required=False)


class WaySerializer(serializers.Serializer[Any]):
    """A way to confirm without a call: a device of django-otp."""

    id = serializers.CharField(source="persistent_id", read_only=True)
    kind = serializers.CharField(
        source="model_label",
        read_only=True,
        help_text=_("Such as otp_totp.totpdevice."),
    )
    name = serializers.CharField(read_only=True)
    is_sent = serializers.BooleanField(
        source="is_interactive", read_only=True, help_text=_("Have the code sent by a challenge first.")
    )


class PassSerializer(_BearsPass):
    """The password was right, and no phone rings: what comes next.

    The code ``phone_required`` leads to a first phone; any other says why no phone rings, and leads to the
    other ways.
    """

    code = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)
    pass_ = serializers.CharField(
        read_only=True,
        help_text=_("Opens nothing. Send it in the Voice-Auth-Pass header; good for ten minutes."),
    )
    other_ways = WaySerializer(many=True, read_only=True)
    asks_for_proof = serializers.BooleanField(
        read_only=True, help_text=_("Whether a first phone asks for a link or a code beside the password.")
    )


class SentSerializer(serializers.Serializer[Any]):
    """What the device says to it."""

    detail = serializers.CharField(read_only=True)


class CodesSerializer(serializers.Serializer[Any]):
    """How many recovery codes are left."""

    remaining = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True, allow_null=True)


class NewCodesSerializer(serializers.Serializer[Any]):
    """New recovery codes, told this once; those of before are void."""

    codes = serializers.ListField(child=serializers.CharField(), read_only=True)


class BrowserSerializer(serializers.Serializer[Any]):
    """A browser that logs in without a call."""

    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)
    expires_at = serializers.DateTimeField(read_only=True)

    def get_name(self, browser: RememberedBrowser) -> str:
        """Return what its owner would call it."""
        return name_browser(browser.user_agent)


class MailSerializer(serializers.Serializer[Any]):
    """Where a link and a code were mailed to."""

    address = serializers.CharField(read_only=True, help_text=_("Masked."))
    good_until = serializers.DateTimeField(read_only=True, allow_null=True)


class ProofSerializer(_BearsPass):
    """What stands for the right secret."""

    pass_ = serializers.CharField(read_only=True, help_text=_("A new one, for the Voice-Auth-Pass header."))
    proof = serializers.CharField(read_only=True, help_text=_("To be sent with the first phone's number."))


class SessionSerializer(serializers.Serializer[Any]):
    """Who is logged in, and what a cookie client needs before its first write."""

    user = UserSerializer(read_only=True, allow_null=True)
    csrf_token = serializers.CharField(
        read_only=True, help_text=_("For the X-CSRFToken header; empty where a token is used, no cookie.")
    )


class EndedSerializer(serializers.Serializer[Any]):
    """Whether other sessions are ended."""

    is_possible = serializers.BooleanField(
        read_only=True, help_text=_("False where the site does not keep them in a table.")
    )


class ErrorSerializer(serializers.Serializer[Any]):
    """Why not, and what to do next."""

    code = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)
    fields = serializers.DictField(  # type: ignore[assignment]  # REST framework takes it out of the class
        required=False,
        child=serializers.ListField(child=serializers.CharField()),
        help_text=_("With the code invalid: what is wrong, by field."),
    )
