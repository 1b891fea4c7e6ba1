"""A change of the rules: approved by a second person, in force from its day, then carried to every open case."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.policy_change import PolicyChangeActivities
    from services.policies.changes import VALID_FROM

from workflows.case_process import CaseProcess


@workflow.defn(name="policy-change")
class PolicyChangeWorkflow(CaseProcess):
    """The version comes into force by its date alone; this process says so and moves the open cases."""

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        await self.when("approved_at")
        await self.reached(VALID_FROM)
        await self.do(PolicyChangeActivities.enter)
        await self.do_in_batches(PolicyChangeActivities.carry)
