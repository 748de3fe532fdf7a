"""Ways to send mail that do not work."""

from django.core.mail.backends.base import BaseEmailBackend


class OutOfOrder(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages):
        raise ConnectionError("The mail server is away.")
