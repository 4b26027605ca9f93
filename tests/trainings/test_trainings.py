"""Claims about trainings that people watch: their states, what ends them, and what a server finds that was killed."""

import asyncio
import threading
import weakref

import numpy as np
import pytest
from PIL import Image

from app.errors import Busy, Forbidden, NotFound
from app.training.data import ShapesData
from app.trainings.admission import MOST_OPEN
from app.trainings.report import report
from app.trainings.trainings import COMMANDS, UNWATCHED
from tests.samples import saved
from tests.trainings.service import ENDLESS, SMALL, Service, reaches, training


def bits(live):
    return {name: array.tobytes() for name, array in live.progress.state.arrays.items()}


def test_a_new_one_is_paused_before_its_first_batch_and_measured(served):
    async def scenario(service):
        live = await service.begin()
        assert not {"a", "of a"} & set(live.visitor)
        told = report(live)
        assert (told["state"], told["step"], told["steps"], told["epoch"], told["epochs"]) == ("paused", 0, 12, 0, 3)
        assert told["losses"] == []
        assert len(told["accuracies"]) == 1
        assert sum(map(sum, told["confusion"])) == 8
        assert told["classes"] == ["circle", "line"]
        assert live.expires_at == pytest.approx(service.store.now() + 86_400, abs=5)

    served(scenario)


def test_shapes_are_drawn_once_for_all_that_is_asked_of_them(served, monkeypatch):
    drawn = []
    make = ShapesData.make
    monkeypatch.setattr(ShapesData, "make", lambda data, pictures: drawn.append(data.seed) or make(data, pictures))

    async def scenario(service):
        live = await service.begin()
        other = await service.begin({**SMALL, "epochs": 2}, "b")
        assert other.course.data is live.course.data
        await service.say(live, "stop")
        assert live.course is None
        assert (await service.trainings.copy(live)).data is other.course.data
        assert await service.trainings.data(live) is other.course.data
        assert drawn == [1]
        await service.begin({**SMALL, "data": {**SMALL["data"], "seed": 2}}, "c")
        assert drawn == [1, 2]

    served(scenario)


def test_run_brings_it_to_its_end_with_a_loss_a_batch_and_an_accuracy_an_epoch(served):
    async def scenario(service):
        live = await service.begin()
        await service.say(live, "run")
        assert live.state in ("running", "finished")
        await reaches(live, "finished")
        told = report(live)
        assert (told["step"], told["epoch"]) == (12, 3)
        assert len(told["losses"]) == 12
        assert len(told["accuracies"]) == 4
        assert all(0 <= accuracy <= 1 for accuracy in told["accuracies"])
        assert 0.5 < told["losses"][0] < 1  # guessing between two is ln 2

    served(scenario)


# What each command makes of each state.
AFTER = {
    "paused": {"run": "running", "pause": "paused", "step": "paused", "reset": "paused", "stop": "stopped"},
    "running": {"run": "running", "pause": "paused", "step": "paused", "reset": "paused", "stop": "stopped"},
    "waiting": {"run": "waiting", "pause": "paused", "step": "paused", "reset": "paused", "stop": "stopped"},
    "finished": {"run": "finished", "pause": "finished", "step": "finished", "reset": "paused", "stop": "finished"},
    "stopped": {"run": "stopped", "pause": "stopped", "step": "stopped", "reset": "paused", "stop": "stopped"},
}


@pytest.mark.parametrize("state", AFTER)
def test_every_command_in_every_state(served, state):
    async def scenario(service):
        for index, command in enumerate(COMMANDS):
            live = await service.begin(SMALL if state == "finished" else ENDLESS, f"{index}")
            if state in ("running", "waiting", "finished"):
                await service.say(live, "run")
                await reaches(live, state)
            elif state == "stopped":
                await service.say(live, "stop")
            for _ in range(2):  # again harmlessly
                await service.say(live, command)
                assert live.state == AFTER[state][command], command
            if command == "reset":
                assert live.progress.step == 0
            if command == "step" and state in ("paused", "waiting"):
                assert live.progress.step == 2
            await service.say(live, "stop")

    served(scenario, trainings=0 if state == "waiting" else 1)


def test_one_batch_and_another_are_what_running_does(served):
    async def scenario(service):
        live, other = await service.begin(), await service.begin(visitor="b")
        for _ in range(12):
            await service.say(live, "step")
        assert live.state == "finished"
        await service.say(other, "run")
        await reaches(other, "finished")
        assert bits(live) == bits(other)
        assert report(live)["losses"] == report(other)["losses"]

    served(scenario)


