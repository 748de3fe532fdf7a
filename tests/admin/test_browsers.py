import pytest
from django.utils import timezone

from tests.factories import UserFactory, VoiceDeviceFactory
from voice2fa import signals
from voice2fa.flows.attempts.requests import Client
from voice2fa.flows.presence import browsers
from voice2fa.models import RememberedBrowser

LIST = "voice2fa/rememberedbrowser/"
FIREFOX = Client(address="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


@pytest.fixture(autouse=True)
def thirty_days(configure):
    configure(REMEMBER_DAYS=30)


def remembered(user=None):
    phone = VoiceDeviceFactory(user=user or UserFactory())
    return browsers.remember(phone.user, FIREFOX, now=timezone.now())[0]


@pytest.fixture
def forgotten():
    """The browsers of which it was announced that they are forgotten."""
    heard = []

    def note(browser, **kwargs):
        heard.append(browser)

    signals.browser_forgotten.connect(note)
    yield heard
    signals.browser_forgotten.disconnect(note)


def test_the_list_tells_what_whose_and_from_where(page, name_of):
    browser = remembered()
    html = page(LIST).text
    assert "Firefox on Linux" in html
    assert name_of(browser.user) in html
    assert "192.0.2.7" in html


def test_no_page_tells_what_is_kept_of_the_cookie(page):
    browser = remembered()
    for html in (page(LIST).text, page(f"{LIST}{browser.pk}/change/").text):
        assert browser.secret_hash not in html
        assert browser.fingerprint not in html


@pytest.mark.parametrize("field", ["secret_hash", "fingerprint", "client_address"])
def test_no_address_filters_by_what_is_not_shown(page, field):
    page(LIST, status=400, **{f"{field}__startswith": "a"})


def test_a_browser_is_found_by_its_user(listed):
    wanted = remembered(UserFactory(username="grace.hopper"))
    remembered()
    assert listed("rememberedbrowser", q="hopper") == {wanted}


def test_staff_change_nothing(page, client):
    browser = remembered()
    assert client.get(f"/admin/{LIST}add/").status_code == 403
    assert 'name="_save"' not in page(f"{LIST}{browser.pk}/change/").text


def test_staff_forget_one(page, client, forgotten):
    browser = remembered()
    client.post(f"/admin/{LIST}{browser.pk}/delete/", {"post": "yes"})
    assert not RememberedBrowser.objects.exists()
    assert forgotten == [browser]


def test_staff_forget_some(page, client, forgotten):
    chosen, kept = [remembered(), remembered()], remembered()
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in chosen], "post": "yes"}
    client.post(f"/admin/{LIST}", data)
    assert list(RememberedBrowser.objects.all()) == [kept]
    assert sorted(row.pk for row in forgotten) == sorted(row.pk for row in chosen)
