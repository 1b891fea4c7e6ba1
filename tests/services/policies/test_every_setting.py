"""Each setting of the rules, changed alone, changes something that can be seen, or is refused with its place."""

import pytest

from services.policies import load_shipped, settings
from tests.services.policies.setting_probes import PROBES, outcome, probe_of, read_attributes, said

SHIPPED = load_shipped()
SETTINGS = {setting.path: setting.value for setting in settings.settings(SHIPPED.document)}
# Read by nobody but people: grounds and names.
FOR_PEOPLE = {
    "basis",
    "label",
    "name",
    "id",
    "reason",
    "instrument",
    "statutory_due",
}


@pytest.mark.parametrize("path", SETTINGS)
def test_a_setting_changes_an_outcome(path: str) -> None:
    changed = probe_of(path).mutate(path, SETTINGS[path], SHIPPED)
    assert settings.changed(SHIPPED.document, changed) != SHIPPED.document
    assert outcome(SHIPPED, path, changed) != outcome(SHIPPED, path, None)


def test_every_probe_has_a_setting() -> None:
    used = {id(probe_of(path)) for path in SETTINGS}
    assert [probe.pattern for probe in PROBES if id(probe) not in used] == []


@pytest.mark.parametrize("path", [path for path in SETTINGS if probe_of(path).observe is said])
def test_what_is_only_shown_here_is_read_by_the_code_or_by_people(path: str) -> None:
    name = next(part for part in reversed(path.split(".")) if not part.isdigit())
    assert name in FOR_PEOPLE | read_attributes(), f"nothing reads {path}"


def test_a_setting_without_a_probe_is_found() -> None:
    with pytest.raises(LookupError):
        probe_of("targets.targets.registration_target.brand_new")
