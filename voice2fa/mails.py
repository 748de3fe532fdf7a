"""E-mails to people: templates rendered in their language, sent in the background."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.debug import sensitive_variables

from .conf import get_settings

logger = logging.getLogger("voice2fa.mails")


def address_of(user: AbstractBaseUser) -> str:
    """Return the user's e-mail address, or an empty text; the user model says which field holds it."""
    return str(getattr(user, user.get_email_field_name(), "") or "").strip()


@sensitive_variables()  # a mail holds links and codes
def send(user: AbstractBaseUser, name: str, context: Mapping[str, Any], *, language: str) -> bool:
    """Send ``voice2fa/mail/<name>.txt`` to the user; tell whether there was an address to send it to.

    It talks to the mail server, so a background task calls it: one that takes no secret as an argument, for
    queues are readable. ``<name>_subject.txt`` is its subject; both get ``user``, ``site`` and the context.
    Raises what the mail backend raises.
    """
    address = address_of(user)
    if not address:
        logger.warning("User %s has no e-mail address: nobody was told of %s", user.pk, name)
        return False
    facts = {"user": user, "site": get_settings().caller_name, **context}
    with translation.override(language or settings.LANGUAGE_CODE):
        subject = render_to_string(f"voice2fa/mail/{name}_subject.txt", facts)
        body = render_to_string(f"voice2fa/mail/{name}.txt", facts)
    EmailMessage(subject=" ".join(subject.split()), body=body.strip() + "\n", to=[address]).send()
    return True
