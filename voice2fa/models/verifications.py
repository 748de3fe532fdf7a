"""Attempts to verify a person by one call, and what the carrier told us of the call."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from voice2fa.core.events import Answerer, Attestation, Cause, Kind
from voice2fa.core.methods import Cue, Method, Purpose
from voice2fa.core.policy import APPROVE_KEYS
from voice2fa.core.states import FINAL, LIVE, State
from voice2fa.numbers import mask
from voice2fa.querysets import PhoneVerificationQuerySet

from .choices import choices_of
from .phones import VoiceDevice


class PhoneVerification(models.Model):
    """One attempt to verify a person by one call."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Kept when the account goes: the limits of the number must outlive it.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="phone_verifications"
    )
    device = models.ForeignKey(
        VoiceDevice, models.SET_NULL, null=True, blank=True, related_name="verifications"
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=choices_of(Purpose))
    method = models.CharField(_("method"), max_length=16, choices=choices_of(Method))
    state = models.CharField(_("state"), max_length=16, choices=choices_of(State), default=State.PENDING)
    cause = models.CharField(_("cause"), max_length=32, choices=choices_of(Cause), blank=True, default="")
    number = PhoneNumberField(_("phone number"))
    extension = models.CharField(_("extension"), max_length=32, blank=True, default="")
    caller = models.CharField(_("caller"), max_length=32, blank=True, default="")
    #: The person calls us from the number and keys in the code; ``attestation`` is what was said of theirs.
    is_call_in = models.BooleanField(_("the person calls"), default=False)
    attestation = models.CharField(
        _("attestation"), max_length=8, choices=choices_of(Attestation), blank=True, default=""
    )
    call_id = models.CharField(_("call id"), max_length=256, blank=True, default="")
    #: The code is derived from this and the site's key; neither the code nor the ticket is stored.
    nonce = models.CharField(max_length=64)
    approve_key = models.CharField(max_length=1)
    ticket_hash = models.CharField(max_length=64, unique=True)
    #: Changes when the account's password does: an approval does not outlive it.
    account_mark = models.CharField(max_length=64, blank=True, default="")
    #: Registration only: the fields of the user to be, the password as a hash; cleared when decided or used.
    applicant = models.JSONField(null=True, blank=True)
    #: Confirming an act only: what the call says of it, and a digest of what exactly is approved (R40).
    message = models.CharField(_("message"), max_length=512, blank=True, default="")
    payload_digest = models.CharField(max_length=64, blank=True, default="")
    #: When the person agreed to be called and took note of what a call does not protect from (R29, R48).
    consented_at = models.DateTimeField(_("agreed to calls"), null=True, blank=True)
    #: In which the call speaks.
    language = models.CharField(_("language"), max_length=16, blank=True, default="")
    #: Who picked up, as far as the carrier could tell.
    answerer = models.CharField(
        _("answered by"), max_length=16, choices=choices_of(Answerer), blank=True, default=""
    )
    step = models.PositiveSmallIntegerField(_("step"), default=1)
    tries = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    client_address = models.GenericIPAddressField(_("client address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=256, blank=True, default="")
    #: When the first factor was given; a chain of resends does not renew it.
    begun_at = models.DateTimeField(_("begun"))
    created_at = models.DateTimeField(_("created"), db_index=True)
    deadline = models.DateTimeField(_("deadline"))
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)
    ringing_at = models.DateTimeField(_("ringing"), null=True, blank=True)
    observed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    code_told_at = models.DateTimeField(_("code told"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    ended_at = models.DateTimeField(_("call ended"), null=True, blank=True)
    consumed_at = models.DateTimeField(_("used"), null=True, blank=True)

    objects = PhoneVerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("phone verification")
        verbose_name_plural = _("phone verifications")
        indexes: ClassVar = [
            models.Index(fields=["user", "created_at"], name="voice2fa_by_user"),
            models.Index(fields=["number", "created_at"], name="voice2fa_by_number"),
            models.Index(fields=["client_address", "created_at"], name="voice2fa_by_address"),
            models.Index(fields=["call_id"], name="voice2fa_by_call"),
            models.Index(
                fields=["deadline"], condition=Q(state__in=sorted(LIVE)), name="voice2fa_live_deadline"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(state__in=sorted(LIVE)),
                name="voice2fa_one_live_per_purpose",
            ),
            models.CheckConstraint(condition=Q(state__in=sorted(State)), name="voice2fa_state_known"),
            models.CheckConstraint(condition=Q(purpose__in=sorted(Purpose)), name="voice2fa_purpose_known"),
            models.CheckConstraint(condition=Q(method__in=sorted(Method)), name="voice2fa_method_known"),
            models.CheckConstraint(
                condition=Q(approve_key__in=list(APPROVE_KEYS)), name="voice2fa_report_key_never_approves"
            ),
            models.CheckConstraint(
                condition=Q(consumed_at=None) | Q(state=State.APPROVED), name="voice2fa_only_approved_is_used"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED) | (Q(answered_at__isnull=False) & ~Q(call_id="")),
                name="voice2fa_approved_in_an_answered_call",
            ),
            models.CheckConstraint(
                condition=Q(consumed_at=None) | Q(consumed_at__lt=F("deadline")),
                name="voice2fa_used_before_deadline",
            ),
            models.CheckConstraint(
                condition=Q(deadline__gt=F("created_at")), name="voice2fa_deadline_after_start"
            ),
            models.CheckConstraint(
                condition=Q(is_call_in=False) | Q(method=Method.ENTER), name="voice2fa_call_in_keys_in_a_code"
            ),
            models.CheckConstraint(
                condition=Q(applicant__isnull=True) | Q(purpose=Purpose.REGISTER),
                name="voice2fa_applicant_registers",
            ),
            models.CheckConstraint(
                condition=Q(payload_digest="")
                | Q(purpose=Purpose.CONFIRM, method__in=[Method.APPROVE, Method.ENTER]),
                name="voice2fa_payload_is_confirmed_by_keys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.masked_number} {self.state}"

    @property
    def masked_number(self) -> str:
        """The number as it may be shown, all but its last digits hidden."""
        return mask(self.number.as_e164, self.extension)

    @property
    def is_live(self) -> bool:
        """Whether it can still be decided, its deadline aside."""
        return self.state in LIVE

    @property
    def is_final(self) -> bool:
        """Whether it is decided."""
        return self.state in FINAL


class CallEvent(models.Model):
    """What the carrier told us of a call: written once, never changed, without any digits pressed."""

    verification = models.ForeignKey(PhoneVerification, models.CASCADE, related_name="events")
    call_id = models.CharField(_("call id"), max_length=256)
    kind = models.CharField(_("kind"), max_length=16, choices=choices_of(Kind))
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    #: What we answered; a repeated delivery is answered the same.
    cue = models.CharField(_("answer"), max_length=16, choices=choices_of(Cue), blank=True, default="")
    cause = models.CharField(_("cause"), max_length=32, choices=choices_of(Cause), blank=True, default="")
    occurred_at = models.DateTimeField(_("occurred"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    raw = models.JSONField(_("report"), default=dict)

    class Meta:
        verbose_name = _("call event")
        verbose_name_plural = _("call events")
        ordering: ClassVar = ["received_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["verification", "call_id", "kind", "step"], name="voice2fa_one_event_per_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.step}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the event; raises ``TypeError`` on a second save, for events are immutable."""
        if not self._state.adding:
            raise TypeError("A CallEvent is written once and never changed.")
        super().save(*args, **kwargs)