def test_reset_gives_the_same_bits_again_and_lets_checkpoints_stand(served):
    async def scenario(service):
        live = await service.begin()
        await service.say(live, "run")
        await reaches(live, "finished")
        first, told = bits(live), report(live)
        kept = service.trainings.archive.weights(live.name, 2)
        await service.say(live, "reset")
        assert report(live)["losses"] == []
        assert len(report(live)["accuracies"]) == 1
        again = service.trainings.archive.weights(live.name, 2)
        assert {name: array.tobytes() for name, array in kept.items()} == {
            name: array.tobytes() for name, array in again.items()
        }
        await service.say(live, "run")
        await reaches(live, "finished")
        assert bits(live) == first
        assert report(live) == told

    served(scenario)


def test_those_for_whom_there_is_no_place_wait_their_turn(served):
    async def scenario(service):
        first, second, third = [await service.begin(ENDLESS, name) for name in "abc"]
        for live in (first, second, third):
            await service.say(live, "run")
        assert [live.state for live in (first, second, third)] == ["running", "waiting", "waiting"]
        await service.say(second, "pause")
        await service.say(first, "stop")
        await reaches(third, "running", step=1)
        assert second.state == "paused"

    served(scenario, trainings=1)


def test_a_visitor_has_one_that_is_open_and_all_together_a_few(served):
    async def scenario(service):
        first = await service.begin()
        with pytest.raises(Busy, match="You have a training already") as busy:
            await service.begin(address="another")
        assert first.name not in busy.value.say(str)
        await service.say(first, "stop")
        await service.begin()
        with pytest.raises(Busy, match="You have a training already"):
            await service.say(first, "reset")
        for visitor in range(MOST_OPEN - 1):
            await service.begin(visitor=f"v{visitor}")
        with pytest.raises(Busy, match=f"{MOST_OPEN} trainings are open"):
            await service.begin(visitor="b")

    served(scenario)


def test_an_address_has_a_few_that_are_open_whether_by_pages_or_the_api(served):
    async def scenario(service):
        begun = [await service.begin(visitor=browser, address="school") for browser in ("a", "b", "", "")]
        for browser in ("c", ""):
            with pytest.raises(Busy, match="4 trainings that began at your address") as busy:
                await service.begin(visitor=browser, address="school")
            assert not any(live.name in busy.value.say(str) for live in begun)
        elsewhere = [await service.begin(visitor=f"e{number}", address="home") for number in range(4)]
        assert len({live.visitor.address for live in (*begun, *elsewhere)}) == 2
        await service.say(begun[0], "stop")
        await service.begin(visitor="c", address="school")

    served(scenario)


def test_what_is_over_gives_its_memory_back(served):
    async def scenario(service):
        live = await service.begin()
        await service.say(live, "run")
        await reaches(live, "finished")
        course = weakref.ref(live.course)
        await service.say(live, "stop")
        used = service.lab.budget.used
        assert course() is None
        service.lab.budget.serve()
        assert service.lab.budget.used < used

    served(scenario)


def test_only_its_owner_says_what_it_does(served):
    async def scenario(service):
        live, other = await service.begin(), await service.begin(visitor="b")
        for keys in ([], [""], [service.trainings.owners.key(other.name)], ["ü"]):
            with pytest.raises(Forbidden, match="needs the key"):
                await service.trainings.command(live.name, "run", keys)
        with pytest.raises(NotFound, match="There is no training"):
            await service.trainings.command("0" * 32, "run", [service.trainings.owners.key("0" * 32)])

    served(scenario)


def test_a_server_that_was_killed_finds_it_paused_at_its_last_checkpoint_and_goes_on_to_the_same_bits(served):
    names = {}

    async def before(service):
        live = await service.begin()
        for _ in range(6):  # an epoch and a half
            await service.say(live, "step")
        still, whole = await service.begin(visitor="b"), await service.begin(visitor="c")
        await service.say(whole, "run")
        await reaches(whole, "finished")
        names.update(live=live.name, still=still.name, whole=bits(whole))

    async def after(service):
        live = await service.trainings.find(names["live"])
        assert (live.state, live.reason, live.progress.step, live.epoch) == ("paused", "restarted", 4, 1)
        assert len(report(live)["accuracies"]) == 2
        await service.say(live, "run")
        await reaches(live, "finished")
        assert live.reason is None
        assert bits(live) == names["whole"]
        still = await service.trainings.find(names["still"])
        assert (still.state, still.reason, still.progress.step) == ("paused", None, 0)

    served(before)
    served(after)


