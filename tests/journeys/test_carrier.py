"""The carrier of the journeys: no odd document, and no odd reply, passes unnoticed."""

import pytest
import requests

from .walking import Walk

pytestmark = pytest.mark.wide

OGG = "audio of a kind that cannot be played"
ODD = {
    "another root": "<Response><Hangup/></Response>",
    "an attribute that no page lists": '<Bxml><Pause seconds="1"/></Bxml>',
    "a voice that no page lists": '<Bxml><SpeakSentence voice="nobody">Hello</SpeakSentence></Bxml>',
    "a tag that no page lists": "<Bxml><SpeakSentence>Hello <blink>there</blink></SpeakSentence></Bxml>",
    OGG: "<Bxml><PlayAudio>https://example.com/a.ogg</PlayAudio></Bxml>",
    "text between verbs": "<Bxml>Hello<Hangup/></Bxml>",
}


@pytest.fixture
def push(site, carrier, visit):
    """Return a function that replaces what a call of the site's does, and gives the carrier's reply."""
    walk = Walk(carrier, site, visit(site), method="approve").open("login").answer()
    account = carrier.emulator.options

    def push(document):
        return requests.put(
            f"{carrier.emulator.base_url}/accounts/{account.account_id}/calls/{walk.handset.call_id}/bxml",
            data=document,
            headers={"Content-Type": "application/xml"},
            auth=(account.client_id, account.client_secret),
            timeout=10,
        )

    return push


def test_an_ordinary_document_is_taken_without_a_complaint(push, carrier):
    assert push("<Bxml><Pause/><Hangup/></Bxml>").status_code == 204
    assert carrier.complaints == []


@pytest.mark.parametrize("document", ODD.values(), ids=ODD)
def test_an_odd_document_is_refused_in_the_midst_of_a_journey_and_complained_of(push, carrier, document):
    assert push(document).status_code == 400
    assert len(carrier.complaints) == 1
    carrier.reset()


@pytest.mark.parametrize("name", ["text between verbs", OGG])
def test_what_a_lenient_carrier_takes_is_complained_of_all_the_same(push, carrier, name):
    carrier.set(odd_bxml="warn")
    assert push(ODD[name]).status_code == 204
    carrier.advance()
    assert carrier.complaints
    carrier.reset()
