"""One Prometheus over gateways with traffic, for the tests of its rules and for those of the dashboard."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from jobs.registry import Registry
from tests.deploy.prometheus.running import RunningPrometheus, running_prometheus
from tests.deploy.serving_page import serving_page
from tests.deploy.traffic import BUFFERED_BYTES, traffic
from tests.services.gateway.running import running_gateway
from tests.serving_standin.running import free_port


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPrometheus]:
    """One gateway answers; one has lost TensorFlow Serving and so loads no version; one is not there at all."""
    # Imported here, so that tests which do not ask for it start without TensorFlow.
    from tests.services.gateway.tiny import publish_tiny

    folder = tmp_path_factory.mktemp("watched")
    store = Registry(folder / "store")
    publish_tiny(store)
    publish_tiny(store, score_scale=0.5)
    with ExitStack() as stack:
        answering = stack.enter_context(
            running_gateway(store.root, folder, max_buffered_bytes=BUFFERED_BYTES)
        )
        lost = stack.enter_context(
            running_gateway(
                store.root,
                folder,
                wait_ready=False,
                engine="tfserving",
                tfserving_target=f"127.0.0.1:{free_port()}",
            )
        )
        serving = stack.enter_context(serving_page())
        stack.enter_context(traffic(answering.url))
        gateways = [f"127.0.0.1:{port}" for port in (answering.ports[0], lost.ports[0], free_port())]
        yield stack.enter_context(running_prometheus(folder, {"gateway": gateways, "serving": [serving]}))
