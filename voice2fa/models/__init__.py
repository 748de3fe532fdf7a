"""The tables: phones and their history, verifications and their events, and what stands beside a call."""

from .browsers import RememberedBrowser
from .phones import PhoneRecord, VoiceDevice
from .proofs import PhoneProof
from .recovery import RecoveryCode, RecoveryCodes
from .stopped import StoppedNumber
from .verifications import CallEvent, PhoneVerification

__all__ = [
    "CallEvent",
    "PhoneProof",
    "PhoneRecord",
    "PhoneVerification",
    "RecoveryCode",
    "RecoveryCodes",
    "RememberedBrowser",
    "StoppedNumber",
    "VoiceDevice",
]
