"""Every setting, read from environment variables CONVSCOPE_…: plain integers in bytes, pixels, seconds."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.machine import memory


class Settings(BaseSettings):
    """Limits and addresses; the defaults suit a teacher's laptop."""

    model_config = SettingsConfigDict(env_prefix="CONVSCOPE_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field("", description="Address under which visitors reach the server, where it differs.")
    allowed_hosts: str = Field(
        "", description="Host names answered, by commas; empty: host, public_url and localhost; *: any."
    )
    allowed_origins: str = Field("", description="Other origins whose pages may change state here, by commas.")
    frame_ancestors: str = Field("", description="Origins whose pages may frame /embed, by spaces.")
    data_dir: Path = Field(
        Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "convscope",
        description="Folder for uploads, documents and the key.",
    )
    secret_key: str = Field("", description="Key of ids and tokens; empty: made once and kept in data_dir.")
    upload_max_bytes: int = Field(20_000_000, gt=0, description="Largest request body, bytes.")
    model_max_bytes: int = Field(100_000_000, gt=0, description="Largest file of a network of one's own, bytes.")
    image_max_pixels: int = Field(25_000_000, gt=0, description="Largest picture that is decoded, pixels.")
    working_max_pixels: int = Field(4_000_000, gt=0, description="Largest input of a run, pixels.")
    run_max_multiplications: int = Field(20_000_000_000, gt=0, description="Largest cost of a run.")
    run_max_bytes: int = Field(512_000_000, gt=0, description="Largest input and outputs of a run together, bytes.")
    compute_slots: int = Field(os.cpu_count() or 1, gt=0, description="Runs computed at the same time.")
    waiting_room: int = Field(32, ge=0, description="Runs that may wait for a slot; beyond: 429.")
    memory_max_bytes: int = Field(
        default_factory=lambda: memory() // 2,
        gt=0,
        description="Memory for results, work in progress, pictures, pages and answers together, bytes; half of the "
        "machine's, or of the container's limit.",
    )
    upload_ttl: int = Field(86_400, gt=0, description="Life of an upload and of a stored document, seconds.")
    lesson_ttl: int = Field(
        31_536_000, gt=0, description="Life of a short link, and of what its maker keeps with it, since it was opened."
    )
    links_max_bytes: int = Field(
        4_000_000_000,
        gt=0,
        description="Pictures and documents that short links keep, together, and as many that lessons keep, bytes; "
        "beyond: 503.",
    )
    trainings: int = Field(2, ge=0, description="Trainings that run at the same time; others wait.")
    training_max_seconds: int = Field(600, gt=0, description="Longest computing of one training, seconds.")
    training_ttl: int = Field(
        86_400, gt=0, description="Life of a training and of what it has learned, since it last went on, seconds."
    )
    room_ttl: int = Field(
        14_400, gt=0, description="Life of a room since its teacher last did something or a phone was there, seconds."
    )
    log_level: str = Field("info", description="Log level: debug, info, warning or error.")
