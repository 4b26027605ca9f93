"""Claims about rooms without HTTP: what a plain model says of any sequence of acts, restarts and crashes among them."""

import asyncio
import json
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classroom import destinations, phones, poll, streams
from app.classroom import rooms as limits
from app.classroom.codes import ALPHABET, new_code, read_code
from app.classroom.feed import SELDOM
from app.classroom.presence import MOST_OF_A_PHONE
from app.classroom.rooms import Rooms
from app.errors import Forbidden, Mistake, NotFound, Unavailable
from app.storage import FolderStore, MemoryStore

ROOT = Path(__file__).parents[2]
KEY = b"k" * 32
LIFE = 1000
POLLS = (
    {"question": "How many?", "choices": ["27", "28", "30"], "right": "28"},
    {"question": "多少？", "choices": ["a", "b"]},
    {"question": "What is it?", "kind": "number"},
)


async def anywhere(address: str) -> None:
    """Let a room be anywhere but at what begins with a question mark."""
    await asyncio.sleep(0)
    if address.startswith("?"):
        raise Mistake("{address} is nowhere.", address=address)


class Clock:
    """A store whose time a test sets forward."""

    def __init__(self, store: Any) -> None:
        self.ahead = 0.0
        real, store.now = store.now, lambda: real() + self.ahead


def begun(store: Any) -> Rooms:
    return Rooms(store, KEY, LIFE, anywhere)


# ---- a plain model

WHO = st.sampled_from(["teacher", "remote", "old remote", "cookie", "nobody", "other"])
ACTS = st.one_of(
    st.tuples(st.just("move"), WHO, st.sampled_from(["/?a", "/?b", "?"])),
    st.tuples(st.just("blank"), WHO, st.booleans()),
    st.tuples(st.just("ask"), WHO, st.sampled_from(POLLS)),
    st.tuples(st.just("show"), WHO, st.none()),
    st.tuples(st.just("close"), WHO, st.none()),
    st.tuples(st.just("remote"), WHO, st.none()),
    st.tuples(st.just("exchange"), st.sampled_from(["ticket", "old ticket"]), st.none()),
    st.tuples(st.just("answer"), st.sampled_from("pqrs"), st.integers(-1, 3)),
    st.tuples(st.just("wait"), st.none(), st.integers(1, 600)),
    st.tuples(st.sampled_from(["restart", "crash"]), st.none(), st.none()),
)
MAY = {"move": {"teacher", "remote"}, "blank": {"teacher", "remote"}, "show": {"teacher", "remote"}}


class Model:
    """What a room is to be, in the plainest words."""

    def __init__(self, address: str) -> None:
        self.room: dict[str, Any] = {"sequence": 0, "address": address, "blank": False, "poll": None}
        self.answers: dict[str, int] = {}
        self.shown = self.ended = False
        self.idle = 0.0

    def report(self) -> dict[str, Any]:
        poll = self.room["poll"]
        if poll is None:
            return self.room
        poll = {**poll, "answered": len(self.answers)}
        if self.shown:
            given = list(self.answers.values())
            choices = range(len(poll["choices"])) if poll["choices"] else sorted(set(given))
            poll["counts"] = [given.count(number) for number in choices]
            if not poll["choices"]:
                told = zip(choices, poll["counts"], strict=True)
                poll["spread"] = [{"label": str(number), "count": count, "right": False} for number, count in told]
        else:
            del poll["right"]
        return {**self.room, "poll": poll}

    def does(self, act: str, what: Any) -> bool:
        """Do what somebody may do; tell whether it can be."""
        poll = self.room["poll"]
        if act == "move":
            if what == "?":
                return False
            self.room = {**self.room, "address": what, "sequence": self.room["sequence"] + 1}
        elif act == "blank":
            self.room = {**self.room, "blank": what}
        elif act == "ask":
            asked = {"kind": "choice", **what, "choices": list(what.get("choices", ()))}
            asked |= {"right": what.get("right"), "state": "open"}
            self.room = {**self.room, "poll": {**asked, "address": self.room["address"]}}
            self.answers, self.shown = {}, False
        elif act in ("show", "close"):
            if poll is None:
                return False
            self.room = {**self.room, "poll": {**poll, "state": "shown" if act == "show" else "closed"}}
            self.shown |= act == "show"
        self.idle = 0.0
        return True


