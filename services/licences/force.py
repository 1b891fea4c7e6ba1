"""Which industry licences are in force on a day."""

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Text, and_, any_, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from services.licences.kinds import SECTOR
from services.models import Licence, UppValidation

_SECTOR = literal(
    sorted(SECTOR), ARRAY(Text)
)  # one parameter; IN would be spelled out anew for each execution


def in_force(on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Industry licences that the UPP has found valid, that nothing ended, and whose last day is not past."""
    return and_(
        col(Licence.type) == any_(_SECTOR),
        col(Licence.upp_validation) == UppValidation.VALID,
        col(Licence.ended_at).is_(None),
        or_(col(Licence.expires_on).is_(None), col(Licence.expires_on) >= on),
    )
