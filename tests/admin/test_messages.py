"""Staff see what somebody was asked to approve, word for word and as text."""

from tests import stage
from voice2fa.flows import confirmation


def test_the_page_of_an_attempt_shows_what_the_call_asked(page):
    phone = stage.make_phone(stage.make_user())
    started = confirmation.begin(
        phone.user, client=stage.CLIENT, now=stage.NOW, message="Pay {n} <b>now</b>.", payload={"n": 5}
    )
    html = page(f"voice2fa/phoneverification/{started.verification.pk}/change/").content.decode()
    assert "Pay five &lt;b&gt;now&lt;/b&gt;." in html
    assert started.verification.payload_digest not in html
