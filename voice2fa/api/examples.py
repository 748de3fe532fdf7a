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
    "tries_left": 3,
    "deadline": "2026-03-02T09:05:00Z",
    "may_resend": True,
    "resend_from": "2026-03-02T09:00:15Z",
}
STARTED: _Body = {
    "ticket": "Zk3vG0c8q2QkWm1x5rTn7uYb9aLdEfHjKpSsVvXxZz0",
    "verification": VERIFICATION,
    "show": {
        "number": "+1 ••• ••• ••23",
        "caller": "+1 202-555-0100",
        "code": "",
        "key": "7",
        "report_key": "0",
        "other_phones": [{"id": 17, "name": "Work phone", "number": "+1 ••• ••• ••24"}],
    },
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
    "number": "+1 ••• ••• ••24",
    "is_preferred": False,
    "created_at": "2026-02-01T09:00:00Z",
    "last_used_at": None,
}
