"""What voice2fa announces; every signal also sends ``now``, an aware datetime."""

from django.dispatch import Signal

# Sender: PhoneVerification. Arguments: verification, now.
verification_started = Signal()
verification_approved = Signal()
verification_denied = Signal()
verification_reported = Signal()
# Unreachable, locked, expired or cancelled; or approved, and it was a machine: see state and cause.
verification_failed = Signal()
# An approved verification was used, once. Arguments: verification, now.
verification_consumed = Signal()
# The carrier did not take our order, or may not have. Arguments: verification, error (ProviderError), now.
order_failed = Signal()
# A call was refused before it was placed. Arguments: refusal, purpose, user, now.
verification_refused = Signal()

# Sender: VoiceDevice. Arguments: device, now.
device_confirmed = Signal()
device_removed = Signal()
# Renamed, given another language for its calls, or chosen to be rung first.
device_changed = Signal()

# Whoever answered wants no more calls, or has asked staff for that; staff let the number be called again.
# Sender: StoppedNumber. Arguments: stopped, staff (None where it was asked in a call), now.
number_stopped = Signal()
number_lifted = Signal()

# A secret for a first phone was made, to be mailed or given by staff.
# Sender: PhoneProof. Arguments: proof, now.
phone_proof_made = Signal()
# A wrong one was given. Arguments: user, now.
phone_proof_refused = Signal()

# The owner says that it was not them. Sender: PhoneRecord. Arguments: record, user, now.
change_disowned = Signal()

# Sender: RecoveryCodes. Arguments: codes, client (who asked, or None), now.
recovery_codes_made = Signal()
# Arguments: codes, now.
recovery_code_used = Signal()

# A login or a confirmation went another way than by phone. Sender: the device's class.
# Arguments: user, device, now.
other_way_used = Signal()

# Sender: RememberedBrowser. Arguments: browser, now.
browser_remembered = Signal()
browser_forgotten = Signal()
