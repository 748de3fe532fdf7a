import io
import threading

import pytest
from django.test import override_settings

from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.console import ConsoleProvider
from voice2fa.providers.memory import MemoryProvider

from . import urls
from .samples import bandwidth_options
from .sink import Sink, reply


@pytest.fixture
def bandwidth():
    """A provider that no test may let out: its options name no carrier that exists."""
    provider = BandwidthProvider(
        bandwidth_options(BASE_URL="https://voice.invalid/api/v2", TOKEN_URL="https://api.invalid/token")
    )
    yield provider
    provider.close()


@pytest.fixture
def connect():
    """Return a function that makes a sink with these answers and a provider that talks to it."""
    opened = []

    def open_both(*answers, clock=None, **options):
        sink = Sink(*answers).__enter__()
        opened.append(sink.__exit__)
        clocked = {} if clock is None else {"clock": clock}
        timeouts = {"CONNECT_TIMEOUT": 2, "READ_TIMEOUT": 2}
        provider = BandwidthProvider({**sink.options, **timeouts, **options}, **clocked)
        opened.append(provider.close)
        return sink, provider

    yield open_both
    for close in reversed(opened):
        close()


@pytest.fixture
def memory():
    MemoryProvider.reset()
    yield MemoryProvider({})
    MemoryProvider.reset()


@pytest.fixture
def site():
    """Answer the callbacks of memory's calls with what ``replies`` holds, and keep them in ``asked``."""
    urls.asked.clear()
    urls.replies.clear()
    with override_settings(ROOT_URLCONF="tests.providers.urls", MIDDLEWARE=[]):
        yield urls


@pytest.fixture
def terminal():
    """A console on which nobody ever types, beside a site that answers every callback."""
    nobody = Nobody()
    with Sink(reply(200, b'{"script": []}')) as site:
        console = ConsoleProvider({}, typed=nobody, shown=io.StringIO())
        console.site = site
        yield console
        nobody.leaves.set()
        for thread in threading.enumerate():
            if thread.name.startswith("voice2fa-local-"):
                thread.join(10)


class Nobody:
    def __init__(self):
        self.leaves = threading.Event()

    def readline(self):
        self.leaves.wait(10)
        return ""
