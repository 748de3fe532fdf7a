"""Login forms of django-otp for sites on which a password alone opens nothing.

django-otp's own forms ask Django to authenticate the password, which our backend refuses for whoever must
confirm. These take the password as a first factor, and let in by the token alone.
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.views.decorators.debug import sensitive_variables
from django_otp.admin import OTPAdminAuthenticationForm
from django_otp.forms import OTPAuthenticationForm
from django_otp.models import Device

from voice2fa.core.errors import Refusal
from voice2fa.flows import login
from voice2fa.flows.presence.sessions import our_backend


class _FirstFactorMixin:
    """Password first, judged by the flow of our own login page; then one of the person's devices."""

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Return what was given by somebody with the right password and token; raises ``ValidationError``."""
        form: Any = self
        username, password = form.cleaned_data.get("username"), form.cleaned_data.get("password")
        if username is not None and password:
            try:
                user = login.identify(form.request, {"username": username, "password": password})
            except Refusal:
                raise form.get_invalid_login_error() from None
            form.confirm_login_allowed(user)
            user.backend = our_backend()  # where login() looks for it
            form.user_cache = user
        # Always asked for: nobody comes in by this form without a device of theirs.
        form.clean_otp(form.get_user())
        return dict(form.cleaned_data)

    def _chosen_device(self, user: AbstractBaseUser) -> Device | None:
        """Return the user's device; django-otp would take one that is still being set up."""
        device: Device | None = super()._chosen_device(user)  # type: ignore[misc]  # the form's
        return device if device is not None and device.confirmed else None


class VoiceAuthenticationForm(_FirstFactorMixin, OTPAuthenticationForm):  # type: ignore[misc]  # no types
    """For ``django_otp.views.LoginView``: ``LoginView.as_view(otp_authentication_form=…)``."""


class VoiceAdminAuthenticationForm(_FirstFactorMixin, OTPAdminAuthenticationForm):  # type: ignore[misc]
    """For an ``OTPAdminSite``: ``site.login_form = VoiceAdminAuthenticationForm``."""
