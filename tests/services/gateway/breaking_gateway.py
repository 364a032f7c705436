"""A gateway whose engine breaks on black photos: python -m tests.services.gateway.breaking_gateway."""

from detector.images import Pixels
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference
from services.gateway.server import serve
from services.gateway.settings import read_settings
from tests.services.gateway.test_core import FakeEngine

FAULT = "a text that is for the log alone"


class BreakingEngine(FakeEngine):
    """Finds nothing in other photos."""

    name = "breaking"

    def run(self, pixels: Pixels, *, channel: str | None, deadline: Deadline) -> Inference:
        if not pixels.any():
            raise ZeroDivisionError(FAULT)
        return super().run(pixels, channel=channel, deadline=deadline)


if __name__ == "__main__":
    serve(read_settings(), engine=BreakingEngine())
