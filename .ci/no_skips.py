"""A pytest plugin (``-p no_skips``): a run in which a test was skipped has failed."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Turn a green run with skips into a red one; workers of xdist have no reporter, and leave it alone."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    """Say why."""
    if terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("Tests were skipped, and here nothing may be.", red=True)
