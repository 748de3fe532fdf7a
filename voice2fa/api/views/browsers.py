"""The browsers from which a person logs in without a call."""

from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import Doc
from voice2fa.api.examples import BROWSER
from voice2fa.api.serializers import BrowserSerializer
from voice2fa.flows.presence import browsers
from voice2fa.models import RememberedBrowser

from .base import AccountView


class BrowsersView(AccountView):
    """All of them."""

    docs = {
        "get": Doc(
            summary="List the remembered browsers",
            gives={200: BrowserSerializer},
            is_list=True,
            says={200: [BROWSER]},
        ),
        "delete": Doc(summary="Forget all of them", gives={204: None}),
    }

    def get(self, request: Request) -> Response:
        """List them, the newest first."""
        return Response(BrowserSerializer(browsers.browsers_of(self.user, now=self.now), many=True).data)

    def delete(self, request: Request) -> Response:
        """Forget them."""
        browsers.forget_all(self.user, now=self.now)
        return Response(status=204)


class BrowserView(AccountView):
    """One of them; somebody else's does not exist here."""

    docs = {"delete": Doc(summary="Forget a remembered browser", gives={204: None})}

    def delete(self, request: Request, pk: int) -> Response:
        """Forget it."""
        browsers.forget(self.own(RememberedBrowser.objects.all(), pk), now=self.now)
        return Response(status=204)
