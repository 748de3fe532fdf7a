"""Browsers from which a person logs in without a call for a while."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class RememberedBrowser(models.Model):
    """A browser that a confirmed login has vouched for; void once password or phones change."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="remembered_browsers")
    secret_hash = models.CharField(max_length=64, unique=True)
    #: Changes with the password and with the set of confirmed phones.
    fingerprint = models.CharField(max_length=64)
    user_agent = models.CharField(_("browser"), max_length=256, blank=True, default="")
    client_address = models.GenericIPAddressField(_("client address"), null=True, blank=True)
    created_at = models.DateTimeField(_("remembered"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        verbose_name = _("remembered browser")
        verbose_name_plural = _("remembered browsers")
        indexes: ClassVar = [models.Index(fields=["user", "created_at"], name="voice2fa_browsers_of_user")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="voice2fa_browser_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return self.user_agent or str(self.pk)
