"""Tell those who may do without a phone for now from which day on they may not."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from voice2fa.flows import grace


def phone_day_of_all() -> date | None:
    """Return the first day on which everyone needs a phone, while that lies ahead."""
    return grace.phone_day_of_all(now=timezone.now())


def remind(request: HttpRequest) -> None:
    """Tell somebody who has just logged in without a phone, with a link."""
    day = grace.phone_day(request.user, now=timezone.now())  # type: ignore[arg-type]
    if day is None:
        return
    told = _("From %(day)s on you need a phone to log in.") % {"day": date_format(day, "DATE_FORMAT")}
    messages.warning(
        request,
        format_html('{} <a href="{}">{}</a>', told, reverse("voice2fa:first_phone"), _("Add one now.")),
    )
