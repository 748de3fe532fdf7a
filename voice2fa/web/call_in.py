"""The button with which people call us in place of being called."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from voice2fa.flows.call_in import begin

from .browsers import client_of
from .views import begin_again


@require_POST
@csrf_protect
@never_cache
@transaction.non_atomic_requests
def call_in(request: HttpRequest) -> HttpResponse:
    """Wait for a call from the phone in place of ringing it, with a new code; the old one is dead."""
    client, now = client_of(request), timezone.now()
    return begin_again(request, lambda verification: begin(verification, client, now=now))