async def carried_out(acts: list[Any], store: Any, clock: Clock) -> None:
    rooms = begun(store)
    room, key = await rooms.open("/?first")
    other, other_key = await rooms.open("/?other")
    keys = {"teacher": key, "nobody": "", "other": other_key, "remote": "", "old remote": "", "cookie": ""}
    tickets = {"ticket": "", "old ticket": ""}
    model = Model("/?first")
    for act, who, what in acts:
        held = [keys[who]] if who in keys else []
        if act == "wait":
            clock.ahead += what
            model.idle += what
            if model.idle >= LIFE:
                with pytest.raises(NotFound):
                    await rooms.get(room.code)
                assert await asyncio.to_thread(store.keys, "room") in ([], [other.code])
                return
        elif act in ("restart", "crash"):
            if act == "restart":
                await rooms.leave()
            rooms = begun(store)
            await rooms.begin()
        elif act == "answer":
            poll = model.room["poll"]
            fits = poll is not None and (not poll["choices"] or 0 <= what < len(poll["choices"]))
            can = fits and poll["state"] == "open"
            try:
                said = await rooms.answer(room, who, what)
                assert can
                assert said == (poll["choices"][what] if poll["choices"] else str(what))
                model.answers[who] = what
                model.idle = 0.0
            except Mistake:
                assert not can
        elif act == "exchange":
            try:
                keys["cookie"] = await rooms.exchange(room, tickets[who])
                assert who == "ticket"
                assert tickets["ticket"]
                tickets["ticket"] = ""
                model.idle = 0.0
            except Forbidden:
                assert not (who == "ticket" and tickets["ticket"])
        else:
            role = (
                who if who in ("teacher", "remote") and keys[who] else "remote" if who == "cookie" and keys[who] else ""
            )
            allowed = role in MAY.get(act, {"teacher"})
            before = model.report()
            try:
                if act == "move":
                    assert await rooms.move(room, held, what) == before["sequence"] + 1
                elif act == "blank":
                    await rooms.move(room, held, blank=what)
                elif act == "ask":
                    await rooms.ask(room, held, what)
                elif act == "show":
                    await rooms.show(room, held)
                elif act == "close":
                    await rooms.close_poll(room, held)
                elif act == "remote":
                    new = await rooms.remote(room, held)
                    keys.update({"old remote": keys["cookie"] or keys["remote"], "remote": new.key, "cookie": ""})
                    tickets.update({"old ticket": tickets["ticket"], "ticket": new.ticket})
                assert allowed
                assert model.does(act, what)
            except Forbidden:
                assert not allowed
            except Mistake:
                assert allowed
                assert not model.does(act, what)
        room = await rooms.get(room.code)
        report = room.report()
        assert {name: report[name] for name in model.room} == model.report(), (act, who, what)
    await rooms.leave()


@settings(max_examples=150)
@given(acts=st.lists(ACTS, max_size=25))
def test_any_acts_leave_a_room_as_a_plain_model_says_and_no_restart_changes_it(acts):
    store = MemoryStore()
    asyncio.run(carried_out(acts, store, Clock(store)))


def test_a_code_is_not_given_again_while_its_room_is_there(monkeypatch):
    store = MemoryStore()
    store.put("room", "AAAAAA", b"{}", 100)  # of which this process knows nothing
    codes = iter(["AAAAAA", "BBBBBB", "BBBBBB", "CCCCCC", "BBBBBB", "DDDDDD", "BBBBBB"])
    monkeypatch.setattr(limits, "new_code", lambda: next(codes))

    async def work(rooms):
        opened = {each.room.code: each for each in await asyncio.gather(rooms.open("/?0"), rooms.open("/?0"))}
        assert opened.keys() == {"BBBBBB", "CCCCCC"}
        assert (await rooms.open("/?0")).room.code == "DDDDDD"
        room, key = opened["BBBBBB"]
        await rooms.end(room, [key])
        assert (await rooms.open("/?0")).room.code == "BBBBBB"

    scenario(work, store)


def test_the_ticket_of_a_remote_works_once_and_is_worth_nothing_once_another_is_made():
    async def work(rooms):
        room, key = await rooms.open("/?0")
        other, _ = await rooms.open("/?0")
        first, second = [await rooms.remote(room, [key]) for _ in range(2)]
        for ticket in (first.ticket, second.key, "", "0" * 32):
            with pytest.raises(Forbidden):
                await rooms.exchange(room, ticket)
        with pytest.raises(Forbidden):
            await rooms.exchange(other, second.ticket)
        cookie = await rooms.exchange(room, second.ticket)
        with pytest.raises(Forbidden):
            await rooms.exchange(room, second.ticket)
        roles = [rooms.role(room, [held]) for held in (first.key, second.key, second.ticket, cookie, key)]
        assert roles == [None, "remote", None, "remote", "teacher"]
        assert rooms.role(other, [cookie, key]) is None
        await rooms.remote(room, [key])
        assert rooms.role(room, [second.key, cookie]) is None

    scenario(work)


