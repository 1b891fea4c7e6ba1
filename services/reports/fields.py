"""What a question of a form can be: one model per kind of answer."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.reports.conditions import Condition, Frozen

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
LARGEST_AMOUNT = 10**15
"""No factory reports more than a million billion rupiah, units or kilograms; more is a slip of the hand."""


class Option(Frozen):
    """One offered answer; the label is the Indonesian gettext id."""

    value: Identifier
    label: str


class EmptyWarning(Frozen):
    """What is said, without blocking anything, when the answer is missing."""

    message: str
    when: Condition | None = None


class _Field(Frozen):
    """What all questions share.

    A field is compulsory whenever it is shown, unless `required: false`; `required_when` makes it compulsory
    only sometimes. Labels, help and messages are Indonesian gettext ids.
    """

    id: Identifier
    label: str
    help: str = ""
    required: bool = True
    required_when: Condition | None = None
    visible_when: Condition | None = None
    warn_when_empty: EmptyWarning | None = None


class TextField(_Field):
    type: Literal["text"] = "text"
    max_length: int = Field(default=200, ge=1, le=4000)
    pattern: str | None = None
    pattern_message: str | None = None
    multiline: bool = False


class _NumberField(_Field):
    """Limits are inclusive; `unit` is printed after the box, `unit_from` names the field that holds it."""

    min: Decimal = Decimal(0)
    max: Decimal = Decimal(LARGEST_AMOUNT)
    more_than: Decimal | None = None
    unit: str | None = None
    unit_from: Identifier | None = None
    not_lower_than_previous: str | None = None
    """The message when the value is lower than in the nearest earlier report that was sent."""


class IntegerField(_NumberField):
    type: Literal["integer"] = "integer"

    @property
    def scale(self) -> int:
        """Whole numbers only."""
        return 0


class RupiahField(_NumberField):
    type: Literal["rupiah"] = "rupiah"
    unit: str | None = "Rp"

    @property
    def scale(self) -> int:
        """Whole rupiah only."""
        return 0


class DecimalField(_NumberField):
    type: Literal["decimal"] = "decimal"
    scale: int = Field(default=2, ge=1, le=6)


class PercentField(_NumberField):
    type: Literal["percent"] = "percent"
    max: Decimal = Decimal(100)
    scale: int = Field(default=2, ge=0, le=6)
    unit: str | None = "%"


class YearField(_Field):
    """A calendar year, not after the year that is reported."""

    type: Literal["year"] = "year"
    min: int = 1900


class YesNoField(_Field):
    type: Literal["yes_no"] = "yes_no"


class ChoiceField(_Field):
    """One answer out of `options`: written out, or the name of one of the form's shared lists."""

    type: Literal["choice"] = "choice"
    options: tuple[Option, ...] = Field(min_length=2)


class ChoicesField(_Field):
    """Several answers."""

    type: Literal["choices"] = "choices"
    options: tuple[Option, ...] = Field(min_length=2)


class CountryField(_Field):
    """A foreign country."""

    type: Literal["country"] = "country"


class CountriesField(_Field):
    """Several foreign countries."""

    type: Literal["countries"] = "countries"
    max_answers: int = 50


class UnitField(_Field):
    type: Literal["unit"] = "unit"


class KbliField(_Field):
    """One of the company's own business fields that is under the Ministry of Industry."""

    type: Literal["kbli"] = "kbli"


class HsField(_Field):
    type: Literal["hs"] = "hs"


class CertificateField(_Field):
    """One of the certificates in the company's data, of a kind such as `halal`."""

    type: Literal["certificate"] = "certificate"
    kind: str


class GivenField(_Field):
    """Not asked: the report's own period or year, shown where the official form shows it."""

    type: Literal["given"] = "given"
    source: Literal["period", "year"]
    required: bool = False


NumberField = IntegerField | RupiahField | DecimalField | PercentField
FormField = Annotated[
    TextField
    | IntegerField
    | RupiahField
    | DecimalField
    | PercentField
    | YearField
    | YesNoField
    | ChoiceField
    | ChoicesField
    | CountryField
    | CountriesField
    | UnitField
    | KbliField
    | HsField
    | CertificateField
    | GivenField,
    Field(discriminator="type"),
]
