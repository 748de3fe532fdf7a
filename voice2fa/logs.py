"""One log line for each thing announced, in one place (R42): no numbers in full, no codes, no digits."""

import logging
from typing import Any

from django.dispatch import receiver

from . import signals
from .core.errors import Refusal
from .flows.telephony.machines import is_void
from .models import (
    PhoneProof,
    PhoneRecord,
    PhoneVerification,
    RememberedBrowser,
    StoppedNumber,
    VoiceDevice,
)

logger = logging.getLogger("voice2fa")


@receiver(signals.verification_started, dispatch_uid="voice2fa.logs.started")
def _log_started(verification: PhoneVerification, **kwargs: Any) -> None:
    _log_verification("started", verification)


@receiver(signals.verification_approved, dispatch_uid="voice2fa.logs.approved")
@receiver(signals.verification_consumed, dispatch_uid="voice2fa.logs.consumed")
@receiver(signals.verification_denied, dispatch_uid="voice2fa.logs.denied")
@receiver(signals.verification_reported, dispatch_uid="voice2fa.logs.reported")
@receiver(signals.verification_failed, dispatch_uid="voice2fa.logs.failed")
def _log_outcome(verification: PhoneVerification, **kwargs: Any) -> None:
    outcome = "void" if is_void(verification) else str(verification.state)
    _log_verification("used" if verification.consumed_at else outcome, verification)


@receiver(signals.order_failed, dispatch_uid="voice2fa.logs.order_failed")
def _log_order_failed(verification: PhoneVerification, error: Exception, **kwargs: Any) -> None:
    # The provider's own words: it puts nothing into them that the carrier or the person said.
    logger.warning("An order about the call of verification %s failed: %s", verification.pk, error)


@receiver(signals.verification_refused, dispatch_uid="voice2fa.logs.refused")
def _log_refused(refusal: Refusal, purpose: str, user: Any, **kwargs: Any) -> None:
    logger.warning("A call was refused: %s, purpose %s, user %s", refusal.code, purpose, user and user.pk)


@receiver(signals.device_confirmed, dispatch_uid="voice2fa.logs.confirmed")
def _log_confirmed(device: VoiceDevice, **kwargs: Any) -> None:
    logger.info("Phone %s (%s) was confirmed for user %s", device.pk, device.masked_number, device.user_id)


@receiver(signals.device_removed, dispatch_uid="voice2fa.logs.removed")
def _log_removed(device: VoiceDevice, **kwargs: Any) -> None:
    logger.info("Phone %s (%s) was removed from user %s", device.pk, device.masked_number, device.user_id)


@receiver(signals.device_changed, dispatch_uid="voice2fa.logs.changed")
def _log_changed(device: VoiceDevice, **kwargs: Any) -> None:
    logger.info("Phone %s (%s) of user %s was changed", device.pk, device.masked_number, device.user_id)


@receiver(signals.number_stopped, dispatch_uid="voice2fa.logs.number_stopped")
def _log_stopped(stopped: StoppedNumber, staff: Any, **kwargs: Any) -> None:
    by = f"by user {staff.pk}" if staff else f"in verification {stopped.verification_id}"
    logger.warning("Number %s (%s) was put on the do-not-call list, %s", stopped, stopped.pk, by)


@receiver(signals.number_lifted, dispatch_uid="voice2fa.logs.number_lifted")
def _log_lifted(stopped: StoppedNumber, staff: Any, **kwargs: Any) -> None:
    by = f"by user {staff.pk}" if staff else "for a machine had pressed the keys"
    logger.warning("Number %s (%s) may be called again, %s", stopped, stopped.pk, by)


@receiver(signals.phone_proof_made, dispatch_uid="voice2fa.logs.proof_made")
def _log_proof_made(proof: PhoneProof, **kwargs: Any) -> None:
    by = "" if proof.issued_by_id is None else f" by user {proof.issued_by_id}"
    logger.info("First-phone proof %s (%s) was made for user %s%s", proof.pk, proof.kind, proof.user_id, by)


@receiver(signals.phone_proof_refused, dispatch_uid="voice2fa.logs.proof_refused")
def _log_proof_refused(user: Any, **kwargs: Any) -> None:
    logger.warning("A first-phone link or code for user %s was wrong", user.pk)


@receiver(signals.change_disowned, dispatch_uid="voice2fa.logs.disowned")
def _log_disowned(record: PhoneRecord, **kwargs: Any) -> None:
    logger.warning("User %s disowned a change: %s, record %s", record.user_id, record.event, record.pk)


@receiver(signals.browser_remembered, dispatch_uid="voice2fa.logs.remembered")
def _log_remembered(browser: RememberedBrowser, **kwargs: Any) -> None:
    logger.info("Browser %s was remembered for user %s", browser.pk, browser.user_id)


@receiver(signals.browser_forgotten, dispatch_uid="voice2fa.logs.forgotten")
def _log_forgotten(browser: RememberedBrowser, **kwargs: Any) -> None:
    logger.info("Browser %s of user %s was forgotten", browser.pk, browser.user_id)


def _log_verification(outcome: str, verification: PhoneVerification) -> None:
    logger.info(
        "Verification %s %s: %s by %s to %s, user %s%s",
        verification.pk,
        outcome,
        verification.purpose,
        verification.method,
        verification.masked_number,
        verification.user_id,
        f", cause {verification.cause}" if verification.cause else "",
    )
