"""The built-in lesson: its chapters, read from files in the format that teachers write too."""

from collections.abc import Mapping
from pathlib import Path

from app.classroom.lesson import Lesson
from app.classroom.yaml_file import read_yaml

CHAPTERS = Path(__file__).parent / "chapters"
FILES: Mapping[str, Path] = {path.stem.partition("-")[2]: path for path in sorted(CHAPTERS.glob("*.yaml"))}
BOOK: Mapping[str, Lesson] = {slug: read_yaml(path.read_text("utf-8")) for slug, path in FILES.items()}
