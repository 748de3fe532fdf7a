"""The Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Voice2faConfig(AppConfig):
    """Voice2fa as Django knows it."""

    name = "voice2fa"
    label = "voice2fa"
    verbose_name = _("Phone verification")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the log lines that hang on our signals; let phones speak."""
        from . import checks, logs, receivers  # noqa: F401, PLC0415 - they register themselves once apps are loaded
        from .flows.conversation import PhoneConversation  # noqa: PLC0415
        from .models import VoiceDevice  # noqa: PLC0415

        VoiceDevice.conversation = PhoneConversation()