def test_weights_that_it_begins_with_are_found_again(served):
    weight = np.random.default_rng(1).normal(size=(2, 3, 3, 3)).tolist()
    layers = [
        {"type": "conv2d", "weights": {"init": "values", "weight": weight}},
        {"type": "linear", "out_features": 2, "weights": {"init": "random"}},
        {"type": "softmax"},
    ]
    document, names = {**{name: value for name, value in SMALL.items() if name != "recipe"}, "layers": layers}, []

    async def before(service):
        live = await service.begin(document)
        await service.say(live, "step")
        names.append(live.name)

    async def after(service):
        live = await service.trainings.find(names[0])
        assert live.training == training(document)
        again = await service.trainings.copy(live)
        assert np.allclose(again.network.weights[0]["weight"], weight)
        assert (again.network.weights[1]["weight"] == live.progress.state.arrays["1.weight"]).all()
        await service.say(live, "reset")
        assert (live.progress.state.arrays["1.weight"] == again.network.weights[1]["weight"]).all()

    served(before)
    served(after)


def test_one_that_was_running_when_the_server_ended_says_so(served):
    names = []

    async def before(service):
        live = await service.begin(ENDLESS)
        await service.say(live, "run")
        await reaches(live, "running", step=5)
        names.append(live.name)

    async def after(service):
        live = await service.trainings.find(names[0])
        assert (live.state, live.reason) == ("paused", "restarted")
        assert live.progress.step % live.training.steps_an_epoch == 0

    served(before)
    served(after)


def test_what_nobody_watches_ends_and_its_last_checkpoint_stays(served):
    async def scenario(service):
        live, seen = await service.begin(), await service.begin(ENDLESS, "b")
        for _ in range(5):
            await service.say(live, "step")
        await service.say(seen, "run")
        following = service.trainings.follow(seen)
        await anext(following)
        service.ahead = UNWATCHED + 1
        await service.trainings.look_after()
        assert seen.state == "running"
        found = await service.trainings.find(live.name)
        assert found is not live
        assert (found.state, found.reason, found.progress.step) == ("stopped", "unwatched", 4)
        await following.aclose()
        service.ahead *= 2
        await service.trainings.look_after()
        assert (seen.state, seen.reason) == ("stopped", "unwatched")

    served(scenario)


def test_it_gives_way_to_visitors_and_yet_goes_on(served):
    async def scenario(service):
        live, ends = await service.begin(ENDLESS), threading.Event()
        visits = asyncio.ensure_future(service.lab.queue.heavy(ends.wait))
        await service.say(live, "run")
        begun = live.progress.step
        await reaches(live, "running", step=begun + 2)
        slow = live.progress.step
        ends.set()
        await visits
        await reaches(live, "running", step=slow + 100)
        assert slow < begun + 10

    served(scenario)


def test_it_computes_no_longer_than_it_may(served):
    async def scenario(service):
        live = await service.begin(ENDLESS)
        live.seconds = 599.95
        await service.say(live, "run")
        await reaches(live, "stopped")
        assert live.reason == "too_long"
        assert 0 < live.progress.step < live.training.steps
        await service.say(live, "reset")
        assert live.seconds == 0

    served(scenario)


def test_numbers_that_run_away_end_it(served):
    async def scenario(service):
        steep = {"type": "sgd", "learning_rate": 100.0}
        live = await service.begin(
            {**ENDLESS, "optimizer": steep, "recipe": "conv2d(2, 3) | conv2d(2, 3) | linear(2) | softmax"}
        )
        await service.say(live, "run")
        await reaches(live, "stopped")
        assert live.reason == "lost"
        told, kept = report(live), service.trainings.archive.progress(live.name)
        assert told["losses"][-1] is None
        assert told["weights_step"] == kept.step < told["step"] == len(told["losses"])
        assert bits(live) == {name: array.tobytes() for name, array in kept.state.arrays.items()}
        assert (await service.trainings.copy(live)).step == kept.step
        await service.say(live, "reset")
        assert (live.state, live.reason) == ("paused", None)

    served(scenario)


