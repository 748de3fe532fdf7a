import pytest

from voice2fa.core.agents import browser_of, system_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"),
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
        "Chrome",
        "Windows",
    ),
    (
        f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        "Edge",
        "Windows",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36",
        "Chrome",
        "Android",
    ),
    (
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
        "Chrome",
        "ChromeOS",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
        "Safari",
        "Mac",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) CriOS/140.0 Mobile Safari/604",
        "Chrome",
        "iPhone",
    ),
    (f"Mozilla/5.0 (Macintosh) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 OPR/122.0.0.0", "Opera", "Mac"),
    ("curl/8.14.1", "", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("agent", "browser", "system"), AGENTS)
def test_a_browser_is_named_as_its_owner_would(agent, browser, system):
    assert (browser_of(agent), system_of(agent)) == (browser, system)
