import os
import re
import shutil
from contextlib import ExitStack

import pytest

from tests.journeys.settings import VOICE2FA
from voice2fa.flows.telephony.lines import open_reception

from .carrier import Carrier
from .stage import Site
from .visitor import Visitor
from .walking import Walk

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright):
    """Start the system's Chromium."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)


@pytest.fixture(scope="session")
def _carrier():
    carrier = Carrier()
    yield carrier
    carrier.close()


@pytest.fixture
def carrier(_carrier):
    """A carrier that takes nothing odd from a site, and must not have been given any."""
    _carrier.reset()
    yield _carrier
    assert _carrier.complaints == []


@pytest.fixture(scope="session")
def _sites(_carrier, tmp_path_factory):
    """Return a function that starts a site with these settings, or finds the one that runs already."""
    running = {}

    def find(**options):
        key = repr(sorted(options.items()))
        if key not in running:
            running[key] = Site(tmp_path_factory.mktemp("site"), _carrier.url, **options)
        return running[key]

    yield find
    for site in running.values():
        site.close()


@pytest.fixture
def site_with(_sites, carrier):
    """Return a function that finds a site with these settings; afterwards its log must hold no error."""
    used = {}

    def find(**options):
        site = _sites(**options)
        used.setdefault(site.url, (site, len(site.log)))
        return site

    yield find
    for site, start in used.values():
        if site.is_ahead:
            site.set_ahead(0)
        if site.is_changed:
            site.configure()
        forgiven, site.forgiven = site.forgiven, []
        errors = re.findall(r"^(?:ERROR|CRITICAL) .*(?:\n(?!DEBUG|INFO|WARNING).*)*", site.log[start:], re.M)
        unforeseen = [error for error in errors if not any(word in error for word in forgiven)]
        assert not unforeseen, "\n".join(unforeseen)


@pytest.fixture
def site(site_with):
    """The site as most would have it: a random key approves a login, a keyed code proves a phone."""
    return site_with()


@pytest.fixture
def site_by(site_with):
    """Return a function that finds the site that steers its calls this way or that."""
    return lambda control: site_with() if control == "bxml" else site_with(CALL_CONTROL=control)


@pytest.fixture
def entering_site(site_with):
    return site_with(LOGIN_METHOD="enter")


@pytest.fixture
def speaking_site(site_with):
    return site_with(LOGIN_METHOD="speak", ENROL_METHOD="speak")


@pytest.fixture
def calling_site_with(site_with, carrier, settings):
    """Return a function that starts a site that takes calls, of which the carrier has been told."""

    def start(*, account=VOICE2FA["PROVIDER"]["OPTIONS"], **options):
        site = site_with(CALL_IN="A", **options)
        provider = {**VOICE2FA["PROVIDER"], "OPTIONS": account}
        settings.VOICE2FA = {**VOICE2FA, "PUBLIC_URL": site.url, "PROVIDER": provider}
        carrier.listen(open_reception())
        return site

    return start


@pytest.fixture
def calling_site(request, calling_site_with):
    """A site that takes calls, and steers its own this way or that."""
    return calling_site_with(CALL_CONTROL=getattr(request, "param", "bxml"))


@pytest.fixture
def visit():
    """Return a function that brings a visitor without a browser to a site."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(Visitor(site))


@pytest.fixture
def walk_with(site_by, carrier, visit):
    """Return a function that takes a person through an errand, with calls steered so, and gives the walk."""

    def walk_with(control, errand, *, purpose="login", method="approve", **options):
        site = site_by(control)
        walk = Walk(carrier, site, visit(site), method=method, **options)
        errand(walk.open(purpose))
        return walk

    return walk_with


@pytest.fixture
def log_in(carrier, visit):
    """Return a function that takes a person through a whole login, and returns the visitor."""

    def log_in(site, person, number=""):
        visitor = visit(site)
        visitor.log_in(person)
        handset = carrier.answer(number or person.number)
        handset.press(handset.named_key)
        assert visitor.complete().is_in
        return visitor

    return log_in


@pytest.fixture
def log_in_elsewhere(log_in):
    """Return a function that takes somebody else through a login, so that the site has warmed up."""
    return lambda site: log_in(site, site.welcome())


@pytest.fixture(scope="module")
def _chromium():
    """One browser for each module: while Playwright runs, this thread has an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(_chromium):
    """Return a function that opens a browser with its own cookies."""
    with ExitStack() as stack:

        def open_browser(**options):
            context = _chromium.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            return context

        yield open_browser


@pytest.fixture
def browser(open_browser):
    return open_browser()


@pytest.fixture
def page(browser):
    """A page whose scripts must not fail, and which must ask nobody but the site."""
    page = browser.new_page()
    failures, strangers = [], []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("request", lambda request: strangers.append(request.url))
    yield page
    assert failures == []
    assert [url for url in strangers if not url.startswith(("http://127.0.0.1:", "data:"))] == []


@pytest.fixture
def phone(browser, carrier):
    """Return a function that takes up the handset with this number, in a second tab."""

    def take_up(number):
        from .browsing import Phone

        return Phone(browser.new_page(), carrier, number)

    return take_up
