"""The post office of one lane: send what is due, sleep until more is."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import options
    from activities.post_office import PostOfficeActivities


@workflow.defn(name="post-office")
class PostOfficeWorkflow:
    """Claims, sends and marks mail as long as there is any; the rows say what and when."""

    @workflow.init
    def __init__(self, lane: str) -> None:
        self.lane = lane
        self._changed = False

    @workflow.signal
    def changed(self) -> None:
        """There may be mail. Carries nothing."""
        self._changed = True

    @workflow.run
    async def run(self, lane: str) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            self._changed = False
            seconds = await workflow.execute_activity_method(
                PostOfficeActivities.deliver,
                self.lane,
                start_to_close_timeout=options.POST_TIMEOUT,
                heartbeat_timeout=options.POST_HEARTBEAT,
                retry_policy=options.BATCH_RETRY,
            )
            await self._sleep(seconds)
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self.lane)

    async def _sleep(self, seconds: float | None) -> None:
        timeout = timedelta(seconds=max(seconds, 1)) if seconds is not None else None
        try:
            await workflow.wait_condition(
                lambda: self._changed, timeout=timeout, timeout_summary="next mail of this lane"
            )
        except TimeoutError:
            return
