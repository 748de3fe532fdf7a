"""First factors of a site's own, and one that falls over."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

from voice2fa.backends import VoiceBackend


class ByDirectory(ModelBackend):
    """Knows everybody's password from a directory; ours is of no importance."""

    passwords = {"anna": "from the directory", "otto": "otto's own"}

    def authenticate(self, request, username=None, password=None):
        if self.passwords.get(username) == password:
            return get_user_model().objects.filter(username=username).first()
        return None


class Falling(ModelBackend):
    """Loses its directory in the middle of the question."""

    def authenticate(self, request, username=None, password=None):
        raise ConnectionError("The directory is away.")


class OwnVoiceBackend(VoiceBackend):
    """A site's own subclass."""
