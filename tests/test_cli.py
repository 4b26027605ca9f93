"""Claims about what `convscope serve` says, and on what it listens."""

import contextlib
import re
import socket

import pytest

from app import cli

HERE = "http://127.0.0.1:8000/"


def test_only_who_asks_for_the_others_hears_of_them():
    assert cli.announcement(HERE, None, 8000) == [f"Convscope is at {HERE} (Ctrl+C ends it)"]


def test_phones_are_told_where_to_come_in():
    lines = cli.announcement(HERE, ["192.168.1.20", "10.0.0.7"], 8000)
    assert lines[1:3] == ["On this network: http://192.168.1.20:8000/", "On this network: http://10.0.0.7:8000/"]
    assert lines[3].endswith("http://192.168.1.20:8000/join")


def test_a_computer_on_no_network_says_so():
    assert "No other device can reach this computer" in cli.announcement(HERE, [], 8000)[1]


def test_the_address_is_drawn_where_the_terminal_can_write_it():
    lines = cli.drawn("http://192.168.1.20:8000/", "utf-8")
    assert len({len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines if line}) == 1
    assert any("▀" in line or "▄" in line for line in lines)
    assert cli.drawn("http://192.168.1.20:8000/", "ascii") == []


def test_addresses_that_no_router_gave_come_last(monkeypatch):
    found = ["169.254.3.4", "127.0.1.1", "192.168.1.20"]
    monkeypatch.setattr(socket, "gethostbyname_ex", lambda name: (name, [], found))

    def nowhere(*_):
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    assert cli.lan_addresses() == ["192.168.1.20", "169.254.3.4"]


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option")
def test_a_phone_that_has_left_the_network_is_not_taken_to_be_there_for_long():
    with contextlib.ExitStack() as open_:
        listener = open_.enter_context(cli.listen("127.0.0.1", 0))
        open_.enter_context(socket.create_connection(listener.getsockname()))
        accepted = open_.enter_context(listener.accept()[0])
        kept = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert kept == cli.SILENT
