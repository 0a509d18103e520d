"""Take the README's picture of the corrected wire from a running site.

    python benchmarks/screenshot.py [http://127.0.0.1:8000]

Uses Debian's chromium; the site must be up (`make run`).
"""

import json
import sys
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).with_name("wire.png")
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run"]  # fmt: skip


def corrected(site: str) -> str:
    """Return the address of the corrected wire: the one of its standard with an exhibit."""
    with urlopen(f"{site}/api/v1/wires/?limit=200", timeout=10) as answer:  # noqa: S310 - own site
        records = json.load(answer)["results"]
    found = [r for r in records if r["standard"] == "single source" and r["exhibits"]]
    if not found:
        sys.exit(
            f"{site} shows no single-source wire with an exhibit; has `make run` come to ready?"
        )
    return f"{site}/wires/{found[0]['id']}/"


def main() -> None:
    site = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 1500})
        page.goto(corrected(site))
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"wrote {PICTURE}")


if __name__ == "__main__":
    main()
