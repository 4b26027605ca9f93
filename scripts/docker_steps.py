#!/usr/bin/env python3
"""Carries out the Dockerfile without Docker: its COPY, RUN, ENV and CMD lines, in a scratch folder instead of /.

Absolute paths of the image are moved under the scratch folder, commands see the Dockerfile's environment and nothing
else, the second stage keeps only what it copies, and (as root) the server runs under the Dockerfile's USER. Then the
page, a static file and the health check are asked for. Run from the clone: python -m scripts.docker_steps
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.serving import fetch, serving

ROOT = Path(__file__).resolve().parent.parent
PASSED_ON = ("PIP_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY")  # how this machine reaches its package index


class Image:
    """What an image would be: a folder, an environment, a working directory, a user, commands."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.machine = {name: value for name, value in os.environ.items() if name.upper().startswith(PASSED_ON)}
        self.stages: list[str] = []
        self.kept: set[str] = set()
        self.start("")

    def start(self, image: str) -> None:
        """Begin a stage, with an environment of its own."""
        self.stages.append(image)
        self.env = {"PATH": f"{self.top / 'usr'}:/usr/bin:/bin", "HOME": str(self.top / "home")}
        self.cwd, self.user, self.command, self.check = self.top, None, [], []

    def here(self, text: str) -> str:
        """Move the image's absolute paths into the folder."""
        return re.sub(r"(?<![\w./}])/(build|tools|venv|wheels|data)\b", rf"{self.top}/\1", text)

    def carry_out(self, word: str, rest: str) -> None:
        """Carry out one instruction."""
        match word:
            case "FROM":
                self.start(rest)
            case "ENV":
                for pair in shlex.split(rest):
                    name, value = pair.split("=", 1)
                    self.env[name] = self.here(value).replace("$PATH", self.env["PATH"])
            case "WORKDIR":
                self.cwd = Path(self.here(rest))
                self.cwd.mkdir(parents=True, exist_ok=True)
            case "COPY" if "--from=build" in rest:
                source, target = [part for part in rest.split() if not part.startswith("--")]
                assert source == target, "an environment cannot be moved"
                self.kept.add(source.strip("/"))
                if "--chown=" in rest and os.getuid() == 0:
                    owner = rest.split("--chown=")[1].split()[0].replace(":", " ").split()
                    os.chown(self.here(source), *map(int, owner))
            case "COPY":
                *sources, target = rest.split()
                folder = self.cwd / self.here(target)
                for source in sources:
                    if (ROOT / source).is_dir():
                        shutil.copytree(ROOT / source, folder, ignore=shutil.ignore_patterns("__pycache__"))
                    else:
                        folder.mkdir(parents=True, exist_ok=True)
                        shutil.copy(ROOT / source, folder)
            case "RUN":
                subprocess.run(self.here(rest), shell=True, cwd=self.cwd, env=self.machine | self.env, check=True)  # noqa: S602
            case "USER":
                self.user = [int(part) for part in rest.split(":")]
            case "CMD":
                self.command = json.loads(rest)
            case "HEALTHCHECK":
                self.check = json.loads(rest.split("CMD", 1)[1])
            case "LABEL" | "EXPOSE" | "VOLUME":
                pass
            case _:
                raise AssertionError(f"the Dockerfile says {word}, which {Path(__file__).name} cannot do yet")

    def seal(self) -> None:
        """Leave in the folder what the last stage copied, written by nobody but for /data."""
        for path in self.top.iterdir():
            if path.name not in self.kept | {"usr"}:
                shutil.rmtree(path)
        subprocess.run(["chmod", "-R", "a-w,a+rX", self.top / "venv"], check=True)

    def identity(self) -> dict[str, object]:
        """Return how to become the image's user, where that is possible and the user can reach this Python."""
        if os.getuid() != 0 or self.user is None:
            return {}
        become: dict[str, object] = {"user": self.user[0], "group": self.user[1], "extra_groups": []}
        try:
            subprocess.run([self.top / "venv/bin/python", "-c", ""], check=True, stderr=subprocess.DEVNULL, **become)  # type: ignore[call-overload]
        except (OSError, subprocess.CalledProcessError):
            print(f"(user {self.user[0]} cannot reach {sys.executable}; the server runs as root here)")
            return {}
        return become


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, continued lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1].strip()) for line in joined.splitlines()]


def main() -> int:
    """Build, serve, ask."""
    with tempfile.TemporaryDirectory(prefix="convscope-image-") as scratch:
        top = Path(scratch).resolve()
        top.chmod(0o755)
        (top / "usr").mkdir()
        (top / "usr" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (top / "usr" / "python").chmod(0o755)
        image = Image(top)
        for word, rest in instructions((ROOT / "Dockerfile").read_text("utf-8")):
            print(f"{word} {rest}", flush=True)
            image.carry_out(word, rest)
        assert len(image.stages) == 3, "two stages and the empty one before them"
        image.seal()
        log, become = top / "server.log", image.identity()
        program = shutil.which(image.command[0], path=image.env["PATH"])
        assert program, f"{image.command[0]} is not in the image"
        with serving(
            [program, *image.command[1:]], log=log, env=image.env | {"CONVSCOPE_PORT": "0"}, cwd=image.cwd, **become
        ) as address:
            port = address.rsplit(":", 1)[1]
            health = [program, *image.check[1:]]
            subprocess.run(health, env=image.env | {"CONVSCOPE_PORT": port}, cwd=image.cwd, check=True, timeout=5)
            status, kind, page = fetch(address + "/")
            assert (status, kind.split(";")[0], b"</html>" in page) == (200, "text/html", True), page[:500]
            status, _, script = fetch(address + "/static/vendor/htmx.min.js")
            assert (status, script) == (200, (ROOT / "static/vendor/htmx.min.js").read_bytes())
        print("\nThe Dockerfile's steps give a server that answers, and leaves when asked to.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
