"""What axe-core, with its rules of WCAG 2.2 AA and of good practice, finds on a page as it is shown now."""

import json
from typing import Any

from playwright.sync_api import Page

from tests.services.gateway.running import ROOT

AXE = ROOT / "services" / "phone" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """A line each. The script is evaluated, because the page's own policy lets none in."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": RULES}})
    found: list[dict[str, Any]] = page.evaluate(
        f"async () => (await axe.run(document, {options})).violations"
    )
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]
    ]