# ---- codes


@given(st.text(max_size=50))
def test_whatever_is_typed_is_a_code_or_none(text):
    code = read_code(text)
    assert code is None or (len(code) == 6 and set(code) <= set(ALPHABET))


def test_codes_are_read_as_people_type_them_and_are_spread():
    codes = {new_code() for _ in range(3000)}
    assert len(codes) == 3000
    assert {letter for code in codes for letter in code} == set(ALPHABET)
    assert not set("0O1IL") & set(ALPHABET)
    for typed in ("k7m4tp", " K7M 4TP ", "k7m-4tp", "K7M–4TP", "Ｋ７Ｍ４ＴＰ", "k7m\u00a04tp"):
        assert read_code(typed) == "K7M4TP"


# ---- who follows


def scenario(work: Any, store: Any = None) -> None:
    """Run work on rooms."""

    async def run() -> None:
        rooms = begun(store or MemoryStore())
        try:
            await asyncio.wait_for(work(rooms), 20)
        finally:
            await rooms.leave()

    asyncio.run(run())


async def until(news: Any, wanted: Any) -> dict[str, Any]:
    """Return the first news of which `wanted` says so."""
    async for each in news:
        if wanted(room := json.loads(each.data)):
            return room
    raise AssertionError("the stream has ended")


def test_who_joins_is_told_the_newest_at_once_and_nothing_comes_late():
    async def work(rooms):
        room, key = await rooms.open("/?0")
        await rooms.move(room, [key], "/?1")
        seen: list[list[int]] = []

        async def follow(pace):
            numbers: list[int] = []
            seen.append(numbers)
            async with aclosing(rooms.events(room, f"p{len(seen)}")) as news:
                async for each in news:
                    told = json.loads(each.data)
                    assert told["sequence"] == each.sequence
                    assert told["address"] == f"/?{each.sequence}"
                    numbers.append(each.sequence)
                    if each.sequence == 41:
                        return
                    await asyncio.sleep(pace)

        following = [asyncio.create_task(follow(pace)) for pace in (0, 0, 0.01, 0.2)]
        await asyncio.sleep(0.05)
        for number in range(2, 42):
            assert await rooms.move(room, [key], f"/?{number}") == number
            await asyncio.sleep(0.005)
        await asyncio.gather(*following)
        for numbers in seen:
            assert numbers[0] == 1
            assert numbers == sorted(numbers)
        assert len(seen[0]) < 40  # overtaken ones are skipped

    scenario(work)


def test_a_phone_is_present_once_however_many_streams_it_has_and_the_newest_stay():
    async def work(rooms):
        room, _ = await rooms.open("/?0")
        ended = []

        async def follow(name, counted):
            async with aclosing(rooms.events(room, name, counted=counted)) as news:
                async for _ in news:
                    pass
            ended.append(name)

        names = ["a"] * (MOST_OF_A_PHONE + 2) + ["b", None, None]
        following = [asyncio.create_task(follow(name, counted=True)) for name in names]
        following.append(asyncio.create_task(follow(None, counted=False)))
        await asyncio.sleep(0.05)
        assert (room.present, ended) == (4, ["a", "a"])
        assert room.presence.streams == MOST_OF_A_PHONE + 4
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        assert (room.present, room.presence.streams, len(room.feed.followers)) == (0, 0, 0)

    scenario(work)


def test_who_has_no_name_fills_no_room(monkeypatch):
    monkeypatch.setattr(streams, "COUNTED", 3)

    async def work(rooms):
        room, _ = await rooms.open("/?0")
        followed = [rooms.events(room, None, "10.0.0.1") for _ in range(5)]
        followed += [rooms.events(room, None, "10.0.0.2"), rooms.events(room, "p", "10.0.0.1")]
        for each in followed:
            await anext(each)
        assert room.present == 3 + 1 + 1
        for each in followed:
            await each.aclose()
        again = rooms.events(room, None, "10.0.0.1")
        await anext(again)
        assert room.present == 1
        await again.aclose()
        assert not rooms._streams._present

    scenario(work)


