"""The crash points that the source has, so that none is forgotten."""

import re
from pathlib import Path

from models.orders import RecoveryPoint

ROOT = Path(__file__).parents[2]
WRITTEN = re.compile(r"crash_point\(f?\"([^\"]+)\"\)")
# A note is written wherever the provider's answer may bring an order.
NOTED = (RecoveryPoint.INTENT, RecoveryPoint.CHARGED, RecoveryPoint.RELEASING)


def points() -> set[str]:
    found: set[str] = set()
    for path in sorted((ROOT / "resolvers").rglob("*.py")):
        for name in WRITTEN.findall(path.read_text()):
            found |= {name.replace("{point.lower()}", point.lower()) for point in NOTED}
    return found
