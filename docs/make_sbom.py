"""Write a software bill of materials (CycloneDX 1.6 JSON) of this environment: the program and what it needs.

usage: python docs/make_sbom.py [FILE]
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PROGRAM = "trace-inspector"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def needed(name: str) -> dict[str, Distribution]:
    """What is installed of the program and of all it needs, by normal name."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        one = normal(waiting.pop())
        if one in found:
            continue
        try:
            found[one] = distribution(one)
        except PackageNotFoundError:
            continue
        waiting += requirements(found[one])
    return found


def requirements(of: Distribution) -> list[str]:
    """Names it asks for without extras."""
    plain = [line for line in of.requires or () if "extra ==" not in line]
    return [match[0] for line in plain if (match := _NAME.match(line))]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def component(name: str, of: Distribution) -> dict[str, object]:
    out: dict[str, object] = {
        "type": "application" if name == PROGRAM else "library",
        "bom-ref": f"pkg:pypi/{name}@{of.version}",
        "name": name,
        "version": of.version,
        "purl": f"pkg:pypi/{name}@{of.version}",
    }
    licence = of.metadata.get("License-Expression") or of.metadata.get("License")
    if licence and "\n" not in licence:
        out["licenses"] = [{"license": {"name": licence}}]
    return out


def bom() -> dict[str, object]:
    """No time and no serial number stand in it: the same environment gives the same file."""
    found = needed(PROGRAM)
    refs = {name: f"pkg:pypi/{name}@{of.version}" for name, of in found.items()}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(PROGRAM, found[PROGRAM])},
        "components": [component(name, of) for name, of in sorted(found.items()) if name != PROGRAM],
        "dependencies": [
            {
                "ref": refs[name],
                "dependsOn": sorted({refs[n] for r in requirements(of) if (n := normal(r)) in refs}),
            }
            for name, of in sorted(found.items())
        ],
    }


def main() -> None:
    text = json.dumps(bom(), indent=2) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
