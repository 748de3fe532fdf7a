"""E-mails of a site that is being tried out."""

import sys

from django.core.mail.backends.base import BaseEmailBackend


class TerminalBackend(BaseEmailBackend):
    """Shows e-mails in the terminal, as people read them."""

    def send_messages(self, email_messages):
        """Print each message, and return how many there were."""
        for message in email_messages:
            lines = [f"To: {', '.join(message.to)}", f"Subject: {message.subject}", "", message.body.rstrip()]
            shown = "\n".join(f"  | {line}".rstrip() for text in lines for line in text.split("\n"))
            print(f"\n  An e-mail\n{shown}\n", file=sys.stderr, flush=True)
        return len(email_messages)
