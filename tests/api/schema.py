"""The API's schema as docs/openapi.yaml keeps it: ``python -m tests.api.schema`` writes it anew."""

import os
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


def generate():
    """Return the schema, and what drf-spectacular has to complain about."""
    from django.urls import include, path
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.settings import patched_settings

    with patched_settings({"TITLE": "voice2fa", "VERSION": "1", "DESCRIPTION": DESCRIPTION}):
        patterns = [path("api/", include("voice2fa.api.urls"))]
        GENERATOR_STATS.reset()
        with GENERATOR_STATS.silence():
            schema = SchemaGenerator(patterns=patterns).get_schema(public=True)
        complaints = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    return schema, complaints


def as_yaml(schema):
    from drf_spectacular.renderers import OpenApiYamlRenderer

    return OpenApiYamlRenderer().render(schema, renderer_context={}).decode()


DESCRIPTION = """\
Two-factor login by phone call. Every error is `{"code", "detail"}`; the code `invalid` has `fields` beside
it. A call belongs to whoever holds its ticket, which is sent in the `Voice-Auth-Ticket` header and never in
an address. What is given for an approved login is for the site to choose: here a session in a cookie, whose
writes need the token of `GET session` in the `X-CSRFToken` header."""


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    FILE.write_text(as_yaml(generate()[0]))
