"""Where the e-mails of the journeys' site arrive."""

from django.core.mail.backends.base import BaseEmailBackend

messages = []


class Mailbox(BaseEmailBackend):
    """Keeps what is sent, for the harness to read."""

    def send_messages(self, email_messages):
        messages.extend(email_messages)
        return len(email_messages)
