"""Grafana's configuration; `python -m deploy.grafana.dashboard` writes the dashboard's JSON."""
