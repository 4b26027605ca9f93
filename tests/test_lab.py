"""The lab: every prefix computed once, pictures and documents that expire, and a store that holds each text once."""

import asyncio
import json
import threading
import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.errors import Busy, Forbidden, NotFound, Unavailable, Unfit
from app.lab import Lab
from app.layers import Place
from app.pipeline.document import read_document
from app.storage import MemoryStore

CHELSEA = {"image": "chelsea", "height": 32, "width": 32}
CHAIN = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tell(settings, clock):
    """Run a story in a lab of its own."""

    def tell(story, **changes):
        async def told():
            lab = Lab(settings.model_copy(update=changes), MemoryStore(now=clock), b"k" * 32)
            try:
                return await story(lab)
            finally:
                lab.close()

        return asyncio.run(told())

    return tell


def document(recipe=CHAIN, source=CHELSEA):
    return read_document({"input": source, "recipe": recipe})


def photo(color=(200, 100, 50), size=(8, 6)):
    file = BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


async def let_go(lab):
    """Let nothing be kept any longer, as where work needs all the memory."""
    async with asyncio.timeout(60):
        while lab.budget.used:
            for key in list(lab.budget._order):
                lab.budget.forget(key)
            await asyncio.sleep(0.001)
            lab.budget.rest()


def test_a_prefix_is_computed_once(tell):
    async def story(lab):
        await lab.results(await lab.open(document()))
        assert lab.computed == 3
        await lab.results(await lab.open(document(CHAIN + " | relu")))
        assert lab.computed == 4
        await lab.results(await lab.open(document("conv2d(6, 5, weights=random(7)) | relu | avg_pool2d(3)")))
        assert lab.computed == 5

    tell(story)


def test_a_prefix_is_computed_once_however_many_ask_at_the_same_time(tell):
    async def story(lab):
        longer = [CHAIN, CHAIN + " | relu", CHAIN + " | avg_pool2d(2)"]
        runs = [await lab.open(document(longer[number % 3])) for number in range(60)]
        await asyncio.gather(*(lab.result(run, len(run.stages) - 1) for run in runs))
        assert lab.computed == 5

    tell(story, waiting_room=0, compute_slots=4)


def test_a_hundred_layers_are_computed_from_the_last_one_asked_for(tell):
    async def story(lab):
        run = await lab.open(document(" | ".join(["relu"] * 100)))
        assert (await lab.result(run, 99)).output.shape == (3, 32, 32)
        assert lab.computed == 100

    tell(story)


def test_a_result_dropped_from_memory_is_computed_again_the_same(tell):
    async def story(lab):
        run = await lab.open(document())
        first = (await lab.result(run, 2)).output.tobytes()
        await let_go(lab)
        assert (await lab.result(run, 2)).output.tobytes() == first
        assert lab.computed == 6

    tell(story)


def test_results_cannot_be_written_to(tell):
    async def story(lab):
        run = await lab.open(document())
        for index in (None, 0, 1, 2):
            result = await lab.result(run, index)
            assert not result.output.flags.writeable
            assert result.output.dtype == np.float32

    tell(story)


