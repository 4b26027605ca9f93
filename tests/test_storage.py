"""Both stores keep one contract; the folder keeps it through restarts, crashes and crowds."""

import errno
import logging
import math
import os
import stat
import struct
import threading
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from app.errors import Unavailable
from app.settings import Settings
from app.storage import ExpiryCache, FolderStore, MemoryStore, Recall, Store, open_store, secret_key
from app.storage.expiry import MOMENT

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.25

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Store:
    return FolderStore(tmp_path / "store", clock) if request.param == "folder" else MemoryStore(clock)


# ---- the contract


def test_what_is_put_is_got(store: Store) -> None:
    for data in (b"", b"pixels", bytes(range(256)) * 1000):
        store.put("picture", "a-B_9", data, 60)
        assert store.get("picture", "a-B_9") == data


def test_what_is_put_in_pieces_is_got_whole_and_told_from_others(store: Store, clock: Clock) -> None:
    store.put("document", "key", iter([b"ab", b"", b"cd"]), 10)
    assert store.get("document", "key") == b"abcd"
    for pieces in ([b"abcd"], [b"a", b"bcd"]):
        assert store.holds("document", "key", pieces)
    for pieces in ([b"abc"], [b"abcd", b"e"], [b"ab", b"xd"]):
        assert not store.holds("document", "key", pieces)
    assert not store.holds("document", "other", [b"abcd"])
    clock.time += 10
    assert not store.holds("document", "key", [b"abcd"])


def test_kinds_do_not_mix(store: Store) -> None:
    store.put("picture", "same", b"p", None)
    store.put("document", "same", b"d", None)
    assert (store.get("picture", "same"), store.get("document", "same")) == (b"p", b"d")
    assert store.delete("picture", "same")
    assert store.get("document", "same") == b"d"


def test_it_expires_to_the_instant(store: Store, clock: Clock) -> None:
    store.put("picture", "a", b"1", 60)
    assert store.expires_at("picture", "a") == clock.time + 60
    clock.time += 59.999
    assert store.get("picture", "a") == b"1"
    clock.time += 0.001
    assert store.get("picture", "a") is None
    assert store.expires_at("picture", "a") is None
    assert not store.delete("picture", "a")


def test_putting_again_renews(store: Store, clock: Clock) -> None:
    store.put("picture", "a", b"1", 60)
    clock.time += 50
    store.put("picture", "a", b"1", 60)
    clock.time += 50
    assert store.get("picture", "a") == b"1"
    assert store.expires_at("picture", "a") == clock.time + 10


def test_renewing_lets_it_live_longer_and_never_shorter(store: Store, clock: Clock) -> None:
    store.put("picture", "a", b"1", 60)
    assert store.renew("picture", "a", 600)
    assert store.expires_at("picture", "a") == clock.time + 600
    assert store.renew("picture", "a", 10)
    assert store.expires_at("picture", "a") == clock.time + 600
    assert store.get("picture", "a") == b"1"
    clock.time += 600
    assert not store.renew("picture", "a", 600)
    assert store.get("picture", "a") is None
    store.put("picture", "ever", b"1", None)
    assert store.renew("picture", "ever", 60)
    assert store.expires_at("picture", "ever") == math.inf
    for key in ("missing", "../a", ""):
        assert not store.renew("picture", key, 60)


def test_the_keys_of_a_kind_are_told(store: Store) -> None:
    assert store.keys("link") == store.keys("../link") == []
    for kind, key in (("link", "b"), ("link", "a"), ("picture", "c")):
        store.put(kind, key, b"1", 60)
    assert sorted(store.keys("link")) == ["a", "b"]


def test_without_a_ttl_it_never_expires(store: Store, clock: Clock) -> None:
    store.put("key", "a", b"1", None)
    clock.time += 1e9
    assert store.sweep() == 0
    assert store.get("key", "a") == b"1"
    assert store.expires_at("key", "a") == math.inf


def test_sweeping_removes_what_has_expired_and_nothing_else(store: Store, clock: Clock) -> None:
    for key, ttl in (("short", 10), ("long", 100), ("ever", None)):
        store.put("picture", key, b"1", ttl)
    clock.time += 10
    assert store.sweep() == 1
    assert store.sweep() == 0
    assert [store.get("picture", key) for key in ("short", "long", "ever")] == [None, b"1", b"1"]


def test_deleting_tells_whether_it_was_there(store: Store) -> None:
    store.put("picture", "a", b"1", 60)
    assert store.delete("picture", "a")
    assert not store.delete("picture", "a")
    assert store.get("picture", "a") is None


@pytest.mark.parametrize("key", ["", ".", "..", "../secret_key", "a/b", "a\\b", "a\0", "a b", "é", "a\n", "x" * 129])
def test_a_strange_key_is_simply_not_there(store: Store, key: str) -> None:
    assert store.get("picture", key) is None
    assert store.expires_at("picture", key) is None
    assert not store.delete("picture", key)
    with pytest.raises(AssertionError):
        store.put("picture", key, b"1", 60)


