"""A machine that moves from one network to the next, and a certificate that grows old, while the gateway runs."""

import asyncio
from collections.abc import Callable

import structlog

from detector.errors import InvalidRequestError
from services.gateway.lan.lan import Lan

log = structlog.get_logger("gateway.lan")

LOOK_EVERY_S = 5.0


async def follow(lan: Lan, *, moved: Callable[[], None], every_s: float = LOOK_EVERY_S) -> None:
    """Until cancelled, keep `lan` true to the machine's addresses; `moved` is called when they have changed."""
    while True:
        await asyncio.sleep(every_s)
        try:
            changed = await asyncio.to_thread(lan.refresh)
        except InvalidRequestError as error:
            # What phones were shown so far still holds where it held.
            log.error("certificate_not_renewed", reason=error.message)
            continue
        if changed:
            log.info("moved", hosts=list(map(str, lan.hosts)))
            moved()
