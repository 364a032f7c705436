"""The store of versions: where they lie, how they become visible, which channel points to which."""

from detector.store.channels import CHANNEL_NAMES, ChannelName, Channels, current_actor
from detector.store.locks import locked
from detector.store.store import MANIFEST, Store
from detector.store.transaction import Transaction

__all__ = [
    "CHANNEL_NAMES",
    "MANIFEST",
    "ChannelName",
    "Channels",
    "Store",
    "Transaction",
    "current_actor",
    "locked",
]
