"""What `pipx install .` gives: a wheel with everything in it, which serves the page far from the clone."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.serving import fetch, serving

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}  # nothing of this environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("convscope-*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment: the wheel itself, and what it needs from the environment of the tests."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    pip("--python", programs / "python", "install", "--no-deps", "--no-index", wheel)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "needs.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def pip(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)


def test_templates_static_files_and_models_travel_in_the_wheel(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("convscope-")}
    for folder in ("templates", "static"):
        here = {f"app/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert here, f"{folder}/ is empty"
        assert here <= packed
    kept = {path for path in (ROOT / "app").rglob("*.*") if path.suffix in {".json", ".npz", ".safetensors", ".yaml"}}
    assert len(kept) > 6, "models and digits are gone"
    assert {path.relative_to(ROOT).as_posix() for path in kept} <= packed
    assert all(name.startswith("app/") for name in packed), "the wheel would litter site-packages"


def test_the_installed_program_serves_the_page_and_its_files(programs: Path, tmp_path: Path) -> None:
    env = ELSEWHERE | {"HOME": str(tmp_path), "CONVSCOPE_DATA_DIR": str(tmp_path / "data")}
    found = subprocess.run(
        [programs / "python", "-c", "import app; print(app.__file__)"],
        cwd=tmp_path, env=env, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert Path(found.stdout.strip()).is_relative_to(programs.parent), "the clone was imported, not the wheel"

    command = [programs / "convscope", "serve", "--port", "0"]
    with serving(command, log=tmp_path / "log", env=env, cwd=tmp_path) as address:
        status, kind, page = fetch(address + "/")
        assert (status, kind.split(";")[0]) == (200, "text/html")
        assert b"</html>" in page
        status, _, script = fetch(address + "/static/vendor/htmx.min.js")
        assert status == 200
        assert script == (ROOT / "static/vendor/htmx.min.js").read_bytes()
        port = address.rsplit(":", 1)[1]
        asked = [programs / "convscope", "health"]
        subprocess.run(asked, cwd=tmp_path, env=env | {"CONVSCOPE_PORT": port}, check=True, timeout=60)

    gone = subprocess.run(asked, cwd=tmp_path, env=env | {"CONVSCOPE_PORT": port}, capture_output=True, timeout=60)
    assert gone.returncode == 1


def test_a_port_in_use_is_said_in_a_sentence(programs: Path, tmp_path: Path) -> None:
    env = ELSEWHERE | {"HOME": str(tmp_path), "CONVSCOPE_DATA_DIR": str(tmp_path / "data")}
    with serving([programs / "convscope", "serve", "--port", "0"], log=tmp_path / "log", env=env) as address:
        port = address.rsplit(":", 1)[1]
        second = [programs / "convscope", "serve", "--port", port]
        refused = subprocess.run(second, env=env, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1
    assert port in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr
