"""``{% load voice2fa %}``: what a site's own pages may show of ours."""

import re
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from voice2fa.flows import grace
from voice2fa.flows.telephony.languages import list_languages
from voice2fa.numbers import split_masked

register = template.Library()

_SPELLED = re.compile(r"(?<!\S)(\d(?: \d)+)(?!\w)")


@register.inclusion_tag("voice2fa/first_phone_notice.html", takes_context=True)
def first_phone_notice(context: template.Context) -> dict[str, Any]:
    """Show from which day on whoever is logged in needs a phone; nothing to whom that is no news."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return {}
    return {"phone_day": grace.phone_day(user, now=timezone.now())}


@register.filter
def read_out(masked_number: str) -> str:
    """Return in words what a masked number shows, for those who hear the page: dots tell them nothing."""
    ending, extension = split_masked(masked_number)
    if extension:
        told = _("the number ending in %(ending)s, extension %(extension)s")
        return told % {"ending": ending, "extension": extension}
    return _("the number ending in %(ending)s") % {"ending": ending}


@register.filter
def spelled_from_left(text: str) -> SafeString:
    """Return the text with digits that are said one by one kept together, the first of them leftmost."""
    pieces = [
        format_html('<bdi dir="ltr" class="voice2fa-spelled">{}</bdi>', piece) if place % 2 else piece
        for place, piece in enumerate(_SPELLED.split(text))
    ]
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.filter
def language_label(code: str) -> str:
    """Return how the language of calls is called in the list of choices; empty where it is not on offer."""
    return next((language.label for language in list_languages() if language.code == str(code)), "")
