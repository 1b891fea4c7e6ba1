"""1 October 2026 to 30 June 2027 through `tenggat` and the API alone; what comes of it is what the rules ask for.

It takes minutes: TENGGAT_REHEARSAL=small plays every story once (continuous integration does), and
TENGGAT_REHEARSAL=full (`make rehearsal`) with 500 companies.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instance import ONE_WEB, running
from tests.rehearsals.three_quarters import evidence, model, outcome, play, warning
from tests.rehearsals.three_quarters.cast import STORIES
from tests.rehearsals.three_quarters.office import Office

SIZE = os.environ.get("TENGGAT_REHEARSAL")
WHOLE = SIZE == "full"
pytestmark = [
    pytest.mark.timeout(14_400 if WHOLE else 1_800),
    pytest.mark.skipif(
        SIZE not in {"small", "full"}, reason="TENGGAT_REHEARSAL=small or full plays nine months"
    ),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    given = ONE_WEB | {"TENGGAT_BOUNCE_TOKEN": warning.BOUNCES}
    with running(Path(tmp_path_factory.mktemp("rehearsal")), "2026-10-01", **given) as started:
        office = Office(started)
        yield office
        office.close()


def test_every_story_comes_out_as_the_rules_ask(
    office: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cast = play.gather(office, STORIES, whole=WHOLE)
    play.perform(office, cast)
    seen, agreed, wrong = outcome.look(office), Counter[str](), list(outcome.unexplained(office))
    for story, firms in cast.items():
        for firm in firms:
            course = model.expected(story)
            found = list(outcome.differences(office, firm, course, seen))
            agreed[story.name] += not found
            wrong += [f"{story.name} ({firm.name}): {line}" for line in found]
    with capsys.disabled():
        sys.stdout.write(f"\n{outcome.table(cast, agreed)}\n")
    assert not wrong, "\n".join(wrong)
    evidence.verify(office, cast, tmp_path)
    assert office.tenggat("audit", "verify")["ok"]
