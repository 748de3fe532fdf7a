"""E-mails that people get."""

import pytest
from django.conf import settings as site_settings
from django.core import mail
from django.test import override_settings

from tests import stage
from voice2fa import mails
from voice2fa.links import link_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(settings, tmp_path):
    """A site's own mail templates."""
    folder = tmp_path / "voice2fa" / "mail"
    folder.mkdir(parents=True)
    (folder / "letter_subject.txt").write_text("{% load i18n %}{% translate 'Password' %}:\n {{ word }}\n")
    (folder / "letter.txt").write_text(
        "{% autoescape off %}{{ site }}, {{ user }}, {{ word }}{% endautoescape %}\n"
    )
    engine = dict(site_settings.TEMPLATES[0], DIRS=[str(tmp_path)])
    with override_settings(TEMPLATES=[engine]):
        yield


def test_a_mail_goes_to_the_users_address_in_their_language(letters):
    anna = stage.make_user(email="anna@example.com")
    assert mails.send(anna, "letter", {"word": "a & b"}, language="de")
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.com"]
    assert sent.body == "Example Bank, anna, a & b\n"
    assert sent.subject.startswith("Passwort: ")


def test_nobody_can_put_a_header_into_a_subject(letters):
    anna = stage.make_user(email="anna@example.com")
    mails.send(anna, "letter", {"word": "x\nBcc: all@example.com"}, language="en")
    assert mail.outbox[0].subject == "Password: x Bcc: all@example.com"


@pytest.mark.parametrize("address", ["", "  "])
def test_a_user_without_an_address_is_skipped_and_logged(letters, address, caplog):
    anna = stage.make_user(email=address)
    assert not mails.send(anna, "letter", {"word": "secret"}, language="en")
    assert mail.outbox == []
    assert f"User {anna.pk} has no e-mail address" in caplog.text
    assert "secret" not in caplog.text


def test_a_link_stands_under_the_public_url(configure, rf):  # A31
    configure(PUBLIC_URL="https://www.example.com/app")
    assert link_to("phones") == "https://www.example.com/app/phone/phones/"
