"""The play: everybody acts on the right day, through `tenggat` and the HTTP API alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby

from tests.rehearsals.three_quarters import asking, decreeing, granting, reviewing, supervising, warning
from tests.rehearsals.three_quarters.cast import NATIONAL
from tests.rehearsals.three_quarters.office import Firm, Office
from tests.rehearsals.three_quarters.story import END, START, Act, Story

Doing = Callable[..., None]
DOING: dict[str, Doing] = {
    **reviewing.DOING, **asking.DOING, **warning.DOING, **granting.DOING, **supervising.DOING, **decreeing.DOING,
}  # fmt: skip


def gather(office: Office, stories: Sequence[Story], *, whole: bool) -> dict[Story, list[Firm]]:
    """The companies of every story, owing the quarter that has just ended and is not due yet."""
    advance(office, START)
    return {story: _seed(office, story, story.many if whole else story.few) for story in stories}


def _seed(office: Office, story: Story, count: int) -> list[Firm]:
    made = office.tenggat(
        "seed", "companies", str(count), "--region", story.region, "--type", story.type,
        "--scale", story.scale,
    )  # fmt: skip
    return [Firm(one["id"], one["email"], one["name"]) for one in made]


def perform(office: Office, cast: dict[Story, list[Firm]]) -> None:
    """Moment by moment, all acts of a moment together."""
    everyones = Story("everybody", 0, 0, NATIONAL)
    acts = [(act, story) for story in (*cast, everyones) for act in story.acts]
    acts.sort(key=lambda one: one[0].at)
    for moment, some in groupby(acts, key=lambda one: one[0].at):
        advance(office, moment)
        for act, firms in _together(list(some), cast):
            if act in NATIONAL:
                advance(office, moment)  # at rest first: a date that arises meanwhile follows a minute later
                decreeing.NATIONAL[act.do](office, **act.given)
            else:
                DOING[act.do](office, firms, **act.given)
    advance(office, END)


def _together(
    some: Sequence[tuple[Act, Story]], cast: dict[Story, list[Firm]]
) -> list[tuple[Act, list[Firm]]]:
    found: dict[str, tuple[Act, list[Firm]]] = {}
    firms: dict[str, list[Firm]] = defaultdict(list)
    for act, story in some:
        key = f"{act.do} {sorted(act.given.items())}"
        firms[key] += cast.get(story, [])
        found[key] = (act, firms[key])
    return list(found.values())


def advance(office: Office, to: str) -> None:
    office.tenggat("clock", "advance", "--to", to)
