"""A client that keeps connections open and measures each answer: plain sockets, one thread, no waiting for itself."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Answers:
    """What came back: seconds of each answer, and how long all took together."""

    seconds: list[float] = field(default_factory=list)
    whole: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.whole

    def share(self, part: float) -> float:
        """Return the milliseconds within which `part` of the answers came."""
        ordered = sorted(self.seconds)
        return 1e3 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]


class _Connection:
    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = bytearray()
        self.length = -1
        self.begun = 0.0

    def send(self, request: bytes) -> None:
        self.got.clear()
        self.length = -1
        self.begun = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; tell whether the answer is whole."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server hung up")
        self.got += data
        if self.length < 0 and (end := self.got.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.got[:end]).lower()
            if not head.startswith((b"http/1.1 200", b"http/1.1 201")):
                raise RuntimeError(self.got.decode(errors="replace")[:500])
            at = head.index(b"content-length:") + 15
            self.length = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        return 0 <= self.length <= len(self.got)


def request(address: str, method: str, target: str, body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire."""
    head = f"{method} {target} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def ask(address: str, wanted: bytes) -> bytes:
    """Return the body of one answer."""
    connection = _open(address)
    connection.send(wanted)
    while not connection.receive():
        pass
    connection.socket.close()
    return bytes(connection.got).split(b"\r\n\r\n", 1)[1]


def drive(address: str, requests: Iterator[bytes], connections: int, seconds: float) -> Answers:
    """Send `requests` over so many connections at once, each as soon as the last was answered."""
    answers = Answers()
    with selectors.DefaultSelector() as selector:
        begun = time.perf_counter()
        for _ in range(connections):
            connection = _open(address)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(requests))
        while open_ := len(selector.get_map()):
            for key, _ in selector.select():
                connection = key.data
                if not connection.receive():
                    continue
                now = time.perf_counter()
                answers.seconds.append(now - connection.begun)
                if now - begun < seconds:
                    connection.send(next(requests))
                else:
                    if open_ == connections:
                        answers.whole = now - begun
                    selector.unregister(connection.socket)
                    connection.socket.close()
        answers.whole = time.perf_counter() - begun
    return answers


def _open(address: str) -> _Connection:
    place = urlsplit(address)
    return _Connection((place.hostname or "", place.port or 80))
