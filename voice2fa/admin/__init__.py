"""What staff see: every attempt with its timeline, and the phones of each account."""

from .browsers import RememberedBrowserAdmin
from .devices import VoiceDeviceAdmin
from .proofs import PhoneProofAdmin
from .records import PhoneRecordAdmin
from .recovery import RecoveryCodesAdmin
from .stopped import StoppedNumberAdmin
from .verifications import PhoneVerificationAdmin

__all__ = [
    "PhoneProofAdmin",
    "PhoneRecordAdmin",
    "PhoneVerificationAdmin",
    "RecoveryCodesAdmin",
    "RememberedBrowserAdmin",
    "StoppedNumberAdmin",
    "VoiceDeviceAdmin",
]