def test_a_full_waiting_room_sends_runs_away(tell):
    async def story(lab):
        gate = threading.Event()
        taken = [asyncio.ensure_future(lab.queue.heavy(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        run = await lab.open(document())
        with pytest.raises(Busy) as told:
            await lab.results(run)
        assert told.value.retry_after > 0
        gate.set()
        await asyncio.gather(*taken)
        assert len(await lab.results(run)) == 3
        assert lab.computed == 3

    tell(story, compute_slots=1, waiting_room=1)


def test_a_caller_who_leaves_does_not_stop_what_others_wait_for(tell):
    async def story(lab):
        run = await lab.open(document())
        leaver, stayer = (asyncio.ensure_future(lab.results(run)) for _ in range(2))
        await asyncio.sleep(0)
        leaver.cancel()
        assert len(await stayer) == 3
        assert lab.computed == 3

    tell(story)


def test_while_draining_what_is_kept_is_given_and_nothing_new_begins(tell):
    async def story(lab):
        run = await lab.open(document())
        await lab.results(run)
        lab.queue.draining = True
        assert len(await lab.results(run)) == 3
        with pytest.raises(Unavailable):
            await lab.results(await lab.open(document("relu")))
        with pytest.raises(Unavailable):
            await lab.album.add(photo())

    tell(story)


def test_a_picture_of_the_gallery_is_decoded_once(tell):
    async def story(lab):
        assert await lab.album.picture("brick") is await lab.album.picture("brick")

    tell(story)


def test_the_same_pixels_have_the_same_id_and_a_new_expiry(tell, clock):
    async def story(lab):
        first = await lab.album.add(photo())
        clock.now += 100
        again = await lab.album.add(photo())
        assert again.id == first.id
        assert (again.expires_at - first.expires_at).total_seconds() == 100
        assert (await lab.album.add(photo((1, 2, 3)))).id != first.id
        assert (await lab.album.add(photo(size=(6, 8)))).id != first.id

    tell(story)


def test_an_expired_picture_takes_its_runs_along_even_from_memory(tell, clock):
    async def story(lab):
        picture = await lab.album.add(photo())
        run = await lab.open(document("relu", {"image": picture.id}))
        await lab.keep(run)
        await lab.results(run)
        clock.now += 86_300
        await lab.keep(run)  # the run lives on, its picture does not
        clock.now += 200
        for gone in (
            lab.album.picture(picture.id),
            lab.album.facts(picture.id),
            lab.run(run.id),
            lab.open(run.document),
        ):
            with pytest.raises(NotFound):
                await gone

    tell(story)


def test_only_the_uploader_can_delete_and_a_deleted_picture_takes_its_runs_along(tell):
    async def story(lab):
        picture, other = await lab.album.add(photo()), await lab.album.add(photo((0, 0, 0)))
        run = await lab.open(document("relu", {"image": picture.id}))
        await lab.keep(run)
        await lab.results(run)
        for token in ("", "x", "é", other.delete_token):
            with pytest.raises(Forbidden):
                await lab.album.delete(picture.id, token)
        await lab.album.delete(picture.id, picture.delete_token)
        with pytest.raises(NotFound):
            await lab.run(run.id)
        with pytest.raises(NotFound):
            await lab.album.delete(picture.id, picture.delete_token)
        with pytest.raises(Forbidden):
            await lab.album.delete("chelsea", picture.delete_token)
        await lab.album.add(photo())  # comes again, and so do its runs
        assert (await lab.run(run.id)).id == run.id

    tell(story)


def test_every_prefix_of_a_kept_run_is_found_under_its_id(tell, clock):
    async def story(lab):
        run = await lab.open(document())
        assert await lab.keep(run)
        assert not await lab.keep(run)
        for count, run_id in enumerate(run.document.ids):
            assert (await lab.run(run_id)).document == run.document.prefix(count)
        longer = await lab.open(document(CHAIN + " | relu"))
        assert await lab.keep(longer)
        assert not await lab.keep(run)
        clock.now += 86_401
        for run_id in longer.document.ids:
            with pytest.raises(NotFound):
                await lab.run(run_id)

    tell(story)


def test_a_run_that_was_kept_a_moment_ago_is_kept_again_only_where_it_would_live_shorter(tell, clock):
    async def story(lab):
        run, asked = await lab.open(document()), []
        keep_now = lab.keep_now
        lab.keep_now = lambda run: asked.append(clock.now) or keep_now(run)
        for _ in range(3):
            await lab.keep_on(run)
        assert len(asked) == 1
        clock.now += 50
        await lab.keep_on(run)  # a thousandth of its life later it still is as good as new
        assert len(asked) == 1
        clock.now += 50
        await lab.keep_on(run)
        assert len(asked) == 2
        clock.now += 86_399
        assert (await lab.run(run.id)).id == run.id
        clock.now += 2
        await lab.keep_on(run)  # though it has gone just now
        assert (await lab.run(run.id)).id == run.id

    tell(story)


def test_a_kept_run_is_planned_once_and_what_one_caller_adds_to_it_no_other_has(tell):
    async def story(lab):
        await lab.keep(await lab.open(document()))
        first, planned = await lab.run(document().id), []
        replan = lab.replan
        lab.replan = lambda run, wanted: planned.append(wanted) or replan(run, wanted)
        count = len(first.known)
        assert len(replan(first, document(CHAIN + " | relu"))) == 4
        assert len(first.known) > count
        again = await lab.run(first.id)
        assert planned == []
        assert again == first
        assert len(again.known) == count
        lab._documents.forget(first.id)
        fresh = await lab.run(first.id)  # another object, and so are its layers
        assert planned == [fresh.document]
        assert fresh.stages[0].layer is fresh.document.layers[0]

    tell(story)


def test_a_prefix_lives_as_long_as_whatever_kept_it_last(tell, clock):
    async def story(lab):
        run, longer = await lab.open(document("relu")), await lab.open(document("relu | relu"))
        await lab.keep(longer)
        clock.now += 50_000
        await lab.keep(run)
        clock.now += 50_000
        assert (await lab.run(run.id)).document == run.document
        with pytest.raises(NotFound):
            await lab.run(longer.id)

    tell(story)


def test_the_numbers_of_a_long_run_are_stored_once(tell):
    async def story(lab):
        values = np.random.default_rng(0).normal(size=(1, 100, 100)).tolist()
        run = await lab.open(document(" | ".join(["relu"] * 50), {"values": values}))
        await lab.keep(run)
        assert lab.store._bytes < 60_000
        lab._documents.forget(run.document.ids[25])
        assert (await lab.run(run.document.ids[25])).document == run.document.prefix(25)

    tell(story)


def test_what_is_kept_for_ever_stays_when_a_visitor_runs_it_too(tell, clock):
    async def story(lab):
        lab.keep_for_ever(document())
        assert not await lab.keep(await lab.open(document()))
        await lab.keep(await lab.open(document(CHAIN + " | relu")))
        clock.now += 10**8
        for run_id in document().ids:
            assert (await lab.run(run_id)).id == run_id

    tell(story)


def test_an_overflow_names_the_layer(tell):
    async def story(lab):
        huge = json.dumps([[[[1e38, 1e38]]]])
        run = await lab.open(document(f"relu | conv2d(weights=values({huge}))", {"values": [[[5, 5]]]}))
        with pytest.raises(Unfit, match=r"in layer 2 \(conv2d\)") as told:
            await lab.results(run)
        assert told.value.pointer == "/layers/1"

    tell(story)


def test_a_step_of_the_lab_is_the_map_s_own_number(tell):
    async def story(lab):
        run = await lab.open(document())
        place = Place(3, 5, 7)
        closeup = await lab.close_up(run, 2, place)
        assert closeup.value == (await lab.result(run, 2)).output[place]

    tell(story)


def test_passing_layers_share_the_scale_of_the_numbers_that_they_pass(tell):
    async def story(lab):
        run = await lab.open(document())
        conv, relu, pool = [await lab.extents(run, index) for index in range(3)]
        assert conv == relu == pool
        own = await lab.extents(run, 1, own=True)
        assert own == (await lab.result(run, 1)).output.max((1, 2)).tolist()

    tell(story)


def test_a_large_document_keeps_nobody_waiting(tell):
    from app.pipeline.json_reader import parse_json

    rows = np.random.default_rng(0).normal(size=(3, 400, 800)).round(4).tolist()
    data = json.dumps({"input": {"values": rows}, "recipe": "relu"}).encode()
    assert len(data) > 5_000_000

    async def story(lab):
        pauses, done = [], asyncio.Event()

        async def watch():
            while not done.is_set():
                before = time.process_time()  # of this process alone: what else the machine does is no pause of ours
                await asyncio.sleep(0.001)
                pauses.append(time.process_time() - before)

        watcher = asyncio.ensure_future(watch())
        run = await lab.open(await lab.read(lambda: read_document(parse_json(data)), len(data)))
        await lab.keep(run)
        await lab.results(run)
        done.set()
        await watcher
        begun = time.process_time()
        json.loads(data)  # lets nobody else in until it is done
        assert sorted(pauses)[-3] < (time.process_time() - begun) / 4
        assert run.input_shape == (3, 400, 800)

    tell(story)


def test_the_store_is_swept_while_the_lab_is_open(tell, clock, monkeypatch):
    monkeypatch.setattr("app.lab.SWEEP_EVERY", 0.01)

    async def story(lab):
        sweeping = asyncio.ensure_future(lab.sweep())
        await lab.keep(await lab.open(document()))
        assert lab.store._kept
        clock.now += 86_401
        async with asyncio.timeout(60):
            while lab.store._kept:
                await asyncio.sleep(0.01)
        sweeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sweeping

    tell(story)


def test_quick_layers_are_computed_in_one_job_and_dear_ones_each_in_its_own(tell, monkeypatch):
    async def story(lab):
        jobs, plain = [], lab.queue.begin

        def counted(job):
            jobs.append(job)
            return plain(job)

        monkeypatch.setattr(lab.queue, "begin", counted)
        await lab.results(await lab.open(document()))
        assert len(jobs) == 1
        await lab.results(await lab.open(document(CHAIN + " | relu | relu")))
        assert len(jobs) == 2
        monkeypatch.setattr("app.results.QUICK", 0)
        await lab.results(await lab.open(document(CHAIN.replace("7", "8"))))
        assert len(jobs) == 5
        assert lab.computed == 8

    tell(story)


def test_layers_before_one_that_overflows_are_there(tell):
    async def story(lab):
        huge = json.dumps([[[[1e38, 1e38]]]])
        run = await lab.open(document(f"relu | conv2d(weights=values({huge})) | relu", {"values": [[[5, 5]]]}))
        for _ in range(2):
            with pytest.raises(Unfit, match="in layer 2"):
                await lab.result(run, 2)
            assert (await lab.result(run, 0)).output.tolist() == [[[5, 5]]]
        assert lab.computed == 1

    tell(story)


@pytest.mark.parametrize(
    "torn",
    [
        b"",
        b"{",
        b'{"input":{"image":"chelsea","height":8',
        b"\x00" * 40,
        b"abc 1",
        b"\xff\xfe",
        b'{"input":{"image":"chelsea"},"layers":[]}',
        b'{"input":{},"layers":3}',
        b"[]",
        b"%b 1" % (b"0" * 32),
    ],
)
@pytest.mark.parametrize("asked_first", [True, False])
def test_a_torn_document_is_not_there_and_heals_when_it_is_posted_again(tell, torn, asked_first):
    async def story(lab):
        whole = document()
        run = await lab.open(whole)
        await lab.keep(run)
        await lab.run(whole.ids[1])
        for torn_id in (whole.id, whole.ids[1]):
            lab.store.put("document", torn_id, torn, 86_400)
        for prefix in whole.ids:
            lab._documents.forget(prefix)
        if asked_first or b" 1" in torn:  # what names a longer document is found to be torn when it is read
            for torn_id in whole.ids[:0:-1]:
                with pytest.raises(NotFound, match="post its document again"):
                    await lab.run(torn_id)
        await lab.keep(run)
        assert (await lab.run(whole.id)).document == whole
        if asked_first:
            assert (await lab.run(whole.ids[1])).document == whole.prefix(1)

    tell(story)


def test_a_document_that_is_said_to_begin_itself_is_not_there(tell):
    async def story(lab):
        run = await lab.open(document())
        lab.store.put("document", run.id, f"{run.id} 3".encode(), 86_400)
        with pytest.raises(NotFound):
            await lab.run(run.id)

    tell(story)


LONG = " | ".join(["sigmoid"] * 40)


def large(recipe=LONG, side=300):
    return document(recipe, {**CHELSEA, "height": side, "width": side})  # about a megabyte a layer


def test_a_run_whose_outputs_do_not_fit_together_is_told_of_and_any_of_them_computed_again(tell):
    async def story(lab):
        run = await lab.open(large())
        facts = await lab.facts(run)
        assert (len(facts), lab.computed) == (40, 40)
        assert lab.budget.used <= lab.budget.most
        for index in (3, 20, 39):
            result = await lab.result(run, index)
            assert result.facts == facts[index]
            assert result.output.shape == (3, 300, 300)
            assert lab.budget.used <= lab.budget.most
        assert await lab.facts(run) == facts
        assert lab.computed > 40

    tell(story, memory_max_bytes=16_000_000)


def test_several_results_are_there_together_and_computed_once(tell):
    async def story(lab):
        run = await lab.open(large())
        results = await lab.some(run, (None, 30, 2, 3, 30))
        assert [result.output.shape for result in results] == [(3, 300, 300)] * 5
        assert results[1] is results[4]
        assert lab.computed == 31
        again = await lab.some(run, (2, None))  # somebody still looks at them
        assert (again[0] is results[2], again[1] is results[0], lab.computed) == (True, True, 31)

    tell(story, memory_max_bytes=24_000_000)


def test_results_that_never_fit_together_are_refused_and_those_that_do_are_given(tell):
    async def story(lab):
        run = await lab.open(large())
        with pytest.raises(Unfit, match="bytes of memory at once"):
            await lab.results(run)
        assert len(await lab.some(run, (38, 39))) == 2

    tell(story, memory_max_bytes=24_000_000)


def test_many_who_ask_for_different_layers_of_one_run_all_get_them(tell):
    async def story(lab):
        run = await lab.open(large())

        async def look(index):
            return (await lab.result(run, index)).output.shape

        telling = asyncio.ensure_future(lab.facts(run))
        shapes = await asyncio.gather(*(look(index) for index in range(0, 40, 2)))
        assert shapes == [(3, 300, 300)] * 20
        assert len(await telling) == 40
        await let_go(lab)
        assert lab.budget.used == 0

    tell(story, memory_max_bytes=24_000_000, waiting_room=100)


def test_when_all_callers_have_gone_a_run_stops_after_the_layer_at_work(tell, monkeypatch):
    monkeypatch.setattr("app.results.QUICK", -1)

    async def story(lab):
        gate, plain = threading.Event(), lab.queue.begin

        def held(job):
            def opened():
                assert gate.wait(60)
                return job()

            return plain(opened)

        monkeypatch.setattr(lab.queue, "begin", held)
        run = await lab.open(large())
        callers = [asyncio.ensure_future(lab.facts(run)), asyncio.ensure_future(lab.result(run, 39))]
        shorter = asyncio.ensure_future(lab.result(await lab.open(large(LONG + " | relu")), 40))  # waits for them
        await asyncio.sleep(0.05)
        for caller in (*callers, shorter):
            caller.cancel()
        at_once = asyncio.ensure_future(lab.facts(await lab.open(large("relu | relu"))))
        await asyncio.sleep(0)
        at_once.cancel()  # before it has begun
        await asyncio.gather(*callers, shorter, return_exceptions=True)
        gate.set()
        await let_go(lab)
        assert lab.computed <= 1
        assert (await lab.result(run, 2)).output.shape == (3, 300, 300)  # who comes later begins anew

    tell(story)


def test_a_frame_of_the_camera_leaves_nothing_behind(tell):
    async def story(lab):
        run = await lab.open(document())
        assert (await lab.passing.results(run, [2], photo(size=(64, 64))))[0].output.shape == (6, 14, 14)
        await let_go(lab)
        assert lab.budget.used == 0

    tell(story)
