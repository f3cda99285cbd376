"""Write ``web/openapi.json``: the document that the dashboard's client is made from.

python scripts/write_openapi.py
"""

import json
import sys
from pathlib import Path
from typing import Final

from traider.api.application import create_application
from traider.api.terms import ApiTerms
from traider.runtime.config import Config

PLACE: Final = Path(__file__).resolve().parents[1] / "web" / "openapi.json"


def document_text() -> str:
    """Return the document as the file has it: the same on every machine."""
    application = create_application(ApiTerms(Path("runs/none"), Config()))
    return json.dumps(application.openapi(), ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Write it."""
    PLACE.write_text(document_text(), encoding="utf-8")
    print(f"wrote {PLACE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
