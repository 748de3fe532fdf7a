"""Addresses of the callbacks; fallbacks lead to the same doors, for they bring the same events."""

from django.urls import path

from . import incoming, views

_SYNC = {"answer": views.AnswerView}
_STEPPED = {
    "gather": views.GatherView,
    "redirect": views.RedirectView,
    "parked": views.ParkedView,
    "over": views.OverView,
}
_ASYNC = {"disconnect": views.DisconnectView, "machine": views.MachineView}
# The application at the carrier is told these addresses: they stay as they are.
_INCOMING = {
    "incoming/": (incoming.IncomingView, "incoming"),
    "incoming-fallback/": (incoming.IncomingView, "incoming_fallback"),
    "incoming/gather/<int:step>/": (incoming.IncomingGatherView, "incoming_gather"),
    "incoming/gather-fallback/<int:step>/": (incoming.IncomingGatherView, "incoming_gather_fallback"),
    "incoming/disconnect/": (incoming.IncomingDisconnectView, "incoming_disconnect"),
}

urlpatterns = [
    *(path(route, view.as_view(), name=f"call_{name}") for route, (view, name) in _INCOMING.items()),
    *(
        path(f"<uuid:verification_id>/{name}{suffix}/", view.as_view(), name=f"call_{name}{kind}")
        for name, view in {**_SYNC, **_ASYNC}.items()
        for suffix, kind in (("", ""), ("-fallback", "_fallback"))
    ),
    *(
        path(f"<uuid:verification_id>/{name}{suffix}/<int:step>/", view.as_view(), name=f"call_{name}{kind}")
        for name, view in _STEPPED.items()
        for suffix, kind in (("", ""), ("-fallback", "_fallback"))
    ),
]
