"""What somebody without a phone must bring, beside the password, before the first one is theirs to add."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from voice2fa.core.proofs import ProofKind

from .choices import choices_of
from .phones import VoiceDevice


class PhoneProof(models.Model):
    """A one-time secret, sent by e-mail or given out by staff, that allows a person to add a first phone.

    It is derived from the nonce and the site's key: what is stored tells nobody the secret.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone_proofs")
    kind = models.CharField(_("kind"), max_length=16, choices=choices_of(ProofKind))
    nonce = models.CharField(max_length=32)
    #: Changes when the account's password or e-mail address does: a secret does not outlive them.
    account_mark = models.CharField(max_length=64)
    language = models.CharField(_("language"), max_length=16, blank=True, default="")
    client_address = models.GenericIPAddressField(_("client address"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    #: The phone that was rung on the strength of this proof.
    device = models.ForeignKey(VoiceDevice, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("good until"))
    proved_at = models.DateTimeField(_("proved"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("first-phone code")
        verbose_name_plural = _("first-phone codes")
        indexes: ClassVar = [models.Index(fields=["user", "created_at"], name="voice2fa_proofs_of_user")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(proved_at__isnull=False), name="voice2fa_only_proved_is_used"
            ),
            models.CheckConstraint(
                condition=Q(proved_at=None) | Q(proved_at__lt=F("expires_at")),
                name="voice2fa_proved_before_expiry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"
