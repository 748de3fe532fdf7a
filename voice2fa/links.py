"""Full addresses of this site: under PUBLIC_URL, never under the host that a request names (A31)."""

from typing import Any

from django.urls import get_script_prefix, reverse

from .conf import get_settings


def absolute(path: str) -> str:
    """Return the full address of a path as ``reverse`` gives it.

    The prefix under which a site is mounted is known in requests only, and we are mostly outside of one: it
    belongs to PUBLIC_URL.
    """
    return f"{get_settings().public_url}/{path.removeprefix(get_script_prefix())}"


def link_to(page: str, *arguments: Any) -> str:
    """Return the full address of one of our pages, such as ``link_to("phones")``."""
    return absolute(reverse(f"voice2fa:{page}", args=arguments))