def test_a_store_that_is_away_pauses_it_and_the_checkpoint_is_kept_when_it_is_back(served, monkeypatch):
    async def scenario(service):
        live = await service.begin()

        def away(*_):
            raise Busy("away")

        with monkeypatch.context() as patched:
            patched.setattr(service.trainings.archive, "put_progress", away)
            await service.say(live, "run")
            await reaches(live, "paused")
            assert (live.reason, live.progress.step) == ("not_kept", 4)
        await service.say(live, "run")
        await reaches(live, "finished")
        assert [each.epoch for each in service.trainings.archive.learned(live.name)] == [0, 1, 2, 3]

    served(scenario)


async def own(service, count=4, **more):
    """Return a training on pictures of one's own, and the uploads."""
    uploads = [
        await service.lab.album.add(
            saved(Image.new("RGB", (20, 30), (40 * (index % 6), 250 - index if index % 2 else 10 + index, 90)), "PNG")
        )
        for index in range(2 * count)
    ]
    examples = [{"image": upload.id, "label": "light" if index % 2 else "dark"} for index, upload in enumerate(uploads)]
    document = {**SMALL, "data": {"set": "examples", "size": 12, "examples": examples}, **more}
    return await service.begin(document), uploads


def test_pictures_of_ones_own_are_learned_and_a_part_of_each_class_is_held_out(served):
    async def scenario(service):
        live, _ = await own(service)
        data = await service.trainings.data(live)
        assert data.classes == ("dark", "light")
        assert data.learned.labels.tolist() == [0, 1, 0, 1, 0, 1]
        assert data.held_out.labels.tolist() == [0, 1]
        assert data.learned.batch(data.held_out.labels).x.max() == pytest.approx(249 / 255)
        assert report(live)["measured"] == "held_out"
        await service.say(live, "stop")
        few, _ = await own(service, 3)
        assert report(few)["measured"] == "learned"
        assert sum(map(sum, report(few)["confusion"])) == 6

    served(scenario)


def test_when_a_picture_is_deleted_what_learned_from_it_ends_and_goes(served):
    async def scenario(service):
        live, uploads = await own(service, epochs=100)
        await service.say(live, "run")
        await reaches(live, "running", step=3)
        await service.lab.album.delete(uploads[2].id, uploads[2].delete_token)
        await service.trainings.look_after()
        assert (live.state, live.reason) == ("stopped", "deleted")
        assert service.trainings.archive.learned(live.name) == ()
        assert service.trainings.archive.weights(live.name, 0) is None
        assert service.trainings.archive.progress(live.name) is None
        with pytest.raises(NotFound, match="has been deleted"):
            await service.say(live, "reset")
        again = Service(service.lab.settings)
        found = await again.trainings.find(live.name)
        assert (found.state, found.reason) == ("stopped", "deleted")
        again.close()

    served(scenario)


def test_a_picture_that_is_not_there_is_said(served):
    async def scenario(service):
        examples = [{"image": "chelsea", "label": "cat"}, {"image": "0" * 32, "label": "dog"}]
        with pytest.raises(NotFound, match="There is no picture 000") as caught:
            await service.begin({**SMALL, "data": {"set": "examples", "size": 12, "examples": examples}})
        assert caught.value.pointer == "/data/examples/1/image"
        assert await service.begin()

    served(scenario)


def test_what_is_torn_in_the_store_is_not_there(served):
    async def scenario(service):
        live = await service.begin()
        service.store.put("training", live.name, b'{"training": 1}', 100)
        service.store.put("training", "1" * 32, b"[1, 2]", 100)
        again = Service(service.lab.settings)
        for name in (live.name, "1" * 32, "../../etc/passwd", ""):
            with pytest.raises(NotFound):
                await again.trainings.find(name)
        again.close()

    served(scenario)


def test_the_training_that_ships_as_an_example_is_nobodys_and_stays(served):
    async def scenario(service):
        name = await service.trainings.keep_for_ever(training())
        live = await service.trainings.find(name)
        assert live.expires_at is None
        assert [news.step async for news in service.trainings.follow(live)] == [0]
        service.ahead = UNWATCHED + 1
        await service.trainings.look_after()
        assert (await service.trainings.find(name)).state == "paused"
        assert await service.trainings.keep_for_ever(training()) == name
        await service.begin(visitor="")  # it takes nobody's place

    served(scenario)
