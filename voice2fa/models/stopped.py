"""Numbers whose owners have asked us to stop calling."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from voice2fa.numbers import mask
from voice2fa.querysets import StoppedNumberQuerySet

from .verifications import PhoneVerification


class StoppedNumber(models.Model):
    """A number on the do-not-call list, until staff lift it; kept afterwards as a record (A23)."""

    number = PhoneNumberField(_("phone number"))
    stopped_at = models.DateTimeField(_("asked to stop"))
    #: The call in which it was asked.
    verification = models.ForeignKey(
        PhoneVerification, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("call")
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    reason = models.CharField(_("reason for lifting"), max_length=256, blank=True, default="")

    objects = StoppedNumberQuerySet.as_manager()

    class Meta:
        verbose_name = _("number not to be called")
        verbose_name_plural = _("numbers not to be called")
        ordering: ClassVar = ["-stopped_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(lifted_at=None), name="voice2fa_number_stopped_once"
            ),
        ]

    def __str__(self) -> str:
        return self.masked_number

    @property
    def masked_number(self) -> str:
        """The number as it may be shown, all but its last digits hidden."""
        return mask(self.number.as_e164)
