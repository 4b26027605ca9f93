"""Makers of clients take openapi.json: what they make passes mypy, and a program that is written with it works."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.main import create_app
from app.paths import folder
from app.settings import Settings
from tests.serving import serving

PROGRAMS = Path(sys.executable).parent
CALLING = Path(__file__).with_name("calling.py")
OTHER_KINDS = {  # which openapi-python-client reads as bytes or as text
    "image/png": "application/octet-stream", "application/zip": "application/octet-stream",
    "image/svg+xml": "text/plain", "application/yaml": "text/plain", "application/x-ndjson": "text/plain",
}  # fmt: skip


@pytest.fixture(scope="module")
def description(tmp_path_factory):
    where = tmp_path_factory.mktemp("described")
    file = where / "openapi.json"
    file.write_text(json.dumps(create_app(Settings(data_dir=where / "data")).openapi()))
    return file


def program(name, *arguments, cwd):
    """Run a program of this environment and return what it said; it must not fail."""
    path = os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])
    done = subprocess.run(
        [PROGRAMS / name, *map(str, arguments)], cwd=cwd, env={**os.environ, "PATH": path}, capture_output=True,
        text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_a_client_is_made_passes_mypy_and_computes(description, tmp_path):
    (tmp_path / "client.json").write_text(json.dumps({"content_type_overrides": OTHER_KINDS}))
    said = program("openapi-python-client", "generate", "--path", description, "--output-path", "convscope_client",
                   "--meta", "none", "--config", "client.json", cwd=tmp_path)  # fmt: skip
    told = [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]
    assert [line for line in told if "POST /api/v1/batch" not in line and "/lessons" not in line] == []
    shutil.copy(CALLING, tmp_path / "calling.py")
    # httpx says more exactly than the maker's own client.py does what leaving it takes
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\n[mypy-calling]\ndisallow_untyped_defs = True\n[mypy-convscope_client.client]\nignore_errors = True\n"
    )
    program("mypy", "--config-file", "mypy.ini", "calling.py", "convscope_client", cwd=tmp_path)
    environment = {
        **os.environ,
        "CONVSCOPE_DATA_DIR": str(tmp_path / "data"),
        "PYTHONPATH": str(folder("static").parent),
    }
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    with serving(command, log=tmp_path / "log", env=environment) as address:
        picture = folder("static") / "gallery" / "coins.png"
        subprocess.run([sys.executable, "calling.py", address, picture], cwd=tmp_path, check=True, timeout=60)


@pytest.mark.parametrize("kind", ["typing.TypedDict", "pydantic_v2.BaseModel"])
def test_models_are_made_that_pass_mypy(description, tmp_path, kind):
    program(
        "datamodel-codegen", "--input", description, "--input-file-type", "openapi", "--output", "models.py",
        "--output-model-type", kind, "--target-python-version", "3.11", "--use-annotated", "--use-type-alias",
        "--field-constraints", "--enum-field-as-literal", "all", "--formatters", "builtin", cwd=tmp_path,
    )  # fmt: skip
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = True\n")
    program("mypy", "--config-file", "mypy.ini", "models.py", cwd=tmp_path)
    made = (tmp_path / "models.py").read_text()
    for name in ("Run", "Layer", "Statistics", "Image", "Model", "Training", "Room", "Lesson", "Problem", "Conv2dStep"):
        assert f"class {name}(" in made
