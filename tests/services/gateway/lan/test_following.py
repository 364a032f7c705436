"""A running gateway notices that its machine has moved."""

import asyncio
from pathlib import Path

from services.gateway.lan.following import follow
from tests.services.gateway.lan.connecting import shown_hosts
from tests.services.gateway.lan.examples import HOME, OFFICE, Machine, open_lan

EVERY_S = 0.01


def test_it_tells_once_for_each_move(tmp_path: Path) -> None:
    machine = Machine(HOME)
    lan = open_lan(tmp_path, machine)
    told: asyncio.Queue[str] = asyncio.Queue()

    async def scene() -> None:
        following = asyncio.create_task(
            follow(lan, moved=lambda: told.put_nowait(str(lan.hosts[0])), every_s=EVERY_S)
        )
        for address in (OFFICE, HOME):
            machine.addresses = (address,)
            assert await asyncio.wait_for(told.get(), 10) == str(address)
            assert address in shown_hosts(lan)
        following.cancel()

    asyncio.run(scene())
    assert told.empty()


def test_a_disk_that_refuses_the_new_certificate_does_not_end_it(tmp_path: Path) -> None:
    machine = Machine(HOME)
    folder = tmp_path / "lan"
    lan = open_lan(folder, machine)
    moved = asyncio.Event()

    async def scene() -> None:
        # A file where the folder was: not writable even for root.
        folder.rename(tmp_path / "away")
        folder.write_text("")
        machine.addresses = (OFFICE,)
        following = asyncio.create_task(follow(lan, moved=moved.set, every_s=EVERY_S))
        looks_before = machine.looks
        while machine.looks < looks_before + 3:
            await asyncio.sleep(EVERY_S)
        assert not following.done()
        assert HOME in shown_hosts(lan)
        folder.unlink()
        (tmp_path / "away").rename(folder)
        await asyncio.wait_for(moved.wait(), 10)
        assert OFFICE in shown_hosts(lan)
        following.cancel()

    asyncio.run(scene())
