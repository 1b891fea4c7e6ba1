"""Tools taken from the Python package index for a moment: a compiler, a package manager."""

import os
import subprocess
from pathlib import Path

from uv import find_uv_bin

from stack.home import StackError

LOCKS = Path(__file__).parent / "locks"


def install(lock: str, target: Path) -> None:
    """Install the packages of `stack/locks/<lock>` into a directory, checked against their hashes."""
    command = [
        find_uv_bin(),
        "pip",
        "install",
        "--quiet",
        "--target",
        str(target),
        "--no-deps",
        "--require-hashes",
    ]
    done = subprocess.run(
        [*command, "-r", str(LOCKS / lock)], env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StackError(f"{lock} could not be installed: {done.stderr.strip()}")


def environment() -> dict[str, str]:
    """Our environment, with pip's choice of index told to uv as well."""
    env = dict(os.environ)
    for theirs, ours in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_CERT", "SSL_CERT_FILE")):
        if env.get(theirs):
            env.setdefault(ours, env[theirs])
    return env
