"""What our filters make of texts."""

import pytest

from voice2fa.templatetags.voice2fa import spelled_from_left

KEPT = '<bdi dir="ltr" class="voice2fa-spelled">{}</bdi>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("account ending in 4 3 0 0.", f"account ending in {KEPT.format('4 3 0 0')}."),
        ("7 7 <b>", f"{KEPT.format('7 7')} &lt;b&gt;"),
        (
            "Send 250,10 U S D, or 12 5, or 7 to <script>",
            "Send 250,10 U S D, or 12 5, or 7 to &lt;script&gt;",
        ),
        ("", ""),
    ],
)
def test_digits_said_one_by_one_stay_together_and_nothing_else_is_markup(text, shown):  # A26
    assert spelled_from_left(text) == shown
