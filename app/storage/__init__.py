"""The store: bytes under a kind and a key, each with an expiry; one port, and a sibling for a folder and for memory.

open_store(settings) ─► FolderStore in DATA_DIR, or MemoryStore where that cannot be written
"""

import hashlib
import logging
import secrets

from app.settings import Settings
from app.storage.expiry import ExpiryCache
from app.storage.folder import FolderStore
from app.storage.key import secret_key
from app.storage.memory import MemoryStore
from app.storage.port import Store
from app.storage.recall import Recall

__all__ = ["ExpiryCache", "FolderStore", "MemoryStore", "Recall", "Store", "open_store", "secret_key"]

log = logging.getLogger(__name__)


def open_store(settings: Settings) -> tuple[Store, bytes]:
    """Return the store and the 32-byte key of ids and tokens; without a folder to write to, both live in memory."""
    given = hashlib.sha256(settings.secret_key.encode()).digest() if settings.secret_key else None
    try:
        store = FolderStore(settings.data_dir / "store")
        key = given or secret_key(settings.data_dir)
    except OSError as error:
        log.warning(
            "The folder %s cannot be written (%s): uploads and links live in memory and end with this process. "
            "Set CONVSCOPE_DATA_DIR to a folder that can be written.",
            settings.data_dir,
            error.strerror or error,
        )
        return MemoryStore(), given or secrets.token_bytes(32)
    log.info("Uploads and links are kept in %s.", settings.data_dir)
    return store, key
