"""The shipped rules and the calendars they count on."""

import pytest
from hypothesis import settings

from services import policies
from services.deadlines.calendars import build_calendars
from services.deadlines.derivation import Calendars
from services.policies import Policies

settings.register_profile("steady", deadline=None)  # the holiday library builds a year when it is first asked
settings.load_profile("steady")


@pytest.fixture(scope="session")
def shipped() -> Policies:
    return policies.load_shipped()


@pytest.fixture(scope="session")
def calendars() -> Calendars:
    return build_calendars(policies.decreed_days())
