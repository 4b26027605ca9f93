"""What is said of the fields of a model is found when it is asked for."""

from pydantic import Field

from app.documented import Documented, help_of


class Window(Documented):
    """A window."""

    rows: int
    """How high it is,
    in cells.
    """
    columns: int
    stride: int = Field(1, description="In cells.")
    """Not this."""


class Wide(Window):
    """A window of another width."""

    columns: int
    """How wide it is."""


def test_a_field_is_described_by_the_text_below_it_here_or_where_it_comes_from():
    said = {name: field.get("description") for name, field in Wide.model_json_schema()["properties"].items()}
    assert said == {"rows": "How high it is,\nin cells.", "columns": "How wide it is.", "stride": "In cells."}
    assert help_of(Wide, "rows") == "How high it is,\nin cells."


def test_a_field_without_a_text_is_not_described():
    assert help_of(Window, "columns") == ""
    assert "description" not in Window.model_json_schema()["properties"]["columns"]
