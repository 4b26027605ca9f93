"""By which address others reach this server: PUBLIC_URL, the one that was asked, or one of its network.

A name of this computer alone (localhost, 127.0.0.1) is no use to them. Under --lan the command line has put the
addresses of this computer among the allowed hosts, the one towards the others first.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from app.settings import Settings


@dataclass(frozen=True)
class Reach:
    """Where links lead."""

    address: str  # scheme and host, without a slash at its end
    only_here: bool = False  # nobody but this computer can open it
    others: tuple[str, ...] = ()  # of this computer's further networks


def reach_of(request: Request, settings: Settings) -> Reach:
    """Return the address to write into a link that `request` asks for."""
    if public := settings.public_url.strip().rstrip("/"):
        return Reach(public)
    asked = request.url
    own = f"{_scheme(request)}://{asked.netloc}"
    if not _is_loopback(asked.hostname or ""):
        return Reach(own)
    port = "" if asked.port is None else f":{asked.port}"
    first, *others = [f"http://{name}{port}" for name in neighbours(settings)] or [""]
    return Reach(first, others=tuple(others)) if first else Reach(own, only_here=True)


def neighbours(settings: Settings) -> list[str]:
    """Return this computer's addresses on its networks, as links write them; none if it does not listen there."""
    if _is_loopback(settings.host):
        return []
    names = [settings.host, *(name.strip() for name in settings.allowed_hosts.split(","))]
    found = [ip for name in names if (ip := _ip(name)) and not (ip.is_loopback or ip.is_unspecified)]
    return list(dict.fromkeys(f"[{ip}]" if ip.version == 6 else str(ip) for ip in found))


def _scheme(request: Request) -> str:
    """Return the scheme that the browser sees, which a proxy may have taken away; its own page says it."""
    for name in ("origin", "referer"):
        try:
            page = urlsplit(request.headers.get(name, ""))
        except ValueError:
            continue
        if page.netloc == request.url.netloc and page.scheme in ("http", "https"):
            return page.scheme
    return request.url.scheme


def _is_loopback(name: str) -> bool:
    address = _ip(name)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None
