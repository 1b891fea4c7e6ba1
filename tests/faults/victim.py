"""The worker as a process of its own, to be killed: `python -m tests.faults.victim`.

Its batches are small enough for a campaign to have a middle. At the small size its death is noticed sooner.
"""

import os
from datetime import timedelta
from unittest import mock

import uvloop

import worker
from activities import options
from services.deadlines import campaigns
from services.warnings import issuing
from tests.faults.table import FULL

BATCH = "FAULTS_BATCH"
SOON = timedelta(seconds=8)  # longer than the post office is ever silent


def main() -> None:
    """Work until killed."""
    size = int(os.environ[BATCH])
    beats = (options.BATCH_HEARTBEAT, options.POST_HEARTBEAT) if FULL else (SOON, SOON)
    with (
        mock.patch.object(campaigns, "BATCH", size),
        mock.patch.object(issuing, "AT_ONCE", size),
        mock.patch.multiple(options, BATCH_HEARTBEAT=beats[0], POST_HEARTBEAT=beats[1]),
    ):
        uvloop.run(worker.run())


if __name__ == "__main__":
    main()
