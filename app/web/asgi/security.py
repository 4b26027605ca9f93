"""What every request passes on its way in and every answer on its way out, in plain ASGI so that streams stay streams.

In: the Host must be ours; a body over the limit is refused; pages of other sites may link here but not change state.
Out: a strict content security policy, no sniffing, no referrer. HEAD is GET without its body.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BrokenRequest, Encoded, Forbidden, Mistake, TooLarge, TooLong, shown
from app.settings import Settings
from app.web.asgi.problems import Voice
from app.whole_numbers import END, read_whole

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; manifest-src 'self'; frame-ancestors {ancestors}"
)
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
)
SAFE = {"GET", "HEAD", "OPTIONS"}
NETWORKS = {"/api/v1/models", "/network"}  # take files that are larger than pictures
FRAMING = ("/lesson", "/room", "/join")  # pages that show the explorer in a frame
AROUND = 1_000_000  # bytes of the form around a file of the largest size
LONGEST_ADDRESS = 32_768  # bytes; what is longer is posted; app/web/asgi/protocol.py lets go of it


class Security:
    """The pure ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, settings: Settings, voice: Voice) -> None:
        self.app = app
        self._voice = voice
        self._most = settings.upload_max_bytes, settings.model_max_bytes
        self._hosts = _hosts(settings)
        self._origins = {origin.strip().rstrip("/") for origin in settings.allowed_origins.split(",") if origin.strip()}
        self._ancestors = f"'self' {settings.frame_ancestors}".replace(
            "'none'", ""
        ).strip()  # our own pages frame it too

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET"}
        received, most = 0, self._most[scope["path"] in NETWORKS]

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most + AROUND:
                raise _too_large(received, most)
            return message

        started = ended = False

        async def guarded(message: Message) -> None:
            nonlocal started, ended
            if ended:
                return
            if message["type"] == "http.response.start":
                started = True
                self._protect(scope, MutableHeaders(scope=message))
            elif head and message["type"] == "http.response.body":
                message, ended = {**message, "body": b"", "more_body": False}, True  # a stream would have no end
            await send(message)

        try:
            self._check(scope, headers, most)
            await self.app(scope, limited, guarded)
        except Mistake as mistake:
            if started:
                raise
            answer = await self._voice(Request(scope), mistake)
            await answer(scope, receive, guarded)

    def _check(self, scope: Scope, headers: Headers, most: int) -> None:
        host = _name(headers.get("host", ""))
        if "*" not in self._hosts and host not in self._hosts:
            raise BrokenRequest(
                "This server does not answer to the name {host}; the setting CONVSCOPE_ALLOWED_HOSTS lists its names.",
                host=repr(host[:80]),
            )
        address = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if address > LONGEST_ADDRESS:
            raise TooLong(
                "The address has more than {most} bytes. Post the document instead.", most=f"{LONGEST_ADDRESS:,}"
            )
        length = headers.get("content-length", "")
        if length and read_whole(length, most + AROUND + 1) is None:
            raise _too_large(read_whole(length) or END, most)
        if scope["method"] in SAFE:
            return
        if (encoding := headers.get("content-encoding", "identity").strip().lower()) != "identity":
            raise Encoded(
                "The body is encoded as {encoding}; send it as it is, without Content-Encoding.",
                encoding=shown(encoding),
            )
        origin = headers.get("origin", "").rstrip("/")
        if origin in self._origins:
            return
        foreign = headers.get("sec-fetch-site", "none") in ("cross-site", "same-site")
        if foreign or (origin and _host_in(origin) != headers.get("host", "").lower()):
            raise Forbidden(
                "A page of another site may link here, but not send or change anything; the setting "
                "CONVSCOPE_ALLOWED_ORIGINS lists exceptions."
            )

    def _protect(self, scope: Scope, headers: MutableHeaders) -> None:
        ancestors = {"/embed": self._ancestors, "/": "'self'"}.get(scope["path"], "'none'")
        policy = POLICY.format(ancestors=ancestors)
        if scope["path"].endswith(".svg") or scope["path"] == "/docs":  # a drawing carries its pictures with it
            policy = policy.replace("blob:", "blob: data:")
        if scope["path"].startswith(FRAMING):
            policy += "; frame-src 'self'"
        headers.setdefault("Content-Security-Policy", policy)
        headers.raw.extend(ALWAYS)  # no handler sets them


def _too_large(count: int, most: int) -> TooLarge:
    return TooLarge(
        "The request has {count} bytes; the most is {most}. Send less, such as a smaller picture.",
        count=f"{count:,}",
        most=f"{most:,}",
    )


def _hosts(settings: Settings) -> set[str]:
    if settings.allowed_hosts.strip():
        return {_name(host.strip()) for host in settings.allowed_hosts.split(",") if host.strip()}
    implied = {settings.host.lower(), urlsplit(settings.public_url).hostname or "", "localhost", "127.0.0.1", "::1"}
    return implied - {"", "0.0.0.0", "::"}  # noqa: S104 - listened on, but no name of ours


def _host_in(origin: str) -> str:
    """Return the host and port in an origin; nothing where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _name(host: str) -> str:
    """Return the host name without its port, in lower case."""
    host = host.lower()
    if host.startswith("["):
        return host[1:].split("]")[0]
    return host.split(":")[0] if host.count(":") == 1 else host  # more colons are an IPv6 address
