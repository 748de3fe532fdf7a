"""The demonstration tells the emulator what an application at the carrier would be told."""

from example_project import demo
from voice2fa.emulator.options import parse
from voice2fa.flows.telephony.lines import open_reception


def test_the_emulator_announces_calls_where_the_site_takes_them():
    options, line = parse(demo._list_application()), open_reception()
    assert options.call_initiated_url == line.urls.answer
    assert options.call_initiated_fallback_url == line.urls.answer_fallback
    assert options.call_status_url == line.urls.disconnect
    for pair in ("application", "application_fallback"):
        told = getattr(options, f"{pair}_username"), getattr(options, f"{pair}_password")
        assert told == (line.credentials.username, line.credentials.password)
