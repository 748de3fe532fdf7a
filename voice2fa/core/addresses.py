"""Hosts on the internet."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Tell whether the host name or IP address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
