"""Our side of the callbacks, as small as can be: requests are kept, replies are set."""

from django.http import HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

asked = []
replies = {}


@csrf_exempt
def receive(request, name):
    asked.append(request)
    status, body = replies.get(name, (200, b'{"script": []}'))
    return HttpResponse(body, status=status, content_type="application/json")


def protected(request):
    return HttpResponse(b'{"script": []}')


urlpatterns = [re_path(r"^protected/", protected), re_path(r"^call/(?P<name>\w+)/", receive)]
