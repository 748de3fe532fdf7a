"""Walk every address of a site with a password and nothing else, and say which of them opened."""

import base64
import itertools
import re
from dataclasses import dataclass

from django.apps import apps
from django.contrib.admindocs.views import simplify_regex
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

from tests.stage import PASSWORD

# What stands in the place of an address's variables; anything else gets the 1.
SAMPLES = {"app_label": "auth", "uidb64": "MQ", "token": "set-password", "secret": "x", "verification_id": ""}
UUID = "00000000-0000-4000-8000-000000000001"
JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
INPUT = re.compile(r"<input[^>]*>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An address at which a password alone has opened something, and what."""

    address: str
    how: str
    what: str


def addresses(patterns=None, prefix="/"):
    """Return an address for every pattern of the URLconf."""
    found = []
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + _filled(entry.pattern)
        if hasattr(entry, "url_patterns"):
            found += addresses(entry.url_patterns, address)
        else:
            found.append(address)
    return list(dict.fromkeys(re.sub("//+", "/", address) for address in found))


def _filled(pattern):
    """Return the part of an address, with a sample for each variable."""
    return re.sub(r"<(?:(\w+):)?(\w+)>", _sample, simplify_regex(str(pattern)).lstrip("/"))


def _sample(found):
    kind, name = found.groups()
    return UUID if kind == "uuid" else SAMPLES.get(name, "1")


def count_tokens():
    """Return how many tokens of any package there are."""
    models = [
        model
        for label in ("authtoken", "knox")
        if label in apps.app_configs
        for model in apps.get_app_config(label).get_models()
    ]
    return sum(model.objects.count() for model in models if not model._meta.proxy)


def crawl(username):
    """Return what opens to somebody who has the password and nothing else."""
    opened = []
    basic = base64.b64encode(f"{username}:{PASSWORD}".encode()).decode()
    for dress in ({}, {"HTTP_AUTHORIZATION": f"Basic {basic}"}):
        client = Client(raise_request_exception=False, **dress)
        for address, (how, send) in itertools.product(addresses(), _WAYS.items()):
            cache.clear()  # so that no throttle closes a door before it is tried
            before = count_tokens()
            response = send(client, address, username)
            what = _what_opened(client, response) or ("token" if count_tokens() != before else "")
            assert response.status_code < 500, (address, how, response.status_code)
            if what:
                opened.append(Opened(address=address, how=how + (" Basic" if dress else ""), what=what))
                client = Client(raise_request_exception=False, **dress)
                Session.objects.all().delete()
    return opened


def _what_opened(client, response):
    if any(SESSION_KEY in session.get_decoded() for session in Session.objects.all()):
        return "session"
    if not response.streaming and JSON_WEB_TOKEN.search(response.content.decode(errors="replace")):
        return "token"
    request = (getattr(response, "renderer_context", None) or {}).get("request") or response.wsgi_request
    return "page" if request.user.is_authenticated else ""


def _answers(username):
    """Return all that a form for a login may be asking for."""
    names = ("username", "email", "login", "user", "id_username", "auth-username")
    return {
        **dict.fromkeys(names, username),
        **dict.fromkeys(("password", "password1", "password2", "new_password1", "new_password2"), PASSWORD),
        **{"next": "/", "remember": "on", "post": "yes"},
    }


def _fill_in(client, address, username):
    """Open the page, fill in its own form, and send it."""
    page = client.get(address)
    if page.streaming:
        return page
    fields = [dict(ATTRIBUTE.findall(tag)) for tag in INPUT.findall(page.content.decode(errors="replace"))]
    hidden = {field["name"]: field.get("value", "") for field in fields if "name" in field}
    return client.post(address, hidden | {k: v for k, v in _answers(username).items() if k in hidden})


_WAYS = {
    "GET": lambda client, address, username: client.get(address, _answers(username)),
    "POST form": lambda client, address, username: client.post(address, _answers(username)),
    "POST json": lambda client, address, username: client.post(
        address, _answers(username), content_type="application/json"
    ),
    "PUT json": lambda client, address, username: client.put(
        address, _answers(username), content_type="application/json"
    ),
    "own form": _fill_in,
}