def test_who_comes_is_told_twice_a_second_and_a_move_at_once():
    async def work(rooms):
        room, key = await rooms.open("/?0")
        loop, told = asyncio.get_running_loop(), []

        async def watch():
            async with aclosing(rooms.events(room, None, counted=False)) as news:
                async for each in news:
                    told.append((loop.time(), json.loads(each.data)))  # noqa: PERF401 - as it comes

        async def come(number):
            async with aclosing(rooms.events(room, f"p{number}")) as news:
                async for _ in news:
                    pass

        tasks = [asyncio.create_task(watch())]
        await asyncio.sleep(SELDOM)
        for number in range(50):
            tasks.append(asyncio.create_task(come(number)))
            await asyncio.sleep(0.02)
        begun = loop.time()
        await rooms.move(room, [key], "/?1")
        while told[-1][1]["sequence"] == 0:
            await asyncio.sleep(0.001)
        assert loop.time() - begun < SELDOM / 2
        assert len([each for _, each in told if each["sequence"] == 0]) <= 2 + 1.0 / SELDOM + 1
        await asyncio.sleep(SELDOM * 1.2)
        assert told[-1][1]["present"] == 50
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    scenario(work)


def test_news_are_written_once_however_many_follow(monkeypatch):
    async def work(rooms):
        room, key = await rooms.open("/?0")
        streams = [rooms.events(room, f"p{number}") for number in range(60)]
        for stream in streams:
            await anext(stream)
        await asyncio.sleep(SELDOM * 1.2)
        count, write = [0], room.feed._write

        def counted():
            count[0] += 1
            return write()

        room.feed._write = counted
        await rooms.move(room, [key], "/?1")
        got = [await until(stream, lambda told: told["sequence"] == 1) for stream in streams]
        assert all(told == got[0] for told in got)
        assert count == [1]
        for stream in streams:
            await stream.aclose()

    scenario(work)


def test_the_end_is_told_to_all_and_nothing_is_left():
    store = MemoryStore()

    async def work(rooms):
        room, key = await rooms.open("/?0")
        stream = rooms.events(room, "p")
        await anext(stream)
        await rooms.end(room, [key])
        kinds = [each.kind async for each in stream]
        assert kinds[-1] == "ended"
        assert store.keys("room") == []
        with pytest.raises(NotFound):
            await rooms.move(room, [key], "/?1")
        late = [each.kind async for each in rooms.events(room, "q")]
        assert late == ["ended"]
        assert store.keys("room") == []

    scenario(work, store)


def test_a_room_stays_while_a_phone_is_there_and_ends_a_day_after_its_teacher_s_last_word():
    store = MemoryStore()
    clock = Clock(store)

    async def work(rooms):
        room, key = await rooms.open("/?0")
        stream = rooms.events(room, "p")
        await anext(stream)
        for _ in range(60):
            clock.ahead += LIFE * 0.6
            await rooms.look_after()
        assert (await rooms.get(room.code)).present == 1
        assert store.expires_at("room", room.code) > store.now() + LIFE / 2
        clock.ahead = 86_000
        await rooms.look_after()
        await rooms.move(room, [key], "/?1")
        clock.ahead = 172_300
        await rooms.look_after()
        assert room.sequence == 1
        clock.ahead = 172_600
        await rooms.look_after()
        assert [each.kind async for each in stream][-1] == "ended"
        assert store.keys("room") == []

    scenario(work, store)


# ---- the store


class Counting(MemoryStore):
    """Counts what is written, and fails when told to."""

    puts = 0
    fails = False
    takes = 0.0  # seconds

    def put(self, kind, key, data, ttl):
        self.puts += 1
        time.sleep(self.takes)
        if self.fails:
            raise Unavailable("no", retry_after=1)
        super().put(kind, key, data, ttl)


def test_many_moves_at_once_are_written_in_few_pieces_each_before_it_is_answered():
    store = Counting()

    async def work(rooms):
        room, key = await rooms.open("/?0")
        store.puts, store.takes = 0, 0.02
        sequences = await asyncio.gather(*(rooms.move(room, [key], f"/?{number}") for number in range(1, 301)))
        assert sequences == list(range(1, 301))  # in the order in which they came
        assert store.puts < 100
        assert json.loads(store.get("room", room.code))["sequence"] == 300
        assert room.address == "/?300"

    scenario(work, store)


def test_a_move_that_cannot_be_kept_has_not_happened():
    store = Counting()

    async def work(rooms):
        room, key = await rooms.open("/?0")
        stream = rooms.events(room, "p")
        await anext(stream)
        store.fails = True
        results = await asyncio.gather(
            *(rooms.move(room, [key], f"/?{number}") for number in range(5)), return_exceptions=True
        )
        assert all(isinstance(result, Unavailable) for result in results)
        assert (room.sequence, room.address, room.latest) == (0, "/?0", room.state)
        store.fails = False
        assert await rooms.move(room, [key], "/?9") == 1
        assert (await until(stream, lambda told: told["sequence"]))["address"] == "/?9"
        await stream.aclose()

    scenario(work, store)


