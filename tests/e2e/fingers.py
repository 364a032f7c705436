"""Fingers on a phone's screen: real touch events, of one finger or two, where the page shows a photo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from playwright.sync_api import CDPSession, Page

Point = tuple[float, float]
STEPS = 6


@dataclass(frozen=True, slots=True)
class Fingers:
    """On the photo that is being labelled; points are 0..1 of the photo, across and down."""

    page: Page
    session: CDPSession

    @classmethod
    def on(cls, page: Page) -> Self:
        return cls(page, page.context.new_cdp_session(page))

    def tap(self, at: Point) -> None:
        """Touch the photo at one place."""
        self._touch("touchStart", [self._on_screen(at)])
        self._touch("touchEnd", [])

    def drag(self, start: Point, end: Point) -> None:
        """One finger from one place to another."""
        self._glide([self._on_screen(start)], [self._on_screen(end)])

    def pinch(self, starts: Sequence[Point], ends: Sequence[Point]) -> None:
        """Two fingers from their places to others; the photo moves under them."""
        self._glide([self._on_screen(at) for at in starts], [self._on_screen(at) for at in ends])

    def _on_screen(self, at: Point) -> Point:
        box = self.page.locator(".stage-photo").bounding_box()
        assert box is not None
        return box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]

    def _glide(self, starts: Sequence[Point], ends: Sequence[Point]) -> None:
        for count in range(1, len(starts) + 1):
            self._touch("touchStart", starts[:count])
        for step in range(1, STEPS + 1):
            part = step / STEPS
            places = [
                (x + (to_x - x) * part, y + (to_y - y) * part)
                for (x, y), (to_x, to_y) in zip(starts, ends, strict=True)
            ]
            self._touch("touchMove", places)
        self._touch("touchEnd", [])

    def _touch(self, kind: str, places: Sequence[Point]) -> None:
        points: list[dict[str, Any]] = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
