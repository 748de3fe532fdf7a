"""Bodies as they are, for the schema; a test asks for them and compares their shapes."""

from typing import Any

_Body = dict[str, Any]

LOGIN: _Body = {"username": "anna", "password": "correct horse battery"}
REGISTRATION: _Body = {
    "username": "berta",
    "email": "berta@example.com",
    "password": "correct horse battery",
    "number": "+1 202 555 0123",
    "consents": True,
}
VERIFICATION: _Body = {
    "id": "6f0c1c2e-8a63-4c0e-9a53-2f1f6c1b7f55",
    "purpose": "login",
    "method": "approve",
    "state": "dialing",
    "progress": "ringing",
    "heading": "We are calling your phone",
    "sentence": "Your phone is ringing. Please answer it.",
    "is_live": True,
    "is_approved": False,
    "is_call_in": False,
    "tries_left": 3,
    "deadline": "2026-03-02T09:05:00Z",
    "may_resend": True,
    "resend_from": "2026-03-02T09:00:15Z",
    "may_call_in": True,
}
STARTED: _Body = {
    "ticket": "Zk3vG0c8q2QkWm1x5rTn7uYb9aLdEfHjKpSsVvXxZz0",
    "verification": VERIFICATION,
    "show": {
        "number": "+1 ••• ••• ••23",
        "caller": "+1 202-555-0100",
        "call_language": "en",
        "extension": "",
        "code": "",
        "key": "7",
        "why_code": "",
        "report_key": "0",
        "other_phones": [{"id": 17, "name": "Work phone", "number": "+1 ••• ••• ••24"}],
    },
}
CALL_IN: _Body = {
    "ticket": "a0Zk3vG0c8q2QkWm1x5rTn7uYb9aLdEfHjKpSsVvXxZ",
    "verification": VERIFICATION
    | {
        "method": "enter",
        "state": "pending",
        "progress": "awaited",
        "heading": "Call us from your phone",
        "sentence": "Call the number below from your phone, and key in the code when you are asked for it.",
        "is_call_in": True,
        "may_call_in": False,
    },
    "show": STARTED["show"] | {"code": "481 920", "key": ""},
}
USER: _Body = {"id": "1", "username": "anna"}
COMPLETED: _Body = {"purpose": "login", "user": USER}
SESSION: _Body = {
    "user": USER,
    "csrf_token": "mZ5b8hQ0w1Jr7kT2yX9cV4nL6pS3dF8gA1eR5tU7iO9qW2zB",
}
PHONE: _Body = {
    "id": 17,
    "name": "Work phone",
    "number": "+1 ••• ••• ••24 x204",
    "language": "",
    "is_preferred": False,
    "created_at": "2026-02-01T09:00:00Z",
    "last_used_at": None,
}
NEW_PHONE: _Body = {
    "name": "Work phone",
    "number": "+1 202 555 0124",
    "extension": "204",
    "language": "en",
    "consents": True,
}
LANGUAGES: list[_Body] = [
    {"code": "en", "name": "English", "spoken": "en"},
    {"code": "pt", "name": "Português", "spoken": "es"},
]
WAY: _Body = {
    "id": "voice2fa.recoverycodes/3",
    "kind": "voice2fa.recoverycodes",
    "name": "Recovery codes",
    "is_sent": False,
}
CODES: _Body = {"remaining": 10, "created_at": "2026-02-01T09:00:00Z"}
NEW_CODES: _Body = {"codes": ["4vzq-8m2k-x7dn-w3ph", "k2m9-v7xq-3ndp-8wzh"]}
BROWSER: _Body = {
    "id": 5,
    "name": "Firefox on Windows",
    "created_at": "2026-02-01T09:00:00Z",
    "last_used_at": None,
    "expires_at": "2026-03-03T09:00:00Z",
}
NEEDS_PHONE: _Body = {
    "code": "phone_required",
    "detail": "This account needs a phone before you can log in. Please add one.",
    "pass": "eyJ1c2VyIjoiMSJ9:1vXyZa:0m3kq8Hc9w2LrT5uN7bJ1dF4gS6xV8zA0pQ3eY5iO7c",
    "other_ways": [],
    "asks_for_proof": True,
}
PROOF: _Body = {
    "pass": "eyJ1c2VyIjoiMSJ9:1vXyZb:7c0m3kq8Hc9w2LrT5uN7bJ1dF4gS6xV8zA0pQ3eY5iO",
    "proof": "eyJwcm9vZiI6MX0:1vXyZc:Hc9w2LrT5uN7bJ1dF4gS6xV8zA0pQ3eY5iO7c0m3kq8",
}
