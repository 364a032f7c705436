"""The few kinds of panels that the rows are made of, so that they all look and behave alike."""

from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.builders.heatmap import HeatmapColorOptions, YAxisConfig
from grafana_foundation_sdk.builders.heatmap import Panel as HeatmapPanel
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as StatPanel
from grafana_foundation_sdk.builders.table import Panel as TablePanel
from grafana_foundation_sdk.builders.timeseries import Panel as GraphPanel
from grafana_foundation_sdk.models.common import (
    AxisPlacement,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
DETECT = 'route=~"/detect|/detector.v1.DetectorService/Detect(Stream)?"'
FAILED = "internal|model_unavailable|deadline_exceeded|overloaded"

TILE_WIDTH, TILE_HEIGHT, GRAPH_HEIGHT = 3, 4, 8

Steps = Sequence[tuple[float | None, str]]
"""From which value on which colour; the first starts at None, below everything."""

NEUTRAL: Steps = ((None, "blue"),)


def query(expr: str, legend: str = "", *, instant: bool = False) -> Dataquery:
    """A query over the time shown, or at its end if `instant`; `legend` may hold {{label}}."""
    built = Dataquery().expr(expr).datasource(DATASOURCE).legend_format(legend)
    return built.instant() if instant else built.range()


def thresholds(steps: Steps) -> ThresholdsConfig:
    """Absolute thresholds."""
    return (
        ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(value=value, color=color) for value, color in steps])
    )


def tile(title: str, description: str, asked: Dataquery, *, unit: str, steps: Steps) -> StatPanel:
    """One number at the top, coloured by what it means, over its own small curve."""
    return (
        StatPanel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(asked.ref_id("A"))
        .span(TILE_WIDTH)
        .height(TILE_HEIGHT)
        .unit(unit)
        .thresholds(thresholds(steps))
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .color_mode(BigValueColorMode.BACKGROUND)
        .graph_mode(BigValueGraphMode.AREA)
        .text_mode(BigValueTextMode.VALUE)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    )


def name_tile(title: str, description: str, asked: Dataquery, *, none: str) -> StatPanel:
    """A tile that shows the legend of its series, such as a version's number; `none` when there is none."""
    return (
        tile(title, description, asked, unit="none", steps=NEUTRAL)
        .graph_mode(BigValueGraphMode.NONE)
        .text_mode(BigValueTextMode.NAME)
        .no_value(none)
    )


def graph(
    title: str, description: str, *asked: Dataquery, unit: str, width: int = 8, stacked: bool = False
) -> GraphPanel:
    """Curves over time from zero up; `stacked` where they add up to a whole."""
    panel = (
        GraphPanel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .span(width)
        .height(GRAPH_HEIGHT)
        .unit(unit)
        .min(0)
        .line_width(1)
        .fill_opacity(30 if stacked else 5)
        .show_points(VisibilityMode.NEVER)
        .axis_placement(AxisPlacement.AUTO)
        .legend(
            VizLegendOptions()
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["lastNotNull", "max"])
        )
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
    )
    for ref_id, one in zip("ABCDEF", asked, strict=False):
        panel.with_target(one.ref_id(ref_id))
    if stacked:
        panel.stacking(StackingConfig().mode(StackingMode.NORMAL).group("A"))
    return panel


def with_lines(panel: GraphPanel, steps: Steps) -> GraphPanel:
    """Draw the thresholds into a graph as dashed lines."""
    return panel.thresholds(thresholds(steps)).thresholds_style(
        GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
    )


def fixed_color(panel: GraphPanel, series: str, color: str) -> GraphPanel:
    """The same colour for a series whatever else is shown."""
    value = {"mode": "fixed", "fixedColor": color}
    return panel.override_by_name(series, [DynamicConfigValue(id_val="color", value=value)])


def heatmap(title: str, description: str, expr: str, *, unit: str, width: int = 8) -> HeatmapPanel:
    """How values are spread, over time; `expr` gives a histogram's buckets by `le`."""
    asked = query(expr, "{{le}}").format(PromQueryFormat.HEATMAP).ref_id("A")
    return (
        HeatmapPanel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(asked)
        .span(width)
        .height(GRAPH_HEIGHT)
        .calculate(False)
        .y_axis(YAxisConfig().unit(unit).axis_placement(AxisPlacement.LEFT))
        .color(HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues").steps(64).exponent(0.5))
    )


def table(title: str, description: str, expr: str, *, hidden: Sequence[str], width: int = 8) -> TablePanel:
    """A row a series, a column a label, without the columns `hidden`."""
    hide: list[Any] = [DynamicConfigValue(id_val="custom.hidden", value=True)]
    panel = (
        TablePanel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query(expr, instant=True).format(PromQueryFormat.TABLE).ref_id("A"))
        .span(width)
        .height(GRAPH_HEIGHT)
    )
    for column in hidden:
        panel.override_by_name(column, hide)
    return panel
