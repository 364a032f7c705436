"""The store of versions: where they lie, how they become visible, which channel points to which."""

from detector.store.channels import CHANNEL_NAMES, ChannelName, Channels
from detector.store.handover import Handover, Move
from detector.store.history import LoggedMove, read_history
from detector.store.locks import locked
from detector.store.serving_config import ServedModel, serving_config
from detector.store.store import MANIFEST, StagedVersion, Store

__all__ = [
    "CHANNEL_NAMES",
    "MANIFEST",
    "ChannelName",
    "Channels",
    "Handover",
    "LoggedMove",
    "Move",
    "ServedModel",
    "StagedVersion",
    "Store",
    "locked",
    "read_history",
    "serving_config",
]
