"""Line charts as plain geometry; the template turns them into SVG.

Coordinates are in units of the SVG's view box, y growing downwards, so that the template only prints numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, isfinite, log10

WIDTH, HEIGHT = 560.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 16.0, 26.0, 40.0
TICKS = 5
DECADES = 6
SMALLEST_SPAN = 1e-300
"""What is closer together than this is equal, as far as floating point can divide it into ticks."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its points as data, `mark` one of them that stands out."""

    name: str
    points: tuple[tuple[float, float], ...]
    mark: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis in data units; `title` names what is measured. `log` needs a low above 0."""

    title: str
    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def fraction(self, value: float) -> float:
        """Where the value lies between the ends, 0..1; beyond them it is drawn at the end."""
        if self.log:
            fraction = (log10(max(value, self.low)) - log10(self.low)) / (log10(self.high) - log10(self.low))
        else:
            fraction = (value - self.low) / (self.high - self.low)
        return min(max(fraction, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid at `position`, with its label."""

    position: float
    label: str


@dataclass(frozen=True, slots=True)
class DrawnSeries:
    """A line ready to be drawn: SVG points, and dots where a line alone would not show."""

    name: str
    style: int
    points: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart. `description` says in words what it shows, for those who do not see it; `mark_meaning` what the
    dot on a line means, for those who do."""

    title: str
    description: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    series: tuple[DrawnSeries, ...]
    dividers: tuple[Tick, ...] = ()
    mark_meaning: str = ""
    width: float = field(default=WIDTH)
    height: float = field(default=HEIGHT)
    left: float = field(default=LEFT)
    top: float = field(default=TOP)
    right: float = field(default=WIDTH - RIGHT)
    bottom: float = field(default=HEIGHT - BOTTOM)


def draw_chart(
    *,
    title: str,
    description: str,
    x: Axis,
    y: Axis,
    series: Sequence[Series],
    dividers: Sequence[tuple[float, str]] = (),
    mark_meaning: str = "",
) -> Chart:
    """Place everything; `dividers` are vertical lines at an x value, with a caption."""
    return Chart(
        title=title,
        description=description,
        x_title=x.title,
        y_title=y.title,
        x_ticks=tuple(Tick(_x(x, value), number(value)) for value in x.ticks),
        y_ticks=tuple(Tick(_y(y, value), number(value)) for value in y.ticks),
        series=tuple(_draw_series(one, index, x, y) for index, one in enumerate(series)),
        dividers=tuple(Tick(_x(x, value), caption) for value, caption in dividers),
        mark_meaning=mark_meaning,
    )


def _draw_series(series: Series, style: int, x: Axis, y: Axis) -> DrawnSeries:
    placed = [(_x(x, a), _y(y, b)) for a, b in series.points if isfinite(a) and isfinite(b)]
    lone = placed if len(placed) == 1 else []
    mark = [(_x(x, series.mark[0]), _y(y, series.mark[1]))] if series.mark else []
    return DrawnSeries(series.name, style, " ".join(f"{a:g},{b:g}" for a, b in placed), (*lone, *mark))


def _x(axis: Axis, value: float) -> float:
    return round(LEFT + axis.fraction(value) * (WIDTH - LEFT - RIGHT), 1)


def _y(axis: Axis, value: float) -> float:
    return round(HEIGHT - BOTTOM - axis.fraction(value) * (HEIGHT - TOP - BOTTOM), 1)


def fraction_axis(title: str) -> Axis:
    """An axis from 0 to 1."""
    return Axis(title, 0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))


def count_axis(title: str, count: int) -> Axis:
    """An axis over the numbers 1 to `count`, with ticks at whole numbers."""
    step = max(1, round(_nice_step(count)))
    ticks = (1.0, *(float(value) for value in range(step, count + 1, step) if value > 1))
    return Axis(title, 1.0 if count > 1 else 0.0, float(max(count, 2)), ticks)


def value_axis(title: str, values: Sequence[float]) -> Axis:
    """An axis for these values: from 0, or in powers of ten where they span more than 30-fold.

    It holds all that are finite, but for those more than DECADES below the highest.
    """
    finite = [value for value in values if isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    if low > 0 and high / low > 30:
        return _log_axis(title, max(low, high / 10.0**DECADES), high)
    bottom = min(low, 0.0)
    span = high - bottom
    step = _nice_step(span if span > SMALLEST_SPAN else 1.0)
    first, last = floor(bottom / step), max(ceil(high / step), floor(bottom / step) + 1)
    return Axis(title, first * step, last * step, tuple(step * index for index in range(first, last + 1)))


def _log_axis(title: str, low: float, high: float) -> Axis:
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = tuple(10.0**power for power in powers)
    return Axis(title, ticks[0], ticks[-1], ticks, log=True)


def _nice_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, such that about TICKS of them make up the span."""
    rough = span / TICKS
    power = 10.0 ** floor(log10(rough))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9)))


def number(value: float) -> str:
    """A tick's label without needless digits."""
    return f"{value:.6g}"
