"""What clients send to the endpoints, as JSON."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers

from voice2fa.api.fields import NumberField, SecretField
from voice2fa.api.forms import ApplicantForm
from voice2fa.names import check_name
from voice2fa.numbers import read_extension

User = get_user_model()
_CONSENT = _("That this number is rung with automated calls, by somebody who knows what a call keeps out.")


def _language_field() -> serializers.CharField:
    return serializers.CharField(
        max_length=16,
        required=False,
        allow_blank=True,
        help_text=_("In which all calls to this phone speak: a code of `languages`; empty: as each asks."),
    )


class _NumberSerializer(serializers.Serializer[Any]):
    """What is dialled: a number, and an extension beside or behind it."""

    number = NumberField()
    extension = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        default="",
        help_text=_("Keyed in once a switchboard has answered; a comma waits half a second."),
    )
    consents = serializers.BooleanField(help_text=_CONSENT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the number in E.164 and the extension by itself; raises ``Refusal``."""
        number = attrs["number"]
        extension = read_extension(attrs["extension"], in_number=number.extension or "")
        return {**attrs, "number": str(number.as_e164), "extension": extension}


class LoginSerializer(serializers.Serializer[Any]):
    """The first factor."""

    username = serializers.CharField(max_length=254)
    password = SecretField()


class RegisterSerializer(_NumberSerializer):
    """The fields of the site's user model, a password, and the phone to be proved."""

    password = SecretField()

    def get_fields(self) -> dict[str, Any]:
        """Add what the user model asks for."""
        names = [User.USERNAME_FIELD, *User.REQUIRED_FIELDS]
        return {name: _user_field(name) for name in names} | super().get_fields()

    @sensitive_variables()
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Have Django's form judge names and password, and add the ``applicant``."""
        password = attrs["password"]
        form = ApplicantForm({**attrs, "password1": password, "password2": password})
        if not form.is_valid():
            raise serializers.ValidationError(
                {
                    name.replace("password2", "password"): [str(error) for error in errors]
                    for name, errors in form.errors.items()
                }
            )
        return {**super().validate(attrs), "applicant": form.applicant()}


class CodeSerializer(serializers.Serializer[Any]):
    """The code that the call has told."""

    code = serializers.CharField(max_length=32)


class ResendSerializer(serializers.Serializer[Any]):
    """Which phone to ring, if another than before."""

    phone = serializers.IntegerField(
        required=False, help_text=_("The id of one of the other phones, for a login.")
    )


class ChallengeSerializer(serializers.Serializer[Any]):
    """Which way to have a code sent by."""

    way = serializers.CharField(max_length=256)


class TokenSerializer(ChallengeSerializer):
    """What the device tells, or one of the recovery codes."""

    token = serializers.CharField(max_length=256)


class ConfirmSerializer(serializers.Serializer[Any]):
    """Which phone to ring, if another than the preferred one."""

    phone = serializers.IntegerField(required=False)


class PhoneAddSerializer(_NumberSerializer):
    """A phone to add."""

    name = serializers.CharField(max_length=64, validators=[check_name])
    language = _language_field()


class PhoneChangeSerializer(serializers.Serializer[Any]):
    """What is to change about a phone."""

    name = serializers.CharField(max_length=64, required=False, validators=[check_name])
    language = _language_field()
    is_preferred = serializers.BooleanField(required=False, help_text=_("Only true: prefer another instead."))

    def validate_is_preferred(self, value: bool) -> bool:
        """Refuse to leave no phone preferred."""
        if not value:
            raise serializers.ValidationError(_("Make another phone the preferred one instead."))
        return value


class SecretSerializer(serializers.Serializer[Any]):
    """The code that was mailed, or that staff gave."""

    secret = serializers.CharField(max_length=64)


class FirstPhoneSerializer(_NumberSerializer):
    """The first phone of an account."""

    language = _language_field()
    proof = serializers.CharField(max_length=1024, required=False, default="", allow_blank=True)


class PasswordSerializer(serializers.Serializer[Any]):
    """The password of whoever is logged in."""

    password = SecretField()


def _user_field(name: str) -> serializers.CharField:
    """Return a field for what the user model asks for; Django's form reads the text."""
    field = ApplicantForm.base_fields[name]
    return serializers.CharField(
        max_length=getattr(field, "max_length", None) or 1024,
        required=field.required,
        allow_blank=not field.required,
    )
