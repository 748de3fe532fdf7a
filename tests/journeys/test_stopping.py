"""Stop calling me, over real sockets: a second zero, and nobody rings this number any more (A23)."""

import pytest

from .test_parity import CONTROLS
from .walking import Walk


@pytest.fixture
def report(site_by, carrier, visit):
    """Return a function that has somebody answer a call for a login, and report it."""

    def report(control):
        site = site_by(control)
        return Walk(carrier, site, visit(site), method="approve").open("login").answer().press("0")

    return report


@pytest.mark.parametrize("control", CONTROLS)
def test_a_second_zero_stops_all_calls_to_the_number(report, carrier, visit, control):
    walk = report(control)
    site, person = walk.site, walk.person
    assert "To stop all our calls to this number, press 0 again." in walk.heard[-1]
    walk.press("0").wait_for_the_end()
    assert walk.heard[-1] == "We will not call this number any more. Goodbye."
    assert walk.outcome["heading"] == "Reported"
    (stopped,) = site.rows("stoppednumber", number=person.number)
    assert stopped["verification"] == site.verifications(person)[0]["pk"]

    again = visit(site)
    again.log_in(person)
    assert "asked us not to call it" in again.page
    stranger = visit(site)
    newcomer = site.welcome(person.number, has_phones=False)
    newcomer.username += "x"
    stranger.register(newcomer)
    assert "asked us not to call it" in stranger.page
    assert len(carrier.calls(person.number)) == 1


@pytest.mark.parametrize("control", CONTROLS)
def test_hanging_up_after_the_report_stops_nothing(report, carrier, visit, control):
    walk = report(control).hang_up()
    site, person = walk.site, walk.person
    assert not site.rows("stoppednumber", number=person.number)
    visit(site).log_in(person)
    carrier.ring(person.number)
