"""Draw the manual's pictures with the program itself, on the shipped samples.

usage: python docs/make_pictures.py [--check]
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "pictures"
SAMPLE = "support_agent.otlp.jsonl"


async def browse() -> str:
    """The browser on the sample store, at a failed refund's model call."""
    from inspector.cli.common import Common
    from inspector.cli.opening import unscanned as session
    from inspector.paths import shipped
    from inspector.tui.app import InspectorApp

    with session([str(shipped("sample_traces") / SAMPLE)], Common()) as view:
        app = InspectorApp(view)
        async with app.run_test(size=(150, 42)) as pilot:
            await settle(pilot)
            for key in KEYS:
                await pilot.press(key)
                await settle(pilot)
            return app.export_screenshot(title="inspector")


KEYS = (*"jjjjjjjjjjjjjjjj", "tab", *"jjjjjjj")


async def settle(pilot: object) -> None:
    """Until no worker runs and the screen stands still."""
    app = pilot.app  # type: ignore[attr-defined]
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause(0.1)  # type: ignore[attr-defined]


TAG = re.compile(r"#[0-9a-f]{8}(?=<)|terminal-\d+-")
"""What differs from run to run: tags are under a key of their own, and Textual numbers its pictures."""


def main() -> None:
    for name in ("CACHE", "STATE", "CONFIG"):
        os.environ[f"INSPECTOR_{name}_DIR"] = tempfile.mkdtemp()
    HERE.mkdir(exist_ok=True)
    made, file = asyncio.run(browse()), HERE / "browse.svg"
    if "--check" in sys.argv[1:]:
        sys.exit(TAG.sub("", made) != TAG.sub("", file.read_text("utf-8")) and f"{file.name} is not current.")
    file.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
