"""A sent report: examined, verified by Pusdatin, validated by each supervising directorate."""

from itertools import count

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.report_review import ReportReviewActivities
    from services.reviews.dates import (
        CORRECTION,
        VALIDATION,
        VALIDATION_HALF,
        VERIFICATION,
        VERIFICATION_HALF,
        sent,
    )

from workflows.case_process import CaseProcess


@workflow.defn(name="report-review")
class ReportReviewWorkflow(CaseProcess):
    """From the first sending to the last approval: officers decide, reminded at half and when late, never by time.

    A returned report comes back as another submission and is examined anew; so does one whose correction was
    granted. While the company corrects, the office's dates rest; what does not come back in time is owed again.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        for submission in count(1):
            await self.when(sent(submission))
            await self.do(ReportReviewActivities.examine)
            await self._until_sent_again(sent(submission + 1))

    async def _until_sent_again(self, sent_again: str) -> None:
        dates = (VERIFICATION_HALF, VERIFICATION, VALIDATION_HALF, VALIDATION, CORRECTION)
        while date := await self.first_of(*dates, unless=sent_again):
            if date == VERIFICATION_HALF:
                await self.do(ReportReviewActivities.remind_verifiers)
            elif date == VERIFICATION:
                await self.do(ReportReviewActivities.escalate_verification)
            elif date == VALIDATION_HALF:
                await self.do(ReportReviewActivities.remind_validators)
            elif date == VALIDATION:
                await self.do(ReportReviewActivities.escalate_validation)
            else:
                await self.do(ReportReviewActivities.lapse)
