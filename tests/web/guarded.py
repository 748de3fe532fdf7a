"""A site with pages that ask for the phone again, and with acts that a call approves."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from rest_framework.response import Response
from rest_framework.views import APIView

from voice2fa.api.permissions import VoiceConfirmed
from voice2fa.core.errors import Refusal
from voice2fa.sentences import explain_refusal
from voice2fa.web import transactions
from voice2fa.web.decorators import VoiceRequiredMixin, voice_required
from voice2fa.web.transactions import Money


def echo(request, **arguments):
    """Tell what came in."""
    fields = "&".join(f"{name}={'|'.join(request.POST.getlist(name))}" for name in sorted(request.POST))
    return HttpResponse(f"{request.method} {request.get_full_path()} {fields}", content_type="text/plain")


@voice_required
async def echo_async(request):
    return HttpResponse("async")


class Echo(VoiceRequiredMixin, View):
    max_age = 60

    def get(self, request):
        return echo(request)

    post = get


class Secrets(APIView):
    permission_classes = (VoiceConfirmed,)

    def get(self, request):
        return Response({"secret": 42})


def payload_of(request):
    amount = Decimal(request.session.get("amount", "250.10"))
    return {"amount": Money(amount, "EUR"), "payee": request.session.get("payee", "Maria <b>Keller</b>")}


@require_POST
def send(request):
    request.session["payee"] = request.POST.get("payee", "Maria <b>Keller</b>")
    try:
        return transactions.ask(
            request,
            message="Send {amount} to {payee}.",
            payload=payload_of(request),
            finish_url="/finish/",
            back_url="/sent/",
        )
    except Refusal as refusal:
        return HttpResponse(explain_refusal(refusal), status=409)


@require_POST
def finish(request):
    try:
        phone = transactions.settle(request, payload=payload_of(request))
    except Refusal as refusal:
        messages.error(request, explain_refusal(refusal))
        return HttpResponse(refusal.code, status=409)
    request.session["sent"] = request.session.get("sent", 0) + 1
    return redirect(f"/sent/?by={phone.pk}")


def change_amount(request):
    request.session["amount"] = "9999"
    return HttpResponse("changed")


urlpatterns = [
    path("", echo, name="home"),
    path("phone/", include("voice2fa.urls")),
    path("guarded/", voice_required(echo)),
    path("guarded/<str:name>/", voice_required(max_age=60)(echo)),
    path("class/", Echo.as_view()),
    path("async/", echo_async),
    path("exempt/", csrf_exempt(voice_required(echo))),
    path("hidden-above/", sensitive_post_parameters("answer")(voice_required(echo))),
    path("hidden-all/", sensitive_post_parameters()(voice_required(echo))),
    path("hidden-below/", voice_required(sensitive_post_parameters("answer")(echo))),
    path("api/", Secrets.as_view()),
    path("send/", send),
    path("finish/", finish),
    path("sent/", lambda request: HttpResponse(f"sent {request.session.get('sent', 0)}")),
    path("change/", change_amount),
]
