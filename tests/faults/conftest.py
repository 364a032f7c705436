"""The same stores as the gateway's own tests."""

from tests.services.gateway.conftest import own_store, tiny_store

__all__ = ["own_store", "tiny_store"]
