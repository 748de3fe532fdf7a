"""For tests of sites that ring phones: the calls in a list, honest logins, and the emulator of the carrier.

The pytest plugin makes fixtures of these; tests without pytest take them from here.
"""

from .calls import CallToUs, PhoneCall, PhoneCalls, phone_calls, settings_for_calls
from .emulator import PhoneEmulator
from .logins import give_phone, voice_confirm, voice_login

__all__ = [
    "CallToUs",
    "PhoneCall",
    "PhoneCalls",
    "PhoneEmulator",
    "give_phone",
    "phone_calls",
    "settings_for_calls",
    "voice_confirm",
    "voice_login",
]
