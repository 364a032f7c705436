"""The dashboard as code, one module a row, on Grafana's own typed builders."""

from deploy.grafana.dashboard.whole import TARGET, dashboard_json

__all__ = ["TARGET", "dashboard_json"]
