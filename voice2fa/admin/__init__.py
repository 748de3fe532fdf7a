"""What staff see: every attempt with its timeline, and the phones of each account."""

from .browsers import RememberedBrowserAdmin
from .devices import VoiceDeviceAdmin
from .records import PhoneRecordAdmin
from .verifications import PhoneVerificationAdmin

__all__ = ["PhoneRecordAdmin", "PhoneVerificationAdmin", "RememberedBrowserAdmin", "VoiceDeviceAdmin"]