def test_an_answer_is_in_the_store_before_it_is_acknowledged_and_many_are_few_pieces():
    store = Counting()

    async def work(rooms):
        room, key = await rooms.open("/?0")
        await rooms.ask(room, [key], POLLS[0])
        store.puts, store.takes = 0, 0.02
        late: list[float] = []

        async def answered(number):
            await asyncio.sleep(number / 200)  # all within a second
            begun = time.monotonic()
            await rooms.answer(room, f"p{number}", number % 3)
            late.append(time.monotonic() - begun)
            assert f"p{number}" in json.loads(store.get("room", room.code))["poll"]["answers"]

        answering = [asyncio.create_task(answered(number)) for number in range(200)]
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        await rooms.move(room, [key], "/?1")
        moved = time.monotonic() - begun
        await asyncio.gather(*answering)
        assert sorted(late)[197] < 0.3
        assert moved < 0.2
        assert store.puts < 100
        assert len(json.loads(store.get("room", room.code))["poll"]["answers"]) == 200

    scenario(work, store)


def test_a_move_waits_for_the_answers_of_one_room_however_many_have_some():
    store = Counting()

    async def work(rooms):
        opened = [await rooms.open("/?0") for _ in range(30)]
        for room, key in opened:
            await rooms.ask(room, [key], POLLS[0])
        store.takes = 0.03
        answering = [asyncio.create_task(rooms.answer(room, "p", 1)) for room, _ in opened]
        await asyncio.sleep(0.01)
        begun = time.monotonic()
        await rooms.move(opened[-1].room, [opened[-1].key], "/?1")
        assert time.monotonic() - begun < 0.3
        await asyncio.gather(*answering)

    scenario(work, store)


def test_an_answer_that_cannot_be_kept_has_not_been_given():
    store = Counting()

    async def work(rooms):
        room, key = await rooms.open("/?0")
        await rooms.ask(room, [key], POLLS[0])
        await rooms.answer(room, "p", 1)
        store.fails = True
        given = [rooms.answer(room, *each) for each in (("p", 0), ("q", 1), ("p", 2), ("q", 2))]
        assert all(isinstance(each, Unavailable) for each in await asyncio.gather(*given, return_exceptions=True))
        assert room.state.poll.answers == {"p": 1}
        store.fails = False
        await rooms.answer(room, "q", 2)
        assert json.loads(store.get("room", room.code))["poll"]["answers"] == {"p": 1, "q": 2}

    scenario(work, store)


def test_no_key_lies_in_the_store_and_a_torn_record_stops_nobody(tmp_path):
    store = FolderStore(tmp_path)

    async def work(rooms):
        room, key = await rooms.open("/?0")
        remote = await rooms.remote(room, [key])
        cookie = await rooms.exchange(room, remote.ticket)
        text = store.get("room", room.code).decode()
        for secret in (key, *remote, cookie):
            assert secret not in text
        store.put("room", "ABCDEF", b"{", 100)
        store.put("room", "ABCDEG", json.dumps({**json.loads(text), "more": 1}).encode(), 100)
        again = begun(store)
        await again.begin()
        assert again.role(await again.get(room.code), [cookie]) == "remote"
        with pytest.raises(NotFound):
            await again.get("ABCDEF")
        await again.leave()

    scenario(work, store)


def test_the_limits_that_are_told_are_those_that_hold():
    told = (ROOT / "docs" / "rooms.md").read_text("utf-8")
    for sentence in (
        f"{limits.MOST_ROOMS:,}; {limits.AN_HOUR:,} opened by a client within an hour",
        f"{streams.MOST_STREAMS:,}; {streams.IN_A_ROOM:,} in a room; {MOST_OF_A_PHONE} of a phone",
        f"{streams.OF_AN_ADDRESS:,} from an address without",
        f"{phones.AN_HOUR} from an address within an hour",
        f"at most {streams.COUNTED} streams of an address",
        f"{poll.FEWEST} to {poll.MOST} choices of {poll.LONGEST_CHOICE} characters",
        f"a question of {poll.LONGEST_QUESTION} |",
        f"{destinations.LONGEST:,} characters",
        f"{limits.MISSES} that lead nowhere",
        f"{limits.GUESSES:,} wrong ones",
        f"one of {round(len(ALPHABET) ** 6 / 1e6)} million",
    ):
        assert sentence in told
