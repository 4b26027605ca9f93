"""The gallery's table says what its files hold, and its files hold what they always held."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from app.paths import folder
from app.pictures import gallery

# Of the pixels: a gallery picture is part of every document that names it, and those give the same numbers for ever.
DIGESTS = {
    "astronaut": "a8c429c18afa7b0f",
    "brick": "664a145c5253f0d6",
    "camera": "5cb24482a53416f9",
    "chelsea": "416b729128bfb2c3",
    "coffee": "0ce2b51640b9c95f",
    "coins": "e080cc03805f1fa7",
    "hubble_deep_field": "61ce3460b380fa6d",
    "retina": "6f7e4cf1ce5e1916",
    "rocket": "9ba2b7e2ae536b8e",
    "edge": "3494849570a1572e",
    "checkerboard": "60ebf37a61a79acd",
    "gradient": "7daca2095d043826",
    "impulse": "6e17bdbf45348bdb",
    "circles": "00893943b1754a70",
    "noise": "43faf5646dc4a21c",
    "text": "583358ea95527d07",
    "landscape": "434986036380b0db",
}


@pytest.mark.parametrize("name", gallery.GALLERY)
def test_the_table_is_held_to_the_files(name: str) -> None:
    entry, picture = gallery.GALLERY[name], gallery.load(name)
    assert (entry.id, entry.width, entry.height) == (name, picture.width, picture.height)
    assert max(entry.width, entry.height) <= 1024
    assert entry.title
    assert entry.credit
    assert entry.licence in {"CC0 1.0", "Public domain", "No known copyright restrictions"}
    assert entry.facts() == {
        "id": name,
        "title": entry.title,
        "width": picture.width,
        "height": picture.height,
        "credit": entry.credit,
        "licence": entry.licence,
    }


@pytest.mark.parametrize("name", gallery.GALLERY)
def test_the_pixels_never_change(name: str) -> None:
    assert hashlib.sha256(gallery.load(name).pixels).hexdigest()[:16] == DIGESTS[name]


def test_nine_pictures_ship_and_stay_light() -> None:
    files = {file.name: file.stat().st_size for file in (folder("static") / "gallery").iterdir()}
    assert set(files) == {entry.file for entry in gallery.PHOTOGRAPHS.values()} | {"CREDITS.md"}
    assert len(gallery.PHOTOGRAPHS) == 9
    assert sum(files.values()) < 1_500_000


def test_every_picture_is_credited() -> None:
    credits_file = (folder("static") / "gallery" / "CREDITS.md").read_text("utf-8")
    lines = [line for line in credits_file.splitlines() if line.startswith("| `")]
    assert len(lines) == len(gallery.PHOTOGRAPHS)
    for line, entry in zip(lines, gallery.PHOTOGRAPHS.values(), strict=True):
        assert f"`{entry.file}`" in line
        assert entry.title in line
        assert entry.licence.lower() in line.lower()
        assert all(part in line for part in entry.credit.split(", "))


def test_the_files_carry_no_metadata() -> None:
    for entry in gallery.PHOTOGRAPHS.values():
        with Image.open(folder("static") / "gallery" / entry.file) as image:
            assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)


def test_the_files_are_found_in_a_clone_and_in_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.paths.APP", tmp_path / "app")
    (tmp_path / "static").mkdir()
    assert folder("static") == tmp_path / "static"
    (tmp_path / "app" / "static").mkdir(parents=True)
    assert folder("static") == tmp_path / "app" / "static"
