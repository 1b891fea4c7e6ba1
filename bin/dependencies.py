"""What this service is made of, and what is known against it: `make sbom` and `make audit`. Nothing runs from here."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from stack import temporal_build

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKS: Final = (ROOT / "requirements.lock", ROOT / "bootstrap.lock")
ASSETS: Final = ROOT / "api" / "static" / "vendor" / "manifest.json"
BILL: Final = ROOT / "build" / "sbom.json"
# The tools live apart from what they examine.
TOOLS: Final = Path(sys.prefix) / "audit" / "bin"
SPDX_OF_ASSETS: Final = {"htmx.org": "0BSD", "@fontsource-variable/inter": "OFL-1.1"}


@dataclass(frozen=True)
class Findings:
    """What an audit found: packages with an advisory, and packages of which nobody could say anything."""

    known: dict[str, list[str]]
    unasked: list[str]
    asked: int

    @property
    def reached(self) -> bool:
        """Whether there was a source of advisories at all."""
        return self.asked > 0


def locked(lines: Iterable[str]) -> dict[str, str]:
    """Name and version of each package that a lock pins for this machine."""
    pins = (Requirement(line.rstrip(" \\\n")) for line in lines if re.match(r"[a-z0-9]", line, re.IGNORECASE))
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
    }


def judged(report: dict[str, Any]) -> Findings:
    """What pip-audit's JSON says. It calls a package that it could not look up skipped, and exits with 0."""
    packages = report["dependencies"]
    known = {
        f"{one['name']} {one['version']}": [
            f"{weakness['id']} (mended in {', '.join(weakness['fix_versions']) or 'no release yet'})"
            for weakness in one["vulns"]
        ]
        for one in packages
        if one.get("vulns")
    }
    unasked = [one["name"] for one in packages if "skip_reason" in one]
    return Findings(known, unasked, len(packages) - len(unasked))


def other_components(assets: dict[str, str]) -> list[dict[str, Any]]:
    """What no Python package brings: the assets of the pages and the engine."""
    found = []
    for pinned in assets:
        name, _, version = pinned.rpartition("@")
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        found.append(_component(name, version, purl, SPDX_OF_ASSETS[name]))
    engine, version = temporal_build.MODULE, temporal_build.VERSION
    return [*found, _component(engine, version, f"pkg:golang/{engine}@v{version}", "MIT")]


def missing(bill: dict[str, Any], pins: dict[str, str]) -> list[str]:
    """Locked packages that a bill of materials does not name at their version."""
    there = {(canonicalize_name(one["name"]), one["version"]) for one in bill["components"]}
    return [f"{name} {version}" for name, version in pins.items() if (name, version) not in there]


def write_bill() -> int:
    """CycloneDX in build/sbom.json: all that is installed here, with licences and what needs what."""
    command = [str(TOOLS / "cyclonedx-py"), "environment", sys.executable, "--pyproject", "pyproject.toml"]
    options = ["--output-reproducible", "--no-validate", "--of", "JSON", "--sv", "1.6"]
    made = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    bill = json.loads(made)
    bill["components"] += other_components(json.loads(ASSETS.read_text(encoding="utf-8")))
    left_out = missing(bill, _pins())
    if left_out:
        print(f"Not installed as locked: {', '.join(left_out)}. Run `make setup`.", file=sys.stderr)
        return 1
    BILL.parent.mkdir(exist_ok=True)
    BILL.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(bill['components'])} components: {BILL.relative_to(ROOT)}")
    return 0


def audit(*, if_reachable: bool) -> int:
    """1 when a locked package has a known weakness or could not be looked up; where none can, said and borne."""
    locks = [option for lock in LOCKS for option in ("-r", str(lock))]
    command = [str(TOOLS / "pip-audit"), *locks, "--require-hashes", "--disable-pip", "--format", "json"]
    done = subprocess.run(
        [*command, "--progress-spinner", "off"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        found = judged(json.loads(done.stdout))
    except json.JSONDecodeError:
        last = done.stderr.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        found = Findings({}, [last[0]], 0)
    if not found.reached:
        print(f"NOT AUDITED: no source of advisories can be reached from here ({found.unasked[0]})")
        return 0 if if_reachable else 1
    for name, weaknesses in found.known.items():
        print(f"{name}: {', '.join(weaknesses)}")
    if found.unasked:
        print(f"Nobody could say anything about {', '.join(found.unasked)}")
    print(f"{found.asked} packages audited, {len(found.known)} with known weaknesses")
    return 1 if found.known or found.unasked else 0


def _pins() -> dict[str, str]:
    return {
        name: version
        for lock in LOCKS
        for name, version in locked(lock.read_text(encoding="utf-8").splitlines()).items()
    }


def _component(name: str, version: str, purl: str, licence: str) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": [{"license": {"id": licence}}],
    }


def main() -> int:
    """Read the command line; the exit code."""
    asked = argparse.ArgumentParser(description="What this service is made of, and what is known against it.")
    asked.add_argument("what", choices=("bill", "audit"))
    asked.add_argument("--if-reachable", action="store_true", help="bear it where no advisories can be had")
    chosen = asked.parse_args()
    metadata.version("tenggat")  # a bill of another environment would be no bill of this service
    return write_bill() if chosen.what == "bill" else audit(if_reachable=chosen.if_reachable)


if __name__ == "__main__":
    sys.exit(main())
