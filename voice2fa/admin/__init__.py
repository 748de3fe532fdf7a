"""What staff see: every attempt with its timeline, and the phones of each account."""

from .devices import VoiceDeviceAdmin
from .verifications import PhoneVerificationAdmin

__all__ = ["PhoneVerificationAdmin", "VoiceDeviceAdmin"]
