"""Take the README's picture of a report: ``python scripts/report_picture.py REPORT.html OUT.png``.

Needs Debian's Chromium and the ``browser`` extra.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")


def main(report: Path, picture: Path) -> None:
    """Open ``report`` on a desk-sized screen in the light theme and save its first view."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1200, "height": 1080}, color_scheme="light")
        page.goto(report.resolve().as_uri())
        page.wait_for_function("document.readyState === 'complete'")
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
