"""Phones that belong to people, and the record of every one that ever did."""

from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from phonenumber_field.modelfields import PhoneNumberField

from voice2fa.core.history import PhoneEvent
from voice2fa.numbers import mask

from .choices import choices_of


class Conversation(Protocol):
    """How a phone takes part in django-otp: by flows, which stand above the models and are set at start."""

    def is_available(self, phone: Any) -> tuple[bool, dict[str, Any] | None]:
        """Tell whether the phone may be rung now."""

    def begin(self, phone: Any) -> str:
        """Ring the phone to tell it a code, and return what the person is told."""

    def is_open(self, phone: Any) -> tuple[bool, dict[str, Any] | None]:
        """Tell whether a code may be typed now."""

    def judge(self, phone: Any, token: str) -> bool:
        """Tell whether the typed code is the one that the call has told."""


class VoiceDevice(Device):  # type: ignore[misc]  # django-otp ships no types
    """A phone that belongs to a user; it counts only once a completed call has confirmed it (R20)."""

    #: Set by the app when it is ready.
    conversation: ClassVar[Conversation]

    number = PhoneNumberField(_("phone number"))
    confirmed = models.BooleanField(_("confirmed"), default=False)
    #: Pressed once the number has answered: digits, star, hash, and commas of half a second each.
    extension = models.CharField(_("extension"), max_length=32, blank=True, default="")
    #: In which its calls speak, as Django writes it; empty for the language of the page that asks for one.
    language = models.CharField(_("language of calls"), max_length=16, blank=True, default="")
    is_preferred = models.BooleanField(_("rung first"), default=False)
    created_at = models.DateTimeField(_("added"))
    consented_at = models.DateTimeField(_("agreed to calls"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "number", "extension"], name="voice2fa_one_phone_per_user_and_number"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_preferred=True), name="voice2fa_one_preferred_phone_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.masked_number}".strip()

    @property
    def masked_number(self) -> str:
        """The number as it may be shown, all but its last digits hidden; an extension is shown."""
        return mask(self.number.as_e164, self.extension)

    def generate_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """Tell whether the phone may be rung now, in django-otp's terms."""
        return self.conversation.is_available(self)

    def generate_challenge(self) -> str:
        """Ring the phone, which tells a code once the key is pressed that the returned sentence names."""
        return self.conversation.begin(self)

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """Tell whether a code may be typed now, in django-otp's terms."""
        return self.conversation.is_open(self)

    def verify_token(self, token: str) -> bool:
        """Judge the code that the call has told; the right one counts once."""
        return self.conversation.judge(self, token)


class PhoneRecord(models.Model):
    """What became of a phone, or of what stands in for one; kept when phone and account are gone (R25)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="phone_records"
    )
    username = models.CharField(_("username"), max_length=254, blank=True, default="")
    #: Empty where it is not about a phone.
    number = PhoneNumberField(_("phone number"), blank=True, default="")
    extension = models.CharField(_("extension"), max_length=32, blank=True, default="")
    name = models.CharField(_("name"), max_length=64, blank=True, default="")
    event = models.CharField(_("what happened"), max_length=32, choices=choices_of(PhoneEvent))
    happened_at = models.DateTimeField(_("when"))
    consented_at = models.DateTimeField(_("agreed to calls"), null=True, blank=True)
    client_address = models.GenericIPAddressField(_("client address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=256, blank=True, default="")
    disowned_at = models.DateTimeField(_("disowned"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone record")
        verbose_name_plural = _("phone records")
        ordering: ClassVar = ["-happened_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["number", "happened_at"], name="voice2fa_history_of_number")
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.masked_number}".strip()

    @property
    def masked_number(self) -> str:
        """The number as it may be shown, all but its last digits hidden; empty if there is none."""
        return mask(self.number.as_e164, self.extension) if self.number else ""
