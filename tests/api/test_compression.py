"""Text is compressed for whoever takes that, whole or as a stream, and says the same."""

import asyncio
import gzip
import json
import zlib

import numpy as np
import pytest

from app.web.asgi.compression import LEAST, PIECE, WHOLE, Compression, takes_gzip

RUNS = "/api/v1/runs"
TAKES, NOT = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}


def sent(pieces, headers=(), kind="application/json", accept=b"gzip"):
    """Return what the middleware sends of an answer in pieces: its headers, and the bodies of its messages."""
    messages = []

    async def app(scope, receive, send):
        start = [(b"content-type", kind.encode()), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        for number, piece in enumerate(pieces, 1):
            await send({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})

    async def send(message):
        messages.append(message)

    asyncio.run(Compression(app)({"type": "http", "headers": [(b"accept-encoding", accept)]}, None, send))
    start, *bodies = messages
    assert start["type"] == "http.response.start"
    assert [each.get("more_body", False) for each in bodies] == [True] * (len(bodies) - 1) + [False]
    return dict(start["headers"]), [each["body"] for each in bodies]


@pytest.mark.parametrize("kind", ["application/json", "text/html; charset=utf-8", "text/csv", "image/svg+xml",
                                  "application/problem+json", "application/x-ndjson"])  # fmt: skip
def test_text_is_compressed_once_it_is_long_enough(kind):
    text = bytes(range(256)) * 20
    headers, bodies = sent([text], kind=kind)
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"vary"] == b"Accept-Encoding"
    assert headers[b"content-length"] == str(len(bodies[0])).encode()
    assert gzip.decompress(b"".join(bodies)) == text
    short = b"x" * (LEAST - 1)
    headers, bodies = sent([short], kind=kind)
    assert (headers.get(b"content-encoding"), headers[b"vary"], bodies) == (None, b"Accept-Encoding", [short])


@pytest.mark.parametrize("headers", [[(b"etag", b'"a"')], [(b"content-encoding", b"br")]])
def test_what_is_for_its_very_bytes_is_left_alone(headers):
    text = b"x" * 5000
    assert sent([text], headers)[1] == [text]
    assert gzip.decompress(sent([text], [(b"etag", b'W/"a"')])[1][0]) == text
    for kind in ("image/png", "text/event-stream", "application/zip"):
        found, bodies = sent([text], kind=kind)
        assert (bodies, b"vary" in found) == ([text], False)


def test_each_piece_of_a_stream_can_be_read_when_it_comes():
    lines = [json.dumps({"number": number, "more": "x" * 2000}).encode() + b"\n" for number in range(3)]
    messages = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
        for line in lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
            assert reader.decompress(b"".join(messages[1:])) == line
            del messages[1:]
        await send({"type": "http.response.body", "body": b""})
        assert reader.decompress(b"".join(messages[1:])) == b""
        assert reader.eof

    async def send(message):
        messages.append(message.get("body", message))

    asyncio.run(Compression(app)({"type": "http", "headers": [(b"accept-encoding", b"gzip")]}, None, send))


def test_a_large_answer_goes_out_in_pieces_without_a_second_copy():
    text = np.random.default_rng(1).bytes(WHOLE + PIECE)
    headers, bodies = sent([text], [(b"content-length", str(len(text)).encode())])
    assert b"content-length" not in headers
    assert len(bodies) > WHOLE // PIECE
    assert max(map(len, bodies)) < 3 * PIECE
    assert gzip.decompress(b"".join(bodies)) == text


@pytest.mark.parametrize(("accept", "takes"), [
    ("gzip", True), ("br, gzip", True), ("GZIP;q=0.5", True), ("gzip;q=1.0", True), ("gzip;q=0", False),
    ("gzip; q=0.0", False), ("identity", False), ("", False), ("x-gzip", False),
])  # fmt: skip
def test_who_takes_it_says_so(accept, takes):
    assert takes_gzip({"type": "http", "headers": [(b"accept-encoding", accept.encode())]}) == takes


def test_answers_of_the_api_are_compressed_and_the_same(client):
    run = client.get(RUNS, params={"image": "chelsea", "size": 24, "recipe": "conv2d(8, 3) | relu"}).json()
    for address in (f"{RUNS}/{run['id']}", "/openapi.json"):
        packed, plain = client.get(address, headers=TAKES), client.get(address, headers=NOT)
        assert (packed.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
        assert packed.json() == plain.json()
        assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_what_is_kept_is_kept_both_ways(client):
    run = client.get(RUNS, params={"image": "chelsea", "size": 24, "recipe": "conv2d(8, 3)"}).json()
    address = run["layers"][0]["links"]["output_npy"].replace("output.npy", "steps/0/0/0")
    answers = [client.get(address, headers=headers) for headers in (TAKES, NOT, TAKES, NOT)]
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers == answers[2].headers
    assert answers[1].headers == answers[3].headers
