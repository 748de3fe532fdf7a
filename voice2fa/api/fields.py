"""Fields that read what people type, as the pages do."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber, to_python
from rest_framework import serializers

from voice2fa.core.errors import Code
from voice2fa.sentences import REFUSALS


class NumberField(serializers.CharField):
    """A phone number with its country code; an extension may stand behind it."""

    default_error_messages = {"invalid_number": cast(str, REFUSALS[Code.NUMBER_INVALID])}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, help_text=_("With the country code: +1 202 555 0123."), **kwargs)

    def to_internal_value(self, data: Any) -> PhoneNumber:
        """Return the number; whether it may be called is for the flow to say."""
        number = to_python(super().to_internal_value(data))
        if number is None or not number.is_valid():
            self.fail("invalid_number")
        return number


class SecretField(serializers.CharField):
    """A password: never shown, never trimmed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=4096,
            trim_whitespace=False,
            write_only=True,
            style={"input_type": "password"},
            **kwargs,
        )
