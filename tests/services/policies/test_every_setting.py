"""Each setting of the rules, changed alone, changes something that can be seen, or is refused with its place."""

from typing import Any

import pytest

from services.database import Sessions
from services.policies import load_shipped, settings
from services.policies.bundle import Policies
from tests.factories import OPEN
from tests.services.policies.setting_acts import Act, put_in_force
from tests.services.policies.setting_probes import PROBES, outcome, probe_of, said, version_of

SHIPPED = load_shipped()
SETTINGS = {setting.path: setting.value for setting in settings.settings(SHIPPED.document)}
ACTED = [path for path in SETTINGS if probe_of(path).act]
# Read by nobody but people: grounds and words.
FOR_PEOPLE = {"basis", "label"}


# What comes of acts under the shipped rules, once for all settings of a group.
USUAL: dict[tuple[Act, str], Any] = {}


@pytest.mark.parametrize("path", [path for path in SETTINGS if path not in ACTED])
def test_a_setting_changes_an_outcome(path: str) -> None:
    version = version_of(path, SETTINGS[path], SHIPPED)
    if version is not None:
        assert outcome(version, path) != outcome(SHIPPED, path)


@pytest.mark.parametrize("path", ACTED)
async def test_a_setting_changes_what_comes_of_acts(sessions: Sessions, path: str) -> None:
    version, act = version_of(path, SETTINGS[path], SHIPPED), probe_of(path).act
    assert version
    assert act
    group = (act, path.rpartition(".")[0])
    if group not in USUAL:
        USUAL[group] = await under(sessions, SHIPPED, act, path)
    assert await under(sessions, version, act, path) != USUAL[group]


async def under(sessions: Sessions, policies: Policies, act: Act, path: str) -> Any:
    """What comes of it under these rules; nothing of it stays."""
    async with sessions() as session:
        await put_in_force(session, policies, OPEN)
        return await act(session, path)


def test_every_probe_has_a_setting() -> None:
    used = {id(probe_of(path)) for path in SETTINGS}
    assert [probe.pattern for probe in PROBES if id(probe) not in used] == []


def test_only_grounds_and_words_are_no_more_than_shown() -> None:
    shown = [path for path in SETTINGS if probe_of(path).observe is said]
    assert {path.rpartition(".")[2] for path in shown} <= FOR_PEOPLE


def test_a_setting_without_a_probe_is_found() -> None:
    with pytest.raises(LookupError):
        probe_of("targets.targets.registration_target.brand_new")
