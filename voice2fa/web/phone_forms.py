"""The forms that ask for a phone: its number, its extension, the language of its calls."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from voice2fa.core.errors import Code, Refusal
from voice2fa.flows.telephony.languages import list_languages, page_language
from voice2fa.names import check_name
from voice2fa.numbers import read_extension
from voice2fa.sentences import REFUSALS, explain_refusal

from .forms import EndOthersForm, PointingForm

User = get_user_model()


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=64,
        help_text=_("What you call it, such as “Work phone”."),
        validators=[check_name],
    )


def _consent_field() -> forms.BooleanField:
    """Return the box to tick; ``fields.html`` shows ``consent.html`` above it."""
    return forms.BooleanField(
        label=_("Ring this number with automated calls. I know what a call keeps out, and what it does not."),
        error_messages={"required": REFUSALS[Code.CONSENT_REQUIRED]},  # type: ignore[dict-item]  # lazy
    )


def _list_choices() -> list[tuple[str, Any]]:
    languages = [(language.code, language.label) for language in list_languages()]
    return [("", _("The language of the page")), *languages]


class LanguageSelect(forms.Select):
    """A list of languages, in which each name is marked as being of its own."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Mark the name."""
        option = super().create_option(name, value, *args, **kwargs)
        return option | {"attrs": option["attrs"] | {"lang": value}} if value else option


class LanguageForm(PointingForm, forms.Form):
    """In which language the calls to a phone speak; not asked where there is but one."""

    language = forms.ChoiceField(
        label=_("Language of calls"),
        choices=_list_choices,
        initial=page_language,
        required=False,
        widget=LanguageSelect,
        error_messages={"invalid_choice": REFUSALS[Code.LANGUAGE_UNSPOKEN]},  # type: ignore[dict-item]  # lazy
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(list_languages()) < 2:
            del self.fields["language"]

    @property
    def language_chosen(self) -> str | None:
        """The language that was chosen, empty for that of the page; None if nobody was asked."""
        chosen: str | None = self.cleaned_data.get("language")
        return chosen


class NumberForm(PointingForm, forms.Form):
    """The number of a phone, and its extension, which may also stand behind the number."""

    number = PhoneNumberField(
        label=_("Phone number"),
        # The example must not break across lines.
        help_text=_("With the country code, such as +1\xa0202\xa0555\xa00123."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"invalid": REFUSALS[Code.NUMBER_INVALID]},
    )
    extension = forms.CharField(
        label=_("Extension"),
        required=False,
        max_length=64,
        help_text=_("Behind a switchboard, such as 204. A comma waits half a second before the next key."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel-extension"}),
    )
    consents = _consent_field()

    def clean(self) -> dict[str, Any] | None:
        """Read the extension, wherever it was typed."""
        cleaned = super().clean()
        number, beside = self.cleaned_data.get("number"), self.cleaned_data.get("extension", "")
        try:
            extension = read_extension(beside, in_number=getattr(number, "extension", None) or "")
        except Refusal as refusal:
            self.add_error("extension", explain_refusal(refusal))
        else:
            self.cleaned_data["extension"] = extension
        return cleaned

    @property
    def dialled(self) -> dict[str, str]:
        """What is dialled: the number in E.164, and the extension."""
        return {
            "number": self.cleaned_data["number"].as_e164,
            "extension": self.cleaned_data["extension"],
        }


class RegistrationForm(NumberForm, UserCreationForm):  # type: ignore[type-arg, unused-ignore]
    """The fields of the site's user model, two passwords, and the phone to be proved."""

    field_order = [
        *(User.USERNAME_FIELD, *User.REQUIRED_FIELDS),
        *("number", "extension", "password1", "password2", "consents"),
    ]

    class Meta:
        model = User
        fields = (User.USERNAME_FIELD, *User.REQUIRED_FIELDS)
        widgets: ClassVar = {User.get_email_field_name(): forms.EmailInput({"autocomplete": "email"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As the login form has it, so that browsers keep both together.
        username = self.fields[User.USERNAME_FIELD].widget.attrs
        username.update({"autocomplete": "username", "autocapitalize": "none"})

    def applicant(self) -> AbstractBaseUser:
        """Return the user to be, unsaved, the password hashed."""
        user: AbstractBaseUser = self.save(commit=False)
        return user


class PhoneForm(NumberForm, LanguageForm, EndOthersForm):
    """A phone to add."""

    name = _name_field()
    field_order = ["name", "number", "extension", "language", "consents", "end_others"]


class FirstPhoneForm(NumberForm, LanguageForm):
    """The first phone of an account."""

    field_order = ["number", "extension", "language", "consents"]


class NameForm(PointingForm, forms.Form):
    """A phone's other name."""

    name = _name_field()
