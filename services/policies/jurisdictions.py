"""Who warns whom: the competent authority by kind of duty, type of account, licensed scale and crossing of borders."""

from collections.abc import Iterable
from itertools import product
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from services.deadlines.rules import Name, Rules
from services.i18n import N_
from services.models.accounts import AccountType, LicenceScale
from services.models.cases import CaseKind
from services.models.warnings import AuthorityLevel
from services.policies.source import Flaw, Flaws

OBLIGATIONS: Final = (CaseKind.REPORT, CaseKind.DATA_REQUEST)
ACCOUNTS: Final = (AccountType.INDUSTRY, AccountType.ESTATE)


class Jurisdiction(Rules):
    """One rule. What it leaves out (None) it does not ask about."""

    name: Name
    obligations: tuple[CaseKind, ...] | None = None
    accounts: tuple[AccountType, ...] | None = None
    scales: tuple[LicenceScale, ...] | None = None
    cross_region: bool | None = None
    authority: AuthorityLevel
    basis: Annotated[str, Field(min_length=3)]

    def governs(
        self, obligation: CaseKind, account: AccountType, scale: LicenceScale | None, cross_region: bool
    ) -> bool:
        """Whether it decides this case. An unknown scale is in no list of scales."""
        return (
            (self.obligations is None or obligation in self.obligations)
            and (self.accounts is None or account in self.accounts)
            and (self.scales is None or scale in self.scales)
            and self.cross_region in (None, cross_region)
        )


class Acting(Rules):
    """An office that may issue, in its own name, what others are competent for."""

    office: AuthorityLevel
    instead_of: Annotated[tuple[AuthorityLevel, ...], Field(min_length=1)]
    basis: Annotated[str, Field(min_length=3)]


class Jurisdictions(Rules):
    """All rules: exactly one decides each case whose scale is known, at most one where it is not."""

    rules: Annotated[tuple[Jurisdiction, ...], Field(min_length=1)]
    acting_for: tuple[Acting, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        problems = list(self._problems())
        if problems:
            raise Flaws(problems)
        return self

    def rule_for(
        self, obligation: CaseKind, account: AccountType, scale: LicenceScale | None, cross_region: bool
    ) -> Jurisdiction | None:
        """The rule that decides; None where the scale would have to be known."""
        found = [rule for rule in self.rules if rule.governs(obligation, account, scale, cross_region)]
        return found[0] if found else None

    def may_act(self, office: AuthorityLevel, competent: AuthorityLevel) -> bool:
        """Whether an office may issue what the competent one has not."""
        return office == competent or any(
            acting.office == office and competent in acting.instead_of for acting in self.acting_for
        )

    def _problems(self) -> Iterable[Flaw]:
        scales: tuple[LicenceScale | None, ...] = (*LicenceScale, None)
        for case in product(OBLIGATIONS, ACCOUNTS, scales, (False, True)):
            governing = [rule for rule in self.rules if rule.governs(*case)]
            found = [rule.name for rule in governing]
            said = ", ".join(str(fact) for fact in case)
            if len(found) > 1:
                yield Flaw(
                    f"overlap: {' and '.join(found)} both govern ({said})",
                    N_("Tumpang tindih: {rules} sama-sama mengatur ({case}). Tepat satu aturan berlaku ({basis})."),
                    rules=", ".join(found), case=said, basis=_bases(governing),
                )  # fmt: skip
            elif not found and case[2] is not None:
                yield Flaw(
                    f"gap: no rule governs ({said})",
                    N_("Celah: tidak ada aturan untuk ({case}). Tepat satu aturan berlaku ({basis})."),
                    case=said, basis=_bases(self.rules),
                )  # fmt: skip


def _bases(rules: Iterable[Jurisdiction]) -> str:
    return "; ".join(sorted({rule.basis for rule in rules}))


class JurisdictionFile(Rules):
    """`jurisdictions.yaml`."""

    jurisdictions: Jurisdictions
