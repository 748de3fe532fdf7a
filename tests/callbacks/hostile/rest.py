"""What a site may have chosen for its own API, none of which is meant for a carrier."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle


class NoAuthentication(BaseAuthentication):
    def authenticate(self, request):
        raise AuthenticationFailed


class NoPermission(BasePermission):
    def has_permission(self, request, view):
        return False


class NoMore(BaseThrottle):
    def allow_request(self, request, view):
        return False


class NoLanguage(BaseContentNegotiation):
    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        raise AssertionError


def handle_without_headers(exception, context):
    return Response({"error": "no"}, status=418)
