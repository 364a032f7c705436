"""Every alert can be understood, acted on and trusted; every rule reads metrics that there are."""

import subprocess

import pytest
import yaml

from tests.deploy.metrics import OF_PROMETHEUS, gateway_metrics
from tests.deploy.prometheus.rules import (
    PROMETHEUS_FOLDER,
    ROOT,
    Alert,
    Recording,
    alerts,
    recordings,
    rule_tests,
)
from tests.deploy.promql import metric_names

ALERTS = alerts()
RECORDINGS = recordings()


def test_names_of_alerts_are_unique() -> None:
    assert len({alert.name for alert in ALERTS}) == len(ALERTS) > 0


@pytest.mark.parametrize("alert", ALERTS, ids=str)
def test_an_alert_says_what_and_how_urgent(alert: Alert) -> None:
    assert set(alert.annotations) == {"summary", "description", "runbook_url"}
    assert alert.labels["severity"] in ("page", "ticket")


@pytest.mark.parametrize("alert", ALERTS, ids=str)
def test_an_alert_has_a_runbook_that_names_it(alert: Alert) -> None:
    page = ROOT / alert.annotations["runbook_url"]
    assert page.is_relative_to(ROOT / "docs" / "runbooks")
    text = page.read_text("utf-8")
    assert f"`{alert.name}`" in text
    for heading in ("## What it means", "## Look at", "## Do"):
        assert heading in text


@pytest.mark.parametrize("alert", ALERTS, ids=str)
def test_an_alert_is_seen_firing_and_not_firing(alert: Alert) -> None:
    cases = [case for case in rule_tests() if case["alertname"] == alert.name]
    assert any(case["exp_alerts"] for case in cases)
    assert any(not case["exp_alerts"] for case in cases)


@pytest.mark.parametrize("rule", [*ALERTS, *RECORDINGS], ids=lambda rule: rule.name)
def test_a_rule_reads_metrics_that_there_are(rule: Alert | Recording) -> None:
    there = gateway_metrics() | OF_PROMETHEUS | {recording.name for recording in RECORDINGS}
    assert metric_names(rule.expression) <= there


def test_a_command_of_releases_says_where_it_is_typed() -> None:
    """It is no command of the machine that somebody woken at night has logged in to."""
    for page in (ROOT / "docs" / "runbooks").glob("*.md"):
        if page.name == "availability-burn.md":  # the page that says it
            continue
        text = page.read_text("utf-8")
        assert "`detector release" not in text or "](availability-burn.md#do)" in text, page
        listed = text.replace("\n", " ").split("`detector release list`")[1:]
        assert all("](availability-burn.md#do)" in after[:60] for after in listed), page


def test_each_runbook_is_that_of_an_alert() -> None:
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert pages == {alert.annotations["runbook_url"] for alert in ALERTS}


def test_the_operator_gets_the_same_rules() -> None:
    printed = subprocess.run(
        [PROMETHEUS_FOLDER / "operator.sh"], capture_output=True, text=True, check=True
    ).stdout
    objects = list(yaml.safe_load_all(printed))
    assert {(each["apiVersion"], each["kind"]) for each in objects} == {
        ("monitoring.coreos.com/v1", "PrometheusRule")
    }
    files = [
        yaml.safe_load(path.read_text("utf-8"))
        for path in sorted((PROMETHEUS_FOLDER / "rules").glob("*.yml"))
    ]
    assert [each["spec"] for each in objects] == files


@pytest.mark.parametrize("alert", ALERTS, ids=str)
def test_the_guide_lists_the_alert_with_its_urgency(alert: Alert) -> None:
    page = alert.annotations["runbook_url"].removeprefix("docs/")
    guide = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    assert f"| [`{alert.name}`]({page}) | {alert.labels['severity']} |" in guide
