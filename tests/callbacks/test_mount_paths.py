"""A site under a path of its host: requests know the path, background jobs do not, the carrier needs it."""

import threading
from dataclasses import astuple
from uuid import UUID

import pytest
from django.urls import clear_script_prefix, set_script_prefix

from tests.providers.samples import bandwidth_options
from voice2fa.core.states import State
from voice2fa.flows.telephony.lines import open_line

ONE = UUID(int=1)
ADDRESSES = [
    ("https://www.example.com", "https://www.example.com/phone/calls/"),
    ("https://www.example.com/app", "https://www.example.com/app/phone/calls/"),
    ("https://www.example.com/app/", "https://www.example.com/app/phone/calls/"),
    ("https://www.example.com/a/b", "https://www.example.com/a/b/phone/calls/"),
]


@pytest.fixture
def mounted():
    """Return a function that puts this thread where a request below a path would be."""
    yield lambda path: set_script_prefix(f"{path}/")
    clear_script_prefix()


def in_a_worker(act):
    """Return what the act returns in a thread that has never seen a request."""
    kept = []
    thread = threading.Thread(target=lambda: kept.append(act()))
    thread.start()
    thread.join(30)
    return kept[0]


@pytest.mark.parametrize(("public_url", "begin"), ADDRESSES)
@pytest.mark.parametrize("path", ["", "/app", "/phone", "/a/b"])
def test_addresses_are_the_same_in_a_request_and_in_a_worker(
    configure, mounted, public_url, begin, path
):  # A31
    configure(PUBLIC_URL=public_url)
    mounted(path)
    urls = astuple(open_line(ONE).urls)
    assert urls == astuple(in_a_worker(lambda: open_line(ONE)).urls)
    assert all(url.startswith(f"{begin}{ONE}/") for url in urls)


@pytest.mark.django_db
def test_a_script_that_a_mounted_site_sends_names_the_public_addresses(calling, configure, mounted):
    options = {"BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider", "OPTIONS": bandwidth_options()}
    configure(PUBLIC_URL="https://www.example.com/app", PROVIDER=options)
    side = calling(State.DIALING)
    url = side.url("answer")
    script = side.post(url, side.event("answer"), SCRIPT_NAME="/app")
    assert script.status_code == 200
    assert b'"https://www.example.com/app/phone/calls/' in script.content
    assert b"/app/app/" not in script.content
    assert side.post(url, side.event("answer")).content == script.content
