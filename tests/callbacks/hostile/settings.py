"""The test site with an API of its own, whose settings suit no carrier."""

import os

from tests.settings import *  # noqa: F403 - the same site but for what follows

REST = "tests.callbacks.hostile.rest"
REST_FRAMEWORK = {
    "DEFAULT_VERSIONING_CLASS": f"rest_framework.versioning.{os.environ['HOSTILE_VERSIONING']}",
    "DEFAULT_VERSION": None,
    "ALLOWED_VERSIONS": ["v7"],
    "DEFAULT_AUTHENTICATION_CLASSES": [f"{REST}.NoAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [f"{REST}.NoPermission"],
    "DEFAULT_THROTTLE_CLASSES": [f"{REST}.NoMore"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.MultiPartParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": f"{REST}.NoLanguage",
    "DEFAULT_SCHEMA_CLASS": None,
    "EXCEPTION_HANDLER": f"{REST}.handle_without_headers",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
