"""Recovery codes: a django-otp device like any other, whose tokens are used up one by one."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django_otp.models import Device, ThrottlingMixin

from voice2fa import signals
from voice2fa.core import recovery
from voice2fa.keys import key_for


class RecoveryCodes(ThrottlingMixin, Device):  # type: ignore[misc]  # django-otp ships no types
    """A person's recovery codes: one set for each account, throttled as a whole."""

    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("recovery codes")
        verbose_name_plural = _("recovery codes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], name="voice2fa_one_set_of_codes_per_user"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_throttle_factor(self) -> float:
        """Return the seconds to wait after the first wrong code; they double with each further one."""
        return 1

    @property
    def remaining(self) -> int:
        """How many are still good."""
        return int(self.codes.filter(used_at=None).count())

    @sensitive_variables()
    def verify_token(self, token: str) -> bool:
        """Use up the code if it is one of those left; of racing requests one alone is told True (R8)."""
        is_allowed, _why = self.verify_is_allowed()
        if not is_allowed or not token:
            return False
        now = timezone.now()
        left = self.codes.filter(used_at=None)
        # Each is compared, so that timing does not tell which one it was.
        matching = [code.pk for code in left if code.is_right(token)]
        if not left.filter(pk__in=matching).update(used_at=now):
            self._count_failure(now)
            return False
        self.throttle_reset(commit=False)
        self._update(throttling_failure_count=0, throttling_failure_timestamp=None)
        announce = partial(signals.recovery_code_used.send_robust, sender=RecoveryCodes)
        transaction.on_commit(partial(announce, codes=self, now=now))
        return True

    def _count_failure(self, now: datetime) -> None:
        """Count in the database: django-otp's own saves what was read, and side by side would count once."""
        self.throttle_increment(commit=False)
        self._update(
            throttling_failure_count=F("throttling_failure_count") + 1, throttling_failure_timestamp=now
        )

    def _update(self, **changes: Any) -> None:
        RecoveryCodes.objects.filter(pk=self.pk).update(**changes)


class RecoveryCode(models.Model):
    """One recovery code, as a keyed and salted hash (R34)."""

    device = models.ForeignKey(RecoveryCodes, models.CASCADE, related_name="codes")
    salt = models.CharField(max_length=32)
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return f"{self.pk}"

    @sensitive_variables()
    def is_right(self, typed: str) -> bool:
        """Tell whether the typed text is this code."""
        return bool(typed) and constant_time_compare(
            self.code_hash, recovery.digest(key_for("recovery"), self.salt, typed)
        )
