"""Claims about `convscope models`: what it trains it measures again, and it goes on where it was put down."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from app.cli import main
from app.training.shipping import networks
from app.training.shipping.making import Making


def test_what_is_trained_lies_in_two_files_and_measures_as_it_says(tmp_path, data, capsys):
    asked = ["--data", str(data), "--threads", "1"]
    assert main(["models", "train", "article", *asked, "--out", str(tmp_path / "made")]) == 0
    assert {path.name for path in (tmp_path / "made").iterdir()} == {"model.json", "weights.safetensors"}
    facts = json.loads((tmp_path / "made/model.json").read_text("utf-8"))
    assert [epoch["epoch"] for epoch in facts["epochs"]] == [0, 2]
    assert facts["input"]["scale"] == {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
    weights = load_file(tmp_path / "made/weights.safetensors")
    assert weights["2.0.weight"].shape == (6, 3, 5, 5)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float16)}
    told = capsys.readouterr().out.splitlines()
    assert main(["models", "evaluate", "article", *asked, "--weights", str(tmp_path / "made")]) == 0
    assert capsys.readouterr().out.splitlines() == [told[at].rpartition(", ")[0] for at in (0, 2)]


def test_weights_that_are_not_as_told_are_told(tmp_path, data, capsys):
    asked = ["--data", str(data)]
    assert main(["models", "train", "article", *asked, "--out", str(tmp_path / "made")]) == 0
    place = tmp_path / "made/model.json"
    facts = json.loads(place.read_text("utf-8"))
    facts["epochs"][1]["accuracy"] = 0.99
    place.write_text(json.dumps(facts), "utf-8")
    assert main(["models", "evaluate", "article", *asked, "--weights", str(tmp_path / "made")]) == 1
    said = capsys.readouterr()
    assert "and 99.00%" in said.out
    assert "1 of 2 checkpoints are not as model.json says" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["train", "cow", "--data", "{data}", "--out", "{folder}"],
            'There is no network "cow"; those that ship are cifar10',
        ),
        (["train", "digits", "--data", "{data}", "--out", "{folder}"], "has no src/digits/0.json"),
        (["train", "article", "--data", "{folder}", "--out", "{folder}"], "is not a file; give the tar"),
        (["evaluate", "article", "--data", "{data}", "--weights", "{folder}"], "give the folder that"),
        (["evaluate", "article", "--data", "{data}"], "holds another network than article"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(tmp_path, data, capsys, arguments, words):
    given = [each.format(data=data, folder=tmp_path) for each in arguments]
    assert main(["models", *given]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


def test_put_down_with_ctrl_c_it_says_how_to_go_on(tmp_path, data, capsys, monkeypatch):
    def one_epoch(self):
        yield self._over(0)
        raise KeyboardInterrupt

    asked = ["models", "train", "article", "--data", str(data), "--out", str(tmp_path / "made")]
    with monkeypatch.context() as patch:
        patch.setattr(Making, "__iter__", one_epoch)
        assert main(asked) == 1
    assert "the same command goes on" in capsys.readouterr().err
    assert main(asked) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Going on after epoch 0 of 2."


def test_all_that_ship_are_listed(capsys):
    assert main(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == {*networks.PLANS, "squeezenet"}
