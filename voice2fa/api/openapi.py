"""Describe the endpoints for drf-spectacular, from what each says of itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.permissions import IsAuthenticated
from rest_framework.serializers import ListSerializer

from .describing import Doc
from .errors import STATUSES
from .serializers import ErrorSerializer

_HEADERS: Mapping[str, OpenApiParameter] = {
    "Voice-Auth-Ticket": OpenApiParameter(
        "Voice-Auth-Ticket",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        required=True,
        description="The ticket of the call.",
    ),
    "Voice-Auth-Ticket?": OpenApiParameter(
        "Voice-Auth-Ticket",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="The ticket of the call that is to be spared.",
    ),
    "Voice-Auth-Pass": OpenApiParameter(
        "Voice-Auth-Pass",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="What the login gave where no phone rang.",
    ),
    "Voice-Auth-Confirmation": OpenApiParameter(
        "Voice-Auth-Confirmation",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="Beside a token: the receipt of the last confirmation. A session knows by itself.",
    ),
    "If-None-Match": OpenApiParameter(
        "If-None-Match",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="The `ETag` of the last reply.",
    ),
}
_ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 304],
    description="Changes with the body.",
)
_RETRY_AFTER = OpenApiParameter(
    "Retry-After", OpenApiTypes.INT, OpenApiParameter.HEADER, response=[429], description="Seconds to wait."
)

# An address with anything else in its place is none of ours, and the site answers it.
_ID = OpenApiParameter("id", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH)

# Not http.HTTPStatus: its phrases differ from one Python to the next.
_PHRASES: Mapping[int, str] = {
    200: "Done",
    201: "A call has begun",
    202: "Accepted",
    204: "Done, and nothing to tell",
    304: "Nothing has changed",
    400: "Something in the request is wrong",
    401: "Nobody is logged in",
    403: "Not allowed",
    404: "Not there",
    406: "Only JSON is sent",
    409: "Not as things stand",
    410: "Too late",
    413: "The body is too long",
    415: "Only JSON is read",
    429: "Too often",
    503: "Not now",
}


class VoiceSchema(AutoSchema):
    """Read an endpoint's ``docs``; the site's settings for its own schema change names of no component."""

    @property
    def doc(self) -> Doc:
        """What the endpoint says of the method."""
        doc: Doc = self.view.docs[self.method.lower()]  # type: ignore[attr-defined]  # one of ours
        return doc

    def get_summary(self) -> str:
        """Return the headline."""
        return self.doc.summary

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """Return what else there is to know."""
        return self.doc.detail

    def get_operation_id(self) -> str:
        """Return a name such as ``voice2fa_phones_list``."""
        kind = type(self.view).__name__.removesuffix("View")
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind)
        return f"voice2fa{name}_{self.method.lower()}"

    def get_tags(self) -> list[str]:
        """Return the one tag that all have."""
        return ["voice2fa"]

    def get_override_parameters(self) -> list[Any]:
        """Return the headers that come and go, and the id in the address."""
        own = [_HEADERS[name] for name in self.doc.headers] + ([_ID] if "{" in self.path else [])
        return [*own, _RETRY_AFTER, *([_ETAG] if "If-None-Match" in self.doc.headers else [])]

    def get_request_serializer(self) -> Any:
        """Return the body that it takes."""
        return self.doc.takes

    def get_response_serializers(self) -> Any:
        """Return its bodies by status, the refusals last."""
        given = {
            status: OpenApiResponse(kind(many=True) if kind and self.doc.is_list else kind, _PHRASES[status])
            for status, kind in self.doc.gives.items()
        }
        return given | {
            status: OpenApiResponse(ErrorSerializer, f"{_PHRASES[status]}: {', '.join(sorted(codes))}.")
            for status, codes in sorted(self._refusals().items())
        }

    def get_examples(self) -> list[OpenApiExample]:
        """Return bodies as they are."""
        examples = [
            OpenApiExample(
                _PHRASES[status],
                value=value[0] if self.doc.is_list else value,
                response_only=True,
                status_codes=[str(status)],
            )
            for status, value in self.doc.says.items()
        ]
        if self.doc.sends:
            examples.append(OpenApiExample("Request", value=self.doc.sends, request_only=True))
        return examples

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Return a name that the site's own serializers have not."""
        return f"Voice{type(serializer).__name__}"

    def _is_list_view(self, serializer: Any = None) -> bool:
        return isinstance(serializer, ListSerializer)  # whatever the address and the method look like

    def _refusals(self) -> dict[int, set[str]]:
        codes = [(STATUSES[code], code.value) for code in self.doc.refuses]
        found: dict[int, set[str]] = {}
        for status, code in [*codes, *self._common_refusals()]:
            found.setdefault(status, set()).add(code)
        return found

    def _common_refusals(self) -> Iterable[tuple[int, str]]:
        yield 406, "not_acceptable"
        yield 429, "throttled"
        if IsAuthenticated in self.view.permission_classes:
            yield 401, "not_authenticated"
        if self.view.get_authenticators():
            yield 401, "authentication_failed"
        if "{" in self.path:
            yield 404, "not_found"
        if self.method != "GET":
            yield 403, "csrf_failed"
            yield 415, "unsupported_media_type"
        if self.doc.takes is not None:
            yield 400, "invalid"
            yield 400, "parse_error"
            yield 413, "too_large"
