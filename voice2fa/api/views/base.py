"""What all endpoints share: how they read, answer, count and refuse, whatever the site's own API does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import MethodNotAllowed, UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request, is_form_media_type
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from voice2fa.api.describing import Doc
from voice2fa.api.errors import CsrfFailed, reply_to
from voice2fa.api.issuers import RECEIPT_HEADER, get_issuer
from voice2fa.api.parsers import JsonParser
from voice2fa.api.schemas import SCHEMA
from voice2fa.api.throttles import VoiceThrottle
from voice2fa.flows.attempts.clients import client_of
from voice2fa.flows.attempts.requests import Client
from voice2fa.flows.attempts.tickets import find
from voice2fa.models import PhoneVerification

# Django keeps headers whose names say so out of its error reports.
TICKET_HEADER = "Voice-Auth-Ticket"
PASS_HEADER = "Voice-Auth-Pass"  # noqa: S105 - a header's name
RECEIPT = (RECEIPT_HEADER,)
_READING = frozenset({"GET", "HEAD"})
_Values = dict[str, Any]
_Row = TypeVar("_Row", bound=Model)


# A refusal's counters must outlive the reply, and calls beside this one must see the row that we write.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class VoiceView(APIView):
    """An endpoint that anybody may ask. What the site has set for its own API does not reach it."""

    authentication_classes = ()
    permission_classes: tuple[type[BasePermission], ...] = (AllowAny,)
    parser_classes = (JsonParser,)
    renderer_classes = (JSONRenderer,)
    throttle_classes = (VoiceThrottle,)
    content_negotiation_class = DefaultContentNegotiation
    versioning_class = None
    metadata_class = None
    http_method_names = ["get", "post", "patch", "delete", "head"]
    schema = SCHEMA
    throttle_scope: ClassVar[str] = "voice2fa_account"
    docs: ClassVar[Mapping[str, Doc]]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Turn away what is no JSON, and a write that a browser may have been tricked into."""
        self.now: datetime = timezone.now()
        if str(request.method) not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        if request.method not in _READING:
            _check_media_type(request)
            if get_issuer().is_cookie:
                _check_csrf(request)
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Reply by our table, not by the site's exception handler; what is a fault of ours stays one."""
        response = reply_to(exc, challenge=self.get_authenticate_header(self.request) or "")
        if response is None:
            raise exc
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let nobody keep a copy: replies hold tickets, codes and tokens."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    @sensitive_variables()
    def read(self, kind: type[Serializer[Any]]) -> _Values:
        """Return what the body says; raises ``ValidationError`` by field."""
        serializer = kind(data=self.request.data, context={"request": self.request})
        serializer.is_valid(raise_exception=True)
        values: _Values = serializer.validated_data
        return values

    @property
    def client(self) -> Client:
        """Who asks."""
        return client_of(self.request._request)

    @property
    def ticket(self) -> str:
        """The ticket that the request brings, or an empty text."""
        return str(self.request.headers.get(TICKET_HEADER, ""))

    @property
    def given_pass(self) -> str:
        """The pass that the request brings, or an empty text."""
        return str(self.request.headers.get(PASS_HEADER, ""))

    def awaited(self) -> PhoneVerification:
        """Return the verification whose ticket the request brings; raises ``Refusal(NOT_WAITING)`` (R4)."""
        return find(self.ticket)


class AccountView(VoiceView):
    """An endpoint for whoever is logged in, in the way that the issuer gave."""

    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Ask for what the issuer gives, and for nothing else that the site may accept (R39)."""
        return [kind() for kind in get_issuer().authentication_classes]

    @property
    def user(self) -> AbstractBaseUser:
        """Who is logged in."""
        user: Any = self.request.user
        return cast(AbstractBaseUser, user)

    @property
    def confirmed_at(self) -> datetime | None:
        """When whoever is logged in has last confirmed, if that is known."""
        return get_issuer().confirmed_at(self.request)

    def own(self, rows: QuerySet[_Row], pk: int) -> _Row:
        """Return the row of that id if it is theirs; raises ``Http404``: others' do not exist here."""
        found = rows.filter(user=self.user, pk=pk).first()
        if found is None:
            raise Http404
        return found


class MaybeAccountView(AccountView):
    """An endpoint for anybody, that wants to know who is logged in, if somebody is."""

    permission_classes = (AllowAny,)


def _check_media_type(request: Request) -> None:
    # Before anything reads the body as a form: Django's CSRF check would.
    media_type = str(request.content_type or "").partition(";")[0].strip().lower()
    has_body = request.META.get("CONTENT_LENGTH") not in {None, "", "0"}
    if media_type != "application/json" and (has_body or is_form_media_type(media_type)):
        raise UnsupportedMediaType(media_type)


def _check_csrf(request: Request) -> None:
    check = CSRFCheck(_reply_nothing)
    check.process_request(request._request)
    if check.process_view(request._request, _reply_nothing, (), {}):
        raise CsrfFailed


def _reply_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
