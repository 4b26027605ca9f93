"""Settings: what the environment says is checked when the server starts."""

import pytest
from pydantic import ValidationError

from app.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "70000"), ("PORT", "-1"), ("PORT", "http"), ("COMPUTE_SLOTS", "0"), ("WAITING_ROOM", "-1"),
     ("UPLOAD_MAX_BYTES", "20 MB"), ("UPLOAD_TTL", "0"), ("TRAININGS", "-1"), ("TRAINING_MAX_SECONDS", "0")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused(settings, monkeypatch, name, value):
    monkeypatch.setenv(f"CONVSCOPE_{name}", value)
    with pytest.raises(ValidationError) as told:
        Settings()
    assert told.value.errors()[0]["loc"] == (name.lower(),)


def test_settings_come_from_the_environment(settings, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_PORT", "8123")
    monkeypatch.setenv("CONVSCOPE_WAITING_ROOM", "0")
    assert (Settings().port, Settings().waiting_room) == (8123, 0)


def test_every_setting_says_what_it_is():
    for name, field in Settings.model_fields.items():
        assert field.description, name
