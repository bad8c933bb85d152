"""axe-core on a page in the browser, with or without scripts."""

import json
from typing import Any

from playwright.sync_api import Page

# Timers do not run where scripts are switched off; promises do, between two evaluations. So timers become a queue
# that is emptied from outside, in a world of axe's own that the page's policy and scripts know nothing of.
QUEUE = """
var later = [];
var setTimeout = (act, _, ...rest) => later.push(() => act(...rest));
var clearTimeout = () => 0;
"""
START = """
var result = "";
axe.run(document, {preload: false, resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}).then(
  (found) => { result = JSON.stringify(found.violations); },
  (error) => { result = JSON.stringify([{id: "error", help: String(error), nodes: []}]); });
"""
STEP = "for (let act; (act = later.shift()); ) act(); result"


def violations(tab: Page, axe: str) -> list[str]:
    """What axe-core (its source) finds wrong with the page in `tab`, as ``rule: help: element`` lines."""
    session = tab.context.new_cdp_session(tab)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]

    def evaluate(expression: str) -> Any:
        said = session.send("Runtime.evaluate", {"expression": expression, "contextId": world, "returnByValue": True})
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    for source in (QUEUE, axe + ";0", START):
        evaluate(source)
    for _ in range(1000):
        if found := evaluate(STEP):
            break
    else:
        raise AssertionError("axe-core came to no end")
    session.detach()
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:200]}: {node.get('failureSummary', '')[:200]}"
        for rule in json.loads(found)
        for node in rule["nodes"] or [{"html": ""}]
    ]
