"""Figures to draw: the two classes of the built-in dataset, and what must not be taken for them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

Point = tuple[float, float]
Colour = tuple[int, int, int]

_MOST_CORNERS = 4
"""A figure with more points is a circle: it has no corners to round."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An outline in pixels of the supersampled canvas, a class if it is an object, and how to draw it."""

    points: tuple[Point, ...]
    class_id: int | None
    closed: bool = True

    def extent(self, stroke: float) -> tuple[float, float, float, float]:
        """`(xmin, ymin, xmax, ymax)` of what is drawn: the stroke is centred on the outline."""
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        return min(xs) - stroke / 2, min(ys) - stroke / 2, max(xs) + stroke / 2, max(ys) + stroke / 2


Maker = Callable[[np.random.Generator, float, Point], Figure]
"""Makes a figure at most so large (in pixels) around a centre `(x, y)`."""


def rectangle(random: np.random.Generator, side: float, centre: Point) -> Figure:
    half_width = side / 2
    half_height = half_width * float(random.uniform(0.4, 1.0))
    if random.random() < 0.5:
        half_width, half_height = half_height, half_width
    x, y = centre
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return Figure(tuple((x + sx * half_width, y + sy * half_height) for sx, sy in corners), 0)


def triangle(random: np.random.Generator, side: float, centre: Point) -> Figure:
    """Corners on a circle, at least 60 degrees apart, so that none degenerates to a line."""
    start = float(random.uniform(0, 2 * math.pi))
    gaps = 60 + 180 * random.dirichlet((2.0, 2.0, 2.0))
    angles = start + np.radians(np.cumsum(gaps))
    x, y = centre
    return Figure(tuple((x + side / 2 * math.cos(a), y + side / 2 * math.sin(a)) for a in angles), 1)


def circle(random: np.random.Generator, side: float, centre: Point) -> Figure:
    squash = float(random.uniform(0.6, 1.0))
    x, y = centre
    angles = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    return Figure(
        tuple((x + side / 2 * math.cos(a), y + squash * side / 2 * math.sin(a)) for a in angles), None
    )


def line(random: np.random.Generator, side: float, centre: Point) -> Figure:
    angle = float(random.uniform(0, math.pi))
    dx, dy = side / 2 * math.cos(angle), side / 2 * math.sin(angle)
    x, y = centre
    return Figure(((x - dx, y - dy), (x + dx, y + dy)), None, closed=False)


OBJECTS: tuple[Maker, ...] = (rectangle, triangle)
DISTRACTORS: tuple[Maker, ...] = (circle, line)


def paint(
    random: np.random.Generator, draw: ImageDraw.ImageDraw, figure: Figure, stroke: float, colour: Colour
) -> None:
    """The outline with round corners, which keep it inside the figure's extent; filled half of the time."""
    points = list(figure.points)
    filled = figure.closed and random.random() < 0.5
    if filled:
        draw.polygon(points, fill=colour)
    path = [*points, points[0]] if figure.closed else points
    draw.line(path, fill=colour, width=round(stroke), joint="curve")
    radius = stroke / 2
    if len(points) > _MOST_CORNERS:
        return
    for x, y in points:
        draw.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=colour)