def test_it_is_ready(store: Store) -> None:
    assert store.ready()


def crowd(work: Callable[[int], None], size: int = 8) -> None:
    """Run `work` in many threads and pass on what it raises."""
    raised: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - raised again below
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def test_whoever_reads_sees_the_old_or_the_new_whole(store: Store) -> None:
    versions = [bytes([number]) * 200_000 for number in range(4)]
    store.put("picture", "a", versions[0], 60)

    def work(number: int) -> None:
        for _ in range(40):
            if number < 4:
                store.put("picture", "a", versions[number], 60)
            else:
                assert store.get("picture", "a") in versions

    crowd(work)


def test_a_crowd_that_puts_deletes_and_sweeps_raises_nothing(store: Store, clock: Clock) -> None:
    def work(number: int) -> None:
        for turn in range(60):
            key = f"k{(number + turn) % 5}"
            store.put("picture", key, key.encode(), turn % 3)
            assert store.get("picture", key) in {None, key.encode()}
            store.expires_at("picture", key)
            store.sweep()
            store.delete("picture", key)

    crowd(work)
    clock.time += 10
    store.sweep()
    assert all(store.get("picture", f"k{number}") is None for number in range(5))


# ---- in memory


def test_full_memory_refuses_until_something_expires(clock: Clock) -> None:
    store = MemoryStore(clock, capacity=100)
    store.put("picture", "a", bytes(60), 10)
    with pytest.raises(Unavailable, match="full") as caught:
        store.put("picture", "b", bytes(60), 10)
    assert caught.value.retry_after > 0
    with pytest.raises(Unavailable):
        store.put("picture", "a", bytes(101), 10)
    assert store.get("picture", "a") == bytes(60)  # the old one stays, as on a full disk
    store.put("picture", "a", bytes(90), 10)
    clock.time += 10
    store.put("picture", "b", bytes(100), 10)
    assert store.delete("picture", "b")
    store.put("picture", "c", bytes(100), 10)


# ---- in a folder


def files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()]


def test_a_folder_survives_a_restart(tmp_path: Path, clock: Clock) -> None:
    FolderStore(tmp_path, clock).put("picture", "a", b"1", 60)
    again = FolderStore(tmp_path, clock)
    assert again.get("picture", "a") == b"1"
    assert again.expires_at("picture", "a") == clock.time + 60
    os.utime(tmp_path / "picture" / "a", (0, 0))  # a copied folder has other times
    assert again.get("picture", "a") == b"1"


def test_nothing_is_left_lying_about(tmp_path: Path, clock: Clock) -> None:
    store = FolderStore(tmp_path, clock)
    store.put("picture", "a", b"1", 60)
    assert store.ready()
    assert files(tmp_path) == [tmp_path / "picture" / "a"]
    left = tmp_path / "picture" / ".crashed"
    left.write_bytes(b"half")
    fresh = tmp_path / "picture" / ".writing"
    fresh.write_bytes(b"half")
    os.utime(left, (1, 1))
    assert store.sweep() == 0
    assert sorted(files(tmp_path)) == [fresh, tmp_path / "picture" / "a"]


def test_a_sweep_leaves_alone_what_the_store_did_not_write(tmp_path: Path, clock: Clock) -> None:
    store = FolderStore(tmp_path, clock)
    store.put("picture", "a", b"1", 60)
    strange = [tmp_path / "README", tmp_path / "picture" / "desktop.ini"]
    for file in strange:
        file.write_bytes(b"a stranger's")
    assert store.sweep() == 0
    assert all(file.exists() for file in strange)


def test_a_torn_file_is_not_there_and_is_swept(tmp_path: Path, clock: Clock) -> None:
    store = FolderStore(tmp_path, clock)
    store.put("picture", "a", b"1", 60)
    (tmp_path / "picture" / "a").write_bytes(b"123")
    assert store.get("picture", "a") is None
    assert store.expires_at("picture", "a") is None
    assert store.sweep() == 1
    assert files(tmp_path) == []


def test_what_is_renewed_during_a_sweep_stays(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path, clock)
    store.put("picture", "a", b"old", 10)
    clock.time += 10
    rename, other = Path.rename, FolderStore(tmp_path, clock)

    def renew_first(self: Path, target: Path) -> Path:
        other.put("picture", "a", b"new", 10)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", renew_first)
    assert store.sweep() == 0
    assert store.get("picture", "a") == b"new"
    assert files(tmp_path) == [tmp_path / "picture" / "a"]


def test_a_full_disk_is_said_and_leaves_the_old(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path, clock)
    store.put("picture", "a", b"old", 60)

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Unavailable, match="No space left on device") as caught:
        store.put("picture", "a", b"new", 60)
    assert caught.value.status == 503
    assert caught.value.retry_after > 0
    assert store.get("picture", "a") == b"old"
    assert files(tmp_path) == [tmp_path / "picture" / "a"]


