"""Who asks, by the address that limits count by."""

import ipaddress
import re

from django.http import HttpRequest

from voice2fa.conf import get_settings

from .requests import Client

# 192.0.2.1:5678 or [2001:db8::1]:5678, as some proxies write it.
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?")


def client_of(request: HttpRequest) -> Client:
    """Return who asks; X-Forwarded-For is believed only as far as TRUSTED_PROXIES reaches."""
    address = request.META.get("REMOTE_ADDR", "")
    proxies = get_settings().trusted_proxies
    if proxies:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = forwarded[-proxies].strip() if len(forwarded) >= proxies else ""
    return Client(address=_as_counted(address), user_agent=request.META.get("HTTP_USER_AGENT", ""))


def _as_counted(address: str) -> str | None:
    """Return the address that limits count by: one line's network for IPv6, for it has 2**64 addresses."""
    with_port = _WITH_PORT.fullmatch(address)
    # A link-local address comes with its interface (fe80::1%eth0), which no database takes.
    bare = (with_port[1] or with_port[2]) if with_port else address.partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)
