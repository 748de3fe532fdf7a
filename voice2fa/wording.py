"""The sentences of a call, translated and filled in."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .core.methods import Method, Purpose, Wording

_REQUESTS: Mapping[Purpose, str | Promise] = {
    Purpose.REGISTER: gettext_lazy("Somebody is registering with this phone number."),
    Purpose.ENROL: gettext_lazy("Somebody is adding this phone to an account."),
    Purpose.LOGIN: gettext_lazy("Somebody is logging in to your account."),
    Purpose.CONFIRM: gettext_lazy("Somebody asks for your confirmation."),
}
_QUESTIONS: Mapping[Method, str | Promise] = {
    Method.ENTER: gettext_lazy(
        "If that is you, key in the {digits} digits shown on your screen. If not, hang up."
    ),
    Method.SPEAK: gettext_lazy("To hear your code, press {key}. If this was not you, press 0."),
    Method.APPROVE: gettext_lazy(
        "To approve, press {key}. If this was not you, press 0. Any other key denies."
    ),
}


def write_wording(
    *, site: str, purpose: Purpose, method: Method, key: str, digits: int, message: str = ""
) -> Wording:
    """Return the sentences for a call about the purpose, in the active language.

    ``message`` says what exactly is to be confirmed, and takes the place of the general sentence.
    """
    subject = _("Please confirm: {message}").format(message=message) if message else _REQUESTS[purpose]
    question = str(_QUESTIONS[method]).format(key=key, digits=digits)
    return Wording(
        ask=" ".join((_("This is {site}.").format(site=site), str(subject), question)),
        ask_again=_("That was not the code. Please key in the {digits} digits shown on your screen.").format(
            digits=digits
        ),
        your_code=_("Your code is:"),
        once_more=_("Once more:"),
        offer_repeat=_("To hear it again, press star. Otherwise type it on your screen and hang up."),
        approved=_("Thank you. That is confirmed. Goodbye."),
        denied=_("That key does not approve, so the request is denied. Goodbye."),
        reported=_("Thank you for telling us. The request is denied. Goodbye."),
        locked=_("That was not the code, and there are no tries left. Goodbye."),
        silence=_("No key was pressed, so nothing is approved. Goodbye."),
        farewell=_("Goodbye."),
        too_late=_("This request is no longer open. Please start again on your screen. Goodbye."),
    )
