"""Write dashboards/detector.json."""

from deploy.grafana.dashboard.whole import TARGET, dashboard_json

TARGET.write_text(dashboard_json(), "utf-8")
