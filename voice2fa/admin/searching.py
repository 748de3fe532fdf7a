"""Find rows by what staff have at hand: a username, a call id, or a number however it was written down."""

import re
from typing import Any

import phonenumbers
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from phonenumbers import PhoneNumberFormat

from voice2fa.conf import get_settings

_LIKE_A_NUMBER = re.compile(r"[\d\s()+./\u2010-\u2015-]+")


def read_numbers(text: str) -> set[str]:
    """Return the E.164 numbers that the text may stand for, read as in each country that we call."""
    if not _LIKE_A_NUMBER.fullmatch(text):
        return set()
    regions = {getattr(settings, "PHONENUMBER_DEFAULT_REGION", None), *get_settings().allowed_regions}
    written = {text, "+" + re.sub(r"\D", "", text)}
    return {number for one in written for region in regions if (number := _read(one, region))}


def _read(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


class SearchByNumber:
    """A mixin for admins of rows that have a ``user`` and a ``number``."""

    #: Fields to search besides the user's name and the number.
    further_search_fields: tuple[str, ...] = ()

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the lookups of a search; the site's user model says what a user is called."""
        return (f"user__{get_user_model().USERNAME_FIELD}", *self.further_search_fields)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return what the words find, and what the words as a whole find as a number."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        numbers = read_numbers(search_term.strip())
        return (found | queryset.filter(number__in=numbers) if numbers else found), may_repeat
