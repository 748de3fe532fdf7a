"""Remember a browser: for some days the right password opens a session there without a call."""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.debug import sensitive_variables

from voice2fa import signals
from voice2fa.conf import get_settings
from voice2fa.models import RememberedBrowser, VoiceDevice

from ..attempts.requests import Client
from ..attempts.tickets import hash_ticket, make_ticket


def lifetime() -> timedelta:
    """Return for how long a browser is remembered."""
    return timedelta(days=get_settings().remember_days)


def may_remember(user: AbstractBaseUser) -> bool:
    """Tell whether the user's browsers may be remembered: never unless the site says so, nor staff's."""
    settings = get_settings()
    is_staff = getattr(user, "is_staff", False) or getattr(user, "is_superuser", False)
    return settings.remember_days > 0 and (settings.remember_staff or not is_staff)


@sensitive_variables()
def remember(
    user: AbstractBaseUser, client: Client, *, now: datetime, instead_of: str = ""
) -> tuple[RememberedBrowser, str]:
    """Remember the client, which has just confirmed, and return what its cookie is to hold.

    ``instead_of`` is the cookie that it brought along: that one is void from now on.
    """
    secret = make_ticket()
    known = _find(user, instead_of)
    browser = RememberedBrowser.objects.create(
        user=user,  # type: ignore[misc]  # any user model
        secret_hash=hash_ticket(secret),
        fingerprint=fingerprint_of(user),
        user_agent=client.user_agent[:256],
        client_address=client.address,
        created_at=now,
        expires_at=now + lifetime(),
    )
    if known is not None:
        forget(known, now=now)
    signals.browser_remembered.send_robust(sender=RememberedBrowser, browser=browser, now=now)
    return browser, _signer(user).sign(secret)


@sensitive_variables()
def find(user: AbstractBaseUser, cookie: str, *, now: datetime) -> RememberedBrowser | None:
    """Return the browser whose cookie this is, if it would be let in at the moment."""
    browser = _find(user, cookie) if may_remember(user) else None
    is_good = browser is not None and _is_good(browser, fingerprint_of(user), now=now)
    return browser if is_good else None


@sensitive_variables()
def recognise(user: AbstractBaseUser, cookie: str, *, now: datetime) -> RememberedBrowser | None:
    """Return the browser to be let in on the user's password alone, or None; note that it was used."""
    browser = find(user, cookie, now=now)
    # Asked once more: it may have been forgotten this very moment.
    if browser is None or not RememberedBrowser.objects.filter(pk=browser.pk).update(last_used_at=now):
        return None
    browser.last_used_at = now
    return browser


def browsers_of(user: AbstractBaseUser, *, now: datetime) -> list[RememberedBrowser]:
    """Return the browsers from which the user logs in without a call, the newest first."""
    if not may_remember(user):
        return []
    fingerprint = fingerprint_of(user)
    known = RememberedBrowser.objects.filter(user_id=user.pk).order_by("-created_at", "-pk")
    return [browser for browser in known if _is_good(browser, fingerprint, now=now)]


def forget(browser: RememberedBrowser, *, now: datetime) -> bool:
    """Forget the browser: from now on a login there rings the phone; tell whether this caller did."""
    deleted, _ = RememberedBrowser.objects.filter(pk=browser.pk).delete()
    if deleted:
        signals.browser_forgotten.send_robust(sender=RememberedBrowser, browser=browser, now=now)
    return bool(deleted)


def forget_all(user: AbstractBaseUser, *, now: datetime) -> int:
    """Forget all of the user's browsers; return how many there were."""
    return sum(forget(browser, now=now) for browser in RememberedBrowser.objects.filter(user_id=user.pk))


def fingerprint_of(user: AbstractBaseUser) -> str:
    """Return a mark that changes with the user's password and with the set of confirmed phones (A29)."""
    phones = VoiceDevice.objects.filter(user=user, confirmed=True).order_by("pk")
    numbers = [(pk, number.as_e164) for pk, number in phones.values_list("pk", "number")]
    told = repr((str(user.pk), user.password, numbers))
    return salted_hmac("voice2fa.browser", told, algorithm="sha256").hexdigest()


def _is_good(browser: RememberedBrowser, fingerprint: str, *, now: datetime) -> bool:
    # A site that shortens the time means the browsers that it has, too.
    good_until = min(browser.expires_at, browser.created_at + lifetime())
    return good_until > now and constant_time_compare(browser.fingerprint, fingerprint)


def _find(user: AbstractBaseUser, cookie: str) -> RememberedBrowser | None:
    try:
        secret = _signer(user).unsign(cookie)
    except signing.BadSignature:
        return None
    return RememberedBrowser.objects.filter(user_id=user.pk, secret_hash=hash_ticket(secret)).first()


def _signer(user: AbstractBaseUser) -> signing.Signer:
    # A cookie of somebody else is not even looked up.
    return signing.Signer(salt=f"voice2fa.browser:{user.pk}")
