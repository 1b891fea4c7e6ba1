"""Timeouts and retries, named once, each with its reason."""

from datetime import timedelta

from temporalio.common import RetryPolicy

# A short database step. It retries for ever: Postgres comes back, and a refusal never gets here (it is a stuck case).
DATABASE_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=10),
)
STEP_TIMEOUT = timedelta(seconds=30)
# Beyond this wait between attempts a local activity gives its slot back and uses a timer.
LOCAL_RETRY_THRESHOLD = timedelta(seconds=5)

# A batch over everyone: long, but never silent for more than half a minute.
BATCH_TIMEOUT = timedelta(hours=2)
BATCH_HEARTBEAT = timedelta(seconds=30)
BATCH_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
)

# A chore that fails waits for what is away, and then for the next day. One scan may take a minute.
CHORE_HEARTBEAT = timedelta(minutes=3)
CHORE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=30), backoff_coefficient=3, maximum_attempts=5)

# A lane drains as long as there is mail; the heartbeat tells a dead worker from a slow mail server.
POST_TIMEOUT = timedelta(hours=1)
POST_HEARTBEAT = timedelta(seconds=30)
