"""Stop calling me, over real sockets: a second zero, and nobody rings this number any more (A23)."""

import pytest


@pytest.mark.parametrize("control", ["bxml", "api"])
def test_a_second_zero_stops_all_calls_to_the_number(site_with, carrier, visit, control):
    site = site_with(**({"CALL_CONTROL": "api"} if control == "api" else {}))
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.answer(person.number).press("0")
    assert "To stop all our calls to this number, press 0 again." in handset.transcript
    handset.press("0")
    assert handset.transcript.endswith("We will not call this number any more. Goodbye.")
    handset.wait_for_the_end()
    assert visitor.open("/phone/wait/").heading == "Reported"
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


@pytest.mark.parametrize("control", ["bxml", "api"])
def test_hanging_up_after_the_report_stops_nothing(site_with, carrier, visit, control):
    site = site_with(**({"CALL_CONTROL": "api"} if control == "api" else {}))
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.answer(person.number).press("0").hang_up()
    assert not site.rows("stoppednumber", number=person.number)
    visit(site).log_in(person)
    carrier.ring(person.number)
