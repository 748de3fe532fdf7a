"""Addresses of the callbacks; fallbacks lead to the same doors, for they bring the same events."""

from django.urls import path

from . import views

_SYNC = {"answer": views.AnswerView}
_STEPPED = {"gather": views.GatherView, "redirect": views.RedirectView}
_ASYNC = {"disconnect": views.DisconnectView, "machine": views.MachineView}

urlpatterns = [
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