def test_a_folder_that_goes_away_is_not_ready_and_comes_back(tmp_path: Path, clock: Clock) -> None:
    store = FolderStore(tmp_path / "store", clock)
    (tmp_path / "store").rename(tmp_path / "away")
    assert not store.ready()
    assert store.get("picture", "a") is None
    assert store.sweep() == 0
    (tmp_path / "away").rename(tmp_path / "store")
    assert store.ready()


def _put_many(path: Path, number: int) -> None:
    store = FolderStore(path)
    for turn in range(50):
        store.put("picture", f"k{turn % 5}", struct.pack("<II", number, turn) * 2000, 60)
        store.sweep()


def test_processes_share_a_folder(tmp_path: Path) -> None:
    context = get_context("spawn")
    workers = [context.Process(target=_put_many, args=(tmp_path, number)) for number in range(2)]
    for worker in workers:
        worker.start()
    store = FolderStore(tmp_path)
    while any(worker.is_alive() for worker in workers):
        for key in range(5):
            data = store.get("picture", f"k{key}")
            assert data is None or data == data[:8] * 2000
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert all(store.get("picture", f"k{key}") for key in range(5))


# ---- the key, and opening


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "data")
    assert len(key) == 32
    assert secret_key(tmp_path / "data") == key
    assert secret_key(tmp_path / "other") != key
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_crowd_agrees_on_one_key(tmp_path: Path) -> None:
    keys: list[bytes] = []
    crowd(lambda number: keys.append(secret_key(tmp_path)), 16)
    assert len(keys) == 16
    assert len(set(keys)) == 1


def test_half_a_key_is_not_taken_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.storage.key.PATIENCE", 0.05)
    (tmp_path / "secret_key").write_bytes(b"short")
    with pytest.raises(OSError, match="delete it and start again"):
        secret_key(tmp_path)


def test_a_writable_folder_is_used_and_remembers(settings: Settings) -> None:
    store, key = open_store(settings)
    assert isinstance(store, FolderStore)
    store.put("picture", "a", b"1", 60)
    again, same = open_store(settings)
    assert (again.get("picture", "a"), same) == (b"1", key)


def test_a_key_that_is_given_is_used_and_not_written_down(settings: Settings) -> None:
    given = settings.model_copy(update={"secret_key": "given"})
    _, key = open_store(given)
    _, other = open_store(settings.model_copy(update={"secret_key": "other"}))
    assert (len(key), key == other, open_store(given)[1] == key) == (32, False, True)
    assert not (settings.data_dir / "secret_key").exists()


def test_where_nothing_can_be_written_it_starts_all_the_same(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    blocked = settings.model_copy(update={"data_dir": tmp_path / "file" / "data"})
    with caplog.at_level(logging.WARNING):
        store, key = open_store(blocked)
    assert isinstance(store, MemoryStore)
    assert len(key) == 32
    assert "live in memory" in caplog.text
    assert str(blocked.data_dir) in caplog.text


@pytest.mark.skipif(ROOT or os.name != "posix", reason="root may write everywhere")
def test_a_folder_without_permission_means_memory(settings: Settings) -> None:
    settings.data_dir.mkdir(mode=0o500)
    store, _ = open_store(settings)
    assert isinstance(store, MemoryStore)


# ---- what it said a moment ago


def test_what_was_seen_a_moment_ago_is_taken_to_be_there_until_it_expires(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = Clock()
    monkeypatch.setattr("app.storage.expiry.time.monotonic", passed)
    seen = ExpiryCache(store)
    assert not seen.there("document", "a")
    assert not seen.ask("document", "a")
    store.put("document", "a", b"1", 60)
    assert not seen.there("document", "a")
    assert seen.ask("document", "a")
    assert seen.there("document", "a")
    assert seen.there("document", "a", 59.9)
    assert not seen.there("document", "a", 60.0)  # it lives as long, and no longer
    clock.time += 60
    assert not seen.there("document", "a")
    clock.time -= 1
    assert seen.there("document", "a")
    passed.time += MOMENT
    assert not seen.there("document", "a")
    assert seen.ask("document", "a")
    store.delete("document", "a")  # by another process
    assert seen.there("document", "a")
    seen.forget("document", "a")
    assert not seen.there("document", "a")


def test_what_was_found_a_moment_ago_is_not_looked_for_again_even_where_there_was_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed, there, asked = Clock(), {"a": 1}, []
    monkeypatch.setattr("app.storage.recall.time.monotonic", passed)

    def find(name: str) -> int | None:
        asked.append(name)
        return there.get(name)

    recall = Recall(find)
    assert [recall.get(name) for name in ("a", "b", "a", "b")] == [1, None, 1, None]
    assert asked == ["a", "b"]
    there["a"] = 2
    assert recall.get("a") == 1
    recall.forget("a")
    assert recall.get("a") == 2
    passed.time += MOMENT
    assert recall.get("b") is None
    assert asked == ["a", "b", "a", "b"]
