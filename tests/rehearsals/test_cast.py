"""The cast of the nine months, before anybody plays it: every act is known on both sides, every story has an end."""

from tests.rehearsals.three_quarters import decreeing, model, play
from tests.rehearsals.three_quarters.cast import NATIONAL, STORIES

ALL, FIRMS = 80, 500


def test_every_act_is_done_by_somebody_and_known_to_the_model() -> None:
    acts = {act.do for story in STORIES for act in story.acts}
    assert acts == set(play.DOING)
    assert {act.do for act in NATIONAL} == set(decreeing.NATIONAL)
    done = {act.do for story in STORIES for act in story.acts if "refused" not in act.given}
    assert done | set(decreeing.NATIONAL) == set(model.DOING), "what is refused changes nothing"


def test_each_story_is_told_once_and_gives_every_company_months_to_compare() -> None:
    assert len({story.name for story in STORIES}) == len(STORIES) >= ALL
    assert sum(story.many for story in STORIES) == FIRMS
    for story in STORIES:
        course = model.expected(story)
        assert course.mails
        assert all(case.events for case in course.cases.values())
