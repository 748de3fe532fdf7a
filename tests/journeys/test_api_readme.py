"""The client that the README shows, against the running example site."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.test_docs import blocks


@pytest.fixture
def client(site_with):
    (code,) = blocks("python", containing="# client.py")
    scope = {}
    exec(code, scope)
    site = site_with(settings="tests.journeys.example_settings", COOL_DOWN=0)
    scope["API"] = f"{site.url}/api/v1/"
    return site, scope["log_in"]


def test_the_client_of_the_readme_logs_in(client, carrier):
    site, log_in = client
    person, shown = site.welcome(), []
    with ThreadPoolExecutor(1) as pool:
        logging_in = pool.submit(log_in, person.username, person.password, shown.append)
        handset = carrier.answer(person.number)
        handset.press(handset.named_key)
        with logging_in.result(20) as http:
            told = http.get(f"{site.url}/api/v1/session/", timeout=20).json()
    assert told["user"]["username"] == person.username
    assert f"Press {handset.named_key} to approve" in shown[0]


def test_the_client_of_the_readme_says_why_it_does_not(client):
    site, log_in = client
    with pytest.raises(RuntimeError, match="do not match"):
        log_in(site.welcome().username, "wrong")
