"""Who is logged in, and the way out."""

from django.middleware.csrf import get_token
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import Doc
from voice2fa.api.examples import SESSION
from voice2fa.api.issuers import get_issuer
from voice2fa.api.serializers import EndedSerializer, SessionSerializer
from voice2fa.flows.presence.elsewhere import end_sessions, may_end_sessions

from .base import AccountView, MaybeAccountView


class SessionView(MaybeAccountView):
    """Who is logged in."""

    docs = {
        "get": Doc(
            summary="Who is logged in, and the CSRF token",
            detail="A client that keeps a cookie asks this first: its writes need the token.",
            gives={200: SessionSerializer},
            says={200: SESSION},
        ),
        "delete": Doc(summary="Log out", gives={204: None}),
    }

    def get(self, request: Request) -> Response:
        """Tell."""
        user = request.user if request.user.is_authenticated else None
        # Its cookie is set by CsrfViewMiddleware.
        token = get_token(request._request) if get_issuer().is_cookie else ""
        return Response(dict(SessionSerializer({"user": user, "csrf_token": token}).data))

    def delete(self, request: Request) -> Response:
        """Void what this client was given; whoever is not logged in is logged out already."""
        if request.user.is_authenticated:
            get_issuer().revoke(request)
        return Response(status=204)


class SessionsView(AccountView):
    """The sessions of the account, wherever they were opened."""

    docs = {
        "delete": Doc(
            summary="Log out everywhere else",
            detail="Ends all sessions of the account but this one, soon. Tokens stay.",
            gives={200: EndedSerializer},
            says={200: {"is_possible": True}},
        )
    }

    def delete(self, request: Request) -> Response:
        """Have them ended, where the site keeps them in a table."""
        session = getattr(request._request, "session", None)
        end_sessions(self.user, spared_key=session.session_key if session else None)
        return Response(dict(EndedSerializer({"is_possible": may_end_sessions()}).data))
