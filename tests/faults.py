"""Faults that were put in on purpose, each with an ordinary test that fails of it: a record that can be run.

python -m tests.faults            every one in a copy of the clone; those in the browser where CHROMIUM is set
python -m tests.faults relu       those with the word in their name

The first nine once passed the tests of their part. A text that is no longer there, or a fault that nothing notices,
ends the run with 1: mend the record with the code.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "__pycache__", ".mypy_cache", ".ruff_cache", ".mutants", "node_modules"
)


class Fault(NamedTuple):
    """What is wrong; the file or folder in one file of which `old` stands once; what stands there then; what fails."""

    name: str
    where: str
    old: str
    new: str
    test: str


FAULTS = (
    # ---- the nine that once survived
    Fault(
        "the odd cell of same is at the top",
        "app/layers",
        "((spare[0] // 2, spare[0] - spare[0] // 2),",
        "((spare[0] - spare[0] // 2, spare[0] // 2),",
        "tests/test_layers.py -k witness",
    ),
    Fault(
        "relu has a scale of its own",
        "app/layers/relu.py",
        "keeps_values: ClassVar[bool] = True",
        "keeps_values: ClassVar[bool] = False",
        "tests/explorer/test_view.py -k scale_of_its_convolution",
    ),
    Fault(
        "rows and columns change places when a place is carried to another layer",
        "app/explorer",
        "min(state.place.row * there[1] // here[1], there[1] - 1),",
        "min(state.place.column * there[1] // here[2], there[1] - 1),",
        "tests/explorer/test_state.py -k carried",
    ),
    Fault(
        "a pin is kept on another layer",
        "app/explorer",
        "looks & DRAWN and after.layer != self.layer",
        "False",
        "tests/explorer/test_state.py -k pin",
    ),
    Fault(
        "the comparison's origin forgets the jump",
        "app/numerics",
        "run = first + start * self.advance,",
        "run = first + start,",
        "tests/explorer/test_comparison.py -k same_cells",
    ),
    Fault(
        "best places are apart by the wrong axis",
        "app/explorer",
        "apart = (ceil(rows.reach / rows.step), ceil(columns.reach / columns.step))",
        "apart = (ceil(columns.reach / columns.step), ceil(rows.reach / rows.step))",
        "tests/pages/test_filters.py -k oblong",
    ),
    Fault(
        "pictures from 0 to 255 are tinted as if from 0 to 1",
        "app/explorer",
        '"byte": (0.0, 255.0)',
        '"byte": (0.0, 1.0)',
        "tests/explorer/test_view.py -k brightness",
    ),
    Fault(
        "the weakest number is the largest",
        "app/explorer",
        '"weakest": sheet.argmin()',
        '"weakest": sheet.argmax()',
        "tests/explorer/test_view.py -k weakest",
    ),
    Fault(
        "Earlier and Later do nothing",
        "app/pipeline",
        "return all_linked(found), other",
        "return tuple(layers), index",
        "tests/explorer/test_state.py -k earlier",
    ),
    # ---- layers
    Fault(
        "a grouped filter reads the channels of another group",
        "app/layers/conv2d.py",
        "group if self.groups > 1 else None",
        "group if self.groups > 9 else None",
        "tests/pipeline/test_steps.py",
    ),
    Fault(
        "flatten goes down the columns first",
        "app/layers",
        "rest, column = divmod(element, shape[2])",
        "rest, column = divmod(element, shape[1])",
        "tests/pipeline/test_steps.py -k 300",
    ),
    Fault(
        "a winner is told by its place in the window alone",
        "app/layers",
        "Cell(top + row * self.dilation[0]",
        "Cell(row * self.dilation[0]",
        "tests/pipeline/test_steps.py",
    ),
    Fault(
        "the mean of a step leaves out padding that counts",
        "app/layers",
        "None if out and not self.count_include_pad else",
        "None if out and self.count_include_pad else",
        "tests/pipeline/test_steps.py",
    ),
    # ---- numerics
    Fault(
        "reflection repeats the edge",
        "app/numerics",
        "np.where(folded < length, folded, period - folded)",
        "np.where(folded < length, folded, period - folded - 1)",
        "tests/numerics/test_padding.py",
    ),
    Fault(
        "a last place that starts in the padding before counts not",
        "app/numerics",
        "if (places - 1) * stride >= length + before:",
        "if (places - 1) * stride >= length:",
        "tests/test_layers.py -k witness",
    ),
    Fault(
        "strong places are kept apart along one axis by the other's measure",
        "app/numerics",
        "max(0, row - high + 1) : row + high,",
        "max(0, row - wide + 1) : row + wide,",
        "tests/numerics/test_ranking.py",
    ),
    # ---- training
    Fault(
        "equal cells all get the gradient of a pool",
        "app/numerics/batches",
        "            waiting[places] ^= hit\n",
        "",
        "tests/test_trainable.py -k equal_cells",
    ),
    Fault(
        "what stands in for a cell beyond the edge is forgotten on the way back",
        "app/numerics/batches",
        "cells[cell] += lines[coordinate + before]",
        "pass",
        "tests/test_trainable.py -k output_grows",
    ),
    Fault(
        "the mean of a batch is taken for a constant",
        "app/numerics/batches",
        "        result -= by_bias[channel] / x.dtype.type(found.numbers)\n",
        "",
        "tests/test_trainable.py -k output_grows",
    ),
    Fault(
        "decay does not go through the momentum",
        "app/training",
        "gradient = np.asarray(gradient + self.weight_decay * weight)",
        "weight -= rate * self.weight_decay * weight",
        "tests/training/test_optimizers.py -k pytorchs_losses",
    ),
    Fault(
        "what the optimizer remembers is not taken up again",
        "app/training",
        "            for moment, kept in self._memory[name].items():",
        "            for moment, kept in ():",
        "tests/training/test_trainer.py -k taken_up_again",
    ),
    Fault(
        "the running variance is not an estimate",
        "app/layers",
        "found.variance * (found.numbers / max(found.numbers - 1, 1))",
        "found.variance * 1",
        "tests/test_trainable.py -k running_statistics",
    ),
    # ---- pipeline
    Fault(
        "the bytes of maps are those of the last alone",
        "app/pipeline",
        "numbers += fit.numbers",
        "numbers = fit.numbers",
        "tests/pipeline/test_plan.py",
    ),
    Fault(
        "the way home of a winner goes on behind a layer that mixes",
        "app/pipeline",
        "if origin is None:\n            break",
        "if origin is None:\n            number = stage.inputs[0]\n            continue",
        "tests/pipeline/test_closeup.py -k win",
    ),
    Fault(
        "an output is let go when the first that reads it has read it",
        "app/layers/references.py",
        "return {source: number for number, sources in reads for source in sources}",
        "return {source: number for number, sources in reversed(list(reads)) for source in sources}",
        "tests/test_results.py",
    ),
    Fault(
        "a concat's channels are all those of its first input",
        "app/layers/geometry.py",
        "found[self.first : self.first + self.read] = channels",
        "found[: self.read] = channels",
        "tests/test_layers.py -k its_field_is",
    ),
    # ---- printing
    Fault(
        "halves are rounded to the even digit",
        "app/printing",
        "Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)",
        "Decimal(value).quantize(Decimal(1).scaleb(-decimals))",
        "tests/printing/test_numbers.py",
    ),
    Fault(
        "what rounding leaves over is not shown",
        "app/printing",
        "left = whole - sum(printed, Decimal(0))",
        "left = whole - whole",
        "tests/printing/test_numbers.py",
    ),
    # ---- rendering
    Fault(
        "the zero of a scale is not in its middle",
        "app/rendering",
        "scaled += np.float32(ZERO)",
        "scaled += np.float32(ZERO + 1)",
        "tests/rendering/test_palette.py",
    ),
    Fault(
        "the second sheet's numbers are moved the wrong way in a difference",
        "app/rendering",
        "(max(0, -by), min(mine, theirs - by))",
        "(max(0, by), min(mine, theirs + by))",
        "tests/pages/test_compare.py -k oblong",
    ),
    # ---- explorer
    Fault(
        "a place asked for by number is counted from 0",
        "app/explorer",
        "max(0, number - 1) for number in place[1]",
        "max(0, number) for number in place[1]",
        "tests/explorer/test_state.py -k counted",
    ),
    Fault(
        "half a turn mirrors",
        "app/explorer",
        "weight[chosen][..., ::-1, ::-1]",
        "weight[chosen][..., ::-1]",
        "tests/api tests/pages tests/explorer -k turn",
    ),
    Fault(
        "the pixel beside a number is that of the mirrored place",
        "app/explorer",
        "return self.map_face(sheet).part(column, row, 1, 1)",
        "return self.map_face(sheet).part(row, column, 1, 1)",
        "tests/explorer/test_view.py -k cells_of_the_window",
    ),
    Fault(
        "a cell's readers are weighed by the first channel's weights",
        "app/explorer",
        "kernel = view.weight[view.place.channel, cell.channel - view.channels[0]]",
        "kernel = view.weight[view.place.channel, 0]",
        "tests/pages/test_pointing.py -k cell_of_the_input",
    ),
    Fault(
        "the comparison is of the first map, whichever is in view",
        "app/explorer",
        "left, right = sheet_of(results[0].output, channel),",
        "left, right = sheet_of(results[0].output, 0),",
        "tests/pages/test_compare.py -k both_maps_and_their",
    ),
    # ---- classroom
    Fault(
        "a remote asks",
        "app/classroom/rooms.py",
        'if role == "remote" and not remote:',
        'if role == "remote" and remote:',
        "tests/classroom/test_rooms.py -k plain_model",
    ),
    Fault(
        "the hash of a remote's key, out of the store, is a key",
        "app/classroom/keys.py",
        'hashes = [self._hash(code, "remote", key) for key in held]',
        'hashes = [self._hash(code, "remote", key) for key in held] + held',
        "tests/api/test_rooms.py -k never_drives",
    ),
    Fault(
        "a ticket is exchanged twice",
        "app/classroom/keys.py",
        'remotes=(*keys.remotes, self._hash(code, "remote", key)), ticket=""), key',
        'remotes=(*keys.remotes, self._hash(code, "remote", key))), key',
        "tests/classroom/test_rooms.py -k worth_nothing",
    ),
    Fault(
        "a remote that has been replaced still leads",
        "app/classroom/keys.py",
        'remotes = (self._hash(code, "remote", key),)',
        'remotes = (*keys.remotes, self._hash(code, "remote", key))',
        "tests/api/test_rooms.py -k never_drives",
    ),
    Fault(
        "the right answer is told before it is shown",
        "app/classroom/poll.py",
        "        if self.told:",
        "        if self.told or True:",
        "tests/api/test_rooms.py -k tells_nothing_before",
    ),
    Fault(
        "a move is told before it is in the store",
        "app/classroom/ledger.py",
        "        after = room.latest = replace(change(room.latest), led=self._store.now())",
        "        after = room.state = room.latest = replace(change(room.latest), led=self._store.now())",
        "tests/classroom/test_rooms.py -k has_not_happened",
    ),
    Fault(
        "moves are not written",
        "app/classroom/ledger.py",
        "room.kept_until = await self.wait(partial(self.register.put, room.code, record_of(latest)))",
        "record_of(latest)",
        "tests/api/test_room_streams.py -k no_move_that_was_answered",
    ),
    Fault(
        "an answer is acknowledged before it is in the store",
        "app/classroom/ledger.py",
        "        await answer.done\n",
        "",
        "tests/classroom/test_rooms.py -k before_it_is_acknowledged",
    ),
    Fault(
        "two streams of a phone are two phones",
        "app/classroom/streams.py",
        'name = (phone or (f"stream {next(self._numbers)}" if one_more else None)) if counted else None',
        'name = f"stream {next(self._numbers)}" if counted else None',
        "tests/classroom/test_rooms.py -k present_once",
    ),
    Fault(
        "who comes is told at once, each time",
        "app/classroom/feed.py",
        "        when = max(loop.time(), self._told + every)",
        "        when = loop.time()",
        "tests/classroom/test_rooms.py -k twice_a_second",
    ),
    Fault(
        "news are written anew for each who follows",
        "app/classroom/feed.py",
        "        for follower in self.followers:\n            follower.offer(self._newest)",
        "        for follower in self.followers:\n            follower.offer(self._write())",
        "tests/classroom/test_rooms.py -k written_once",
    ),
    Fault(
        "what has ended is in the store again",
        "app/classroom/ledger.py",
        "        await self.wait(partial(self.register.delete, room.code))",
        "        await asyncio.sleep(0)",
        "tests/classroom/test_rooms.py -k nothing_is_left",
    ),
    Fault(
        "a phone's pass is of every room",
        "app/classroom/rooms.py",
        "return phone if phone is not None and phone.code == room.code else None",
        "return phone",
        "tests/api/test_rooms.py -k room_alone",
    ),
    Fault(
        "a pass that somebody made up is a phone's",
        "app/classroom/phones.py",
        "if found is None or not hmac.compare_digest(found[3], self._signed(found[1], found[2])):",
        "if found is None:",
        "tests/api/test_rooms.py -k counted_each",
    ),
    Fault(
        "who mistypes codes closes the door for others",
        "app/classroom/rooms.py",
        "            self._guesses.check(address)",
        "            self._misses.check(address)",
        "tests/api/test_rooms.py -k guessed",
    ),
    Fault(
        "an address that is guessing is told of a room",
        "app/classroom/rooms.py",
        "            self._guesses.check(address)",
        "            pass",
        "tests/api/test_rooms.py -k guessed",
    ),
    # ---- web
    Fault(
        "the cone's row is its column",
        "app/web",
        "zip((row, column), (",
        "zip((column, row), (",
        "tests/api tests/pages/test_trace.py -k cone",
    ),
    Fault(
        "another site may send and change",
        "app/web",
        'in ("cross-site", "same-site")',
        'in ("cross-origin",)',
        "tests/api tests/pages -k site",
    ),
    # ---- scripts, in the browser
    Fault(
        "rows and columns change places when the browser carries a place along",
        "static/js",
        "along(place.row, tall, rows), along(place.column, wide, columns)",
        "along(place.column, tall, rows), along(place.row, wide, columns)",
        "tests/browser/test_oblong.py -k carried",
    ),
    Fault(
        "an arrow moves the cursor along the other axis",
        "static/js",
        "const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };\nconst SHEETS",
        "const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };\nconst SHEETS",
        "tests/browser/test_pointing.py",
    ),
)


def found(fault: Fault, root: Path) -> list[Path]:
    """Return the files in which the text of a fault stands, as often as it stands there."""
    there = root / fault.where
    files = [there] if there.is_file() else sorted(path for path in there.rglob("*") if path.is_file())
    texts = [(path, path.read_text(errors="replace")) for path in files if "vendor" not in path.parts]
    return [path for path, text in texts for _ in range(text.count(fault.old))]


def lost() -> list[str]:
    """Return the faults whose text is not in the code once."""
    return [f"{fault.name}: {len(there)} times below {fault.where}" for fault in FAULTS
            if len(there := found(fault, ROOT)) != 1]  # fmt: skip


def outcomes(asked: str) -> Iterator[tuple[Fault, bool | None]]:
    """Yield the faults with `asked` in their name, each with whether its test fails; None where it is not tried."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        copy = Path(folder) / "clone"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for fault in FAULTS:
            if asked not in fault.name:
                continue
            if "tests/browser" in fault.test and "CHROMIUM" not in os.environ:
                yield fault, None
                continue
            (path,) = found(fault, copy)
            text = path.read_text()
            path.write_text(text.replace(fault.old, fault.new))
            selection, _, words = fault.test.partition(" -k ")
            command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *selection.split()]
            answer = subprocess.run(
                [*command, *(["-k", words] if words else [])], cwd=copy, capture_output=True, text=True,
                env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
            path.write_text(text)
            if answer.returncode not in (0, 1):
                sys.stdout.write(answer.stdout[-2000:])
            yield fault, answer.returncode == 1


def main() -> int:
    """Put in every fault that is asked for; return 1 where one is not noticed."""
    if gone := lost():
        print("These texts are not there once; write them as they are now:", *gone, sep="\n  ")  # noqa: T201
        return 1
    asked, unnoticed = " ".join(sys.argv[1:]), 0
    for fault, fails in outcomes(asked):
        word = {True: "noticed", False: "NOT NOTICED", None: "not tried: CHROMIUM is not set"}[fails]
        print(f"{fault.name}: {word} ({fault.test})", flush=True)  # noqa: T201
        unnoticed += fails is False
    return min(1, unnoticed)


if __name__ == "__main__":
    raise SystemExit(main())
