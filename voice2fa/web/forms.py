"""The forms of the pages, but for those that ask for a phone."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from voice2fa.conf import get_settings
from voice2fa.core.errors import Refusal
from voice2fa.flows import login
from voice2fa.flows.presence.elsewhere import may_end_sessions

_REMEMBER = "remember"


def _password_field() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(label=_("Password"), strip=False, widget=widget)


class PointingForm(forms.BaseForm):
    """A form that puts the cursor into its first wrong field, which is read out with what is wrong there."""

    def add_error(self, field: Any, error: Any) -> None:
        """Add it, and move the cursor."""
        super().add_error(field, error)
        wrong = [field for name, field in self.fields.items() if name in self.errors]
        for place in self.fields.values() if wrong else ():
            place.widget.attrs.pop("autofocus", None)
        for place in wrong[:1]:
            place.widget.attrs["autofocus"] = True


class LoginForm(PointingForm, forms.Form):
    """The first factor; and the wish to have this browser remembered, where the site allows that."""

    username = UsernameField(
        label=_("Username"), widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = _password_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = get_settings().remember_days
        if days:
            self.fields[_REMEMBER] = forms.BooleanField(
                label=ngettext(
                    "Remember this browser for %(days)d day", "Remember this browser for %(days)d days", days
                )
                % {"days": days},
                help_text=_("Then your password is enough here. Only on a device that is yours alone."),
                required=False,
            )

    @property
    def credentials(self) -> dict[str, Any]:
        """What the first-factor backends are asked about."""
        return {name: value for name, value in self.cleaned_data.items() if name != _REMEMBER}

    @property
    def is_to_be_remembered(self) -> bool:
        """Whether the person wants this browser to be remembered."""
        return bool(self.cleaned_data.get(_REMEMBER))


class PasswordForm(PointingForm, forms.Form):
    """Ask for the password again before a factor changes; accounts without one are not asked."""

    password = _password_field()

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if not request.user.has_usable_password():
            del self.fields["password"]

    @sensitive_variables("credentials")
    def clean_password(self) -> str:
        """Raise ``ValidationError`` unless it opens the account; whoever counts failed logins counts it."""
        credentials = {
            "username": self.request.user.get_username(),
            "password": self.cleaned_data["password"],
        }
        try:
            is_own = login.identify(self.request, credentials) == self.request.user
        except Refusal:
            is_own = False
        if not is_own:
            raise forms.ValidationError(_("That is not your password."), code="wrong_password")
        return str(credentials["password"])


class EndOthersForm(PointingForm, forms.Form):
    """The wish to have other sessions ended as well, where that is possible (R24)."""

    end_others = forms.BooleanField(label=_("Log me out everywhere else"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_end_sessions():
            del self.fields["end_others"]

    @property
    def ends_others(self) -> bool:
        """Whether the person wants other sessions to end."""
        return bool(self.cleaned_data.get("end_others"))


class ProofForm(PointingForm, forms.Form):
    """The one-time code that lets somebody go on to their first phone."""

    secret = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class CodeForm(PointingForm, forms.Form):
    """The code that the call has told."""

    code = forms.CharField(
        label=_("Code from the call"),
        max_length=32,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class TokenForm(PointingForm, forms.Form):
    """What another way than the call has told: a code of an app, of an e-mail, or from paper."""

    token = forms.CharField(max_length=128, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}))

    def __init__(self, *args: Any, wording: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["token"]
        field.label, field.help_text = wording.field, wording.hint
        if wording.is_number:
            field.widget.attrs["inputmode"] = "numeric"
