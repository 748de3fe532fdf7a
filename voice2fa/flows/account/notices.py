"""E-mails that tell people of a change to their account, with a link for those who did not make it (R23)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from voice2fa import mails
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.history import PhoneEvent
from voice2fa.links import link_to
from voice2fa.models import PhoneRecord
from voice2fa.sentences import name_browser

#: How long the owner of an account can disown a change.
DISOWN_LIFETIME = timedelta(days=7)
_SALT = "voice2fa.disown"

#: What an e-mail says has happened: its subject, and its first sentence.
_SUBJECTS: Mapping[PhoneEvent, str | Promise] = {
    PhoneEvent.ADDED: _("A phone was added to your account"),
    PhoneEvent.PREFERRED: _("Another phone is rung first for your account"),
    PhoneEvent.REMOVED: _("A phone was removed from your account"),
    PhoneEvent.REMOVED_BY_STAFF: _("Staff removed a phone from your account"),
    PhoneEvent.RECOVERY_CODES_MADE: _("New recovery codes were made for your account"),
    PhoneEvent.RECOVERY_CODE_USED: _("A recovery code was used for your account"),
    PhoneEvent.BROWSER_REMEMBERED: _("A browser may log in to your account without a call"),
}
_SENTENCES: Mapping[PhoneEvent, str | Promise] = {
    PhoneEvent.ADDED: _("From now on this phone can confirm your logins."),
    PhoneEvent.PREFERRED: _("From now on your logins ring this phone first."),
    PhoneEvent.REMOVED: _("This phone can no longer confirm your logins."),
    PhoneEvent.REMOVED_BY_STAFF: _("This phone can no longer confirm your logins."),
    PhoneEvent.RECOVERY_CODES_MADE: _("The recovery codes that you had before are void."),
    PhoneEvent.RECOVERY_CODE_USED: _("Somebody confirmed with it in place of your phone. It is void now."),
    PhoneEvent.BROWSER_REMEMBERED: _("For a while your password alone opens your account in that browser."),
}


def headline(record: PhoneRecord) -> str:
    """Return in a few words what has happened, for the owner of the account."""
    return str(_SUBJECTS[PhoneEvent(record.event)])


def deliver(record_id: int, language: str) -> None:
    """E-mail the owner of the account what the record tells; raises what the mail backend raises."""
    record = PhoneRecord.objects.select_related("user").filter(pk=record_id).first()
    if record is None or record.user is None:
        return
    with translation.override(language or settings.LANGUAGE_CODE):
        mails.send(record.user, "notice", _context(record), language=language)


def make_token(record: PhoneRecord) -> str:
    """Return what a link must bring to disown the change."""
    return signing.dumps(record.pk, salt=_SALT)


@sensitive_variables()
def record_of(token: str, *, now: datetime) -> PhoneRecord:
    """Return the change that the link is about; raises ``Refusal`` once it is void, used or too old."""
    try:
        record_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise Refusal(Code.WRONG_PROOF) from None
    usable = PhoneRecord.objects.filter(user__isnull=False, disowned_at=None)
    record: PhoneRecord | None = usable.select_related("user").filter(pk=record_id).first()
    if record is None or record.happened_at + DISOWN_LIFETIME <= now:
        raise Refusal(Code.WRONG_PROOF)
    return record


def _context(record: PhoneRecord) -> dict[str, Any]:
    event = PhoneEvent(record.event)
    is_by_staff = event is PhoneEvent.REMOVED_BY_STAFF
    return {
        "event": event.value,
        "headline": _SUBJECTS[event],
        "sentence": _SENTENCES[event],
        "number": record.masked_number,
        "happened_at": record.happened_at,
        # Of staff people learn that they did it, and not from where. What anybody may write, such as the name
        # of a phone or of a browser, does not go into an e-mail of ours: it would be believed.
        "address": "" if is_by_staff else record.client_address or "",
        "browser": name_browser(record.user_agent) if record.user_agent and not is_by_staff else "",
        "disown_url": link_to("disown", make_token(record)),
        "disown_days": DISOWN_LIFETIME.days,
        "phones_url": link_to("phones"),
    }
