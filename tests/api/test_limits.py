"""Limits: each has a name, those that are settings and those that are not, and they are what the server keeps to."""

import os
import socket
import sys
from urllib.parse import urlsplit

from app.settings import Settings
from tests.api.problems import told
from tests.serving import serving

LIMITS = "/api/v1/limits"


def test_every_setting_that_is_a_limit_is_there_as_it_is_set(app, client):
    settings = app.state.lab.settings
    found = client.get(LIMITS).json()
    numbers = {name for name, field in Settings.model_fields.items() if field.annotation is int} - {"port"}
    assert len(numbers) > 12
    assert {name: found[name]["value"] for name in numbers} == {name: getattr(settings, name) for name in numbers}
    assert all(limit["help"] for limit in found.values())


def test_a_limit_is_where_it_says(client):
    limits = {name: limit["value"] for name, limit in client.get(LIMITS).json().items()}
    source = {"values": [[[1]]]}
    for count, status in ((limits["layers"], 201), (limits["layers"] + 1, 422)):
        layers = [{"type": "relu"}] * count
        assert client.post("/api/v1/runs", json={"input": source, "layers": layers}).status_code == status
    for more, status in ((0, 422), (1, 414)):
        address = "/api/v1/runs?image="
        answer = client.get(address + "x" * (limits["address_max_bytes"] - len(address) + 1 + more))
        assert answer.status_code in (status, 404 if status == 422 else status)
    for count, status in ((limits["batch"], 200), (limits["batch"] + 1, 422)):
        assert client.post("/api/v1/batch", content=b'{"x":1}\n' * count).status_code == status


def test_an_address_that_is_too_long_is_told_by_the_server_itself(tmp_path):
    env = {**os.environ, "CONVSCOPE_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    with serving(command, log=tmp_path / "log", env=env) as address:
        for path, kind in (("/api/v1/runs?recipe=", b"application/problem+json"), ("/?recipe=", b"text/html"),
                           ("/api/v1/runs/", b"application/problem+json")):  # fmt: skip
            for length in (40_000, 70_000, 3_000_000):
                answer = asked(urlsplit(address), path + "x" * length)
                assert answer.startswith(b"HTTP/1.1 414 "), answer[:200]
                assert kind in answer.partition(b"\r\n\r\n")[0]
                assert b"32,768" in answer
        assert asked(urlsplit(address), "/healthz").startswith(b"HTTP/1.1 200 ")


def asked(server, path):
    """Return the answer to a GET, as it comes over the wire."""
    with socket.create_connection((server.hostname, server.port), timeout=30) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        parts = iter(lambda: connection.recv(65_536), b"")
        return b"".join(parts)


def test_an_address_that_is_too_long_is_told_in_process_too(client):
    assert told(client.get("/api/v1/runs?image=" + "x" * 40_000), 414, "32,768")["code"] == "address-too-long"
