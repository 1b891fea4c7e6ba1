"""Role by permission by relation, against a table written out by hand."""

from uuid import uuid4

import pytest

from services.errors import Forbidden, NotFound
from services.identity import policy
from services.identity.errors import Hidden, NdaRequired, ReauthenticationRequired
from services.identity.permissions import ALLOWED, INDIVIDUAL, READS, Permission
from services.identity.policy import Target
from services.identity.principal import Grant, Principal
from services.models import CaseFile, CaseKind, Role, new_id

# u upp_officer, v verifier, s validator (sector), c compliance_officer, r regional_officer, a administrator,
# t auditor, p company_user.
COLUMNS = {
    "p": Role.COMPANY_USER,
    "u": Role.UPP_OFFICER,
    "v": Role.VERIFIER,
    "s": Role.VALIDATOR,
    "c": Role.COMPLIANCE_OFFICER,
    "r": Role.REGIONAL_OFFICER,
    "a": Role.ADMINISTRATOR,
    "t": Role.AUDITOR,
}
WRITTEN = """
read_account              p u v s c r a t
read_case                 p u v s c r a t
read_document             p u v s c r a t
read_period               p u v s c r a t
read_notes                . u v s c r a t
read_extension            . u v s c r a t
read_people               . . . . . . a t
read_audit                . . . . . . a t
read_health               . . . . . . a t
export_individual         . . . . c . . .
edit_profile              p . . . . . . .
upload_document           p . . . . . . .
write_report              p . . . . . . .
send_report               p . . . . . . .
request_rollback          p . . . . . . .
request_extension         p . . . . . . .
request_assistance        p u . . . r . .
answer_data_request       p . . . . . . .
write_notes               . u v s c r a .
assign_case               . u v . c . a .
hold_case                 . u v . c . a .
decide_registration       . u . . . . . .
review_licence            . u . . . . . .
void_account              . u . . . . . .
change_company_data       . u . . . . . .
verify_report             . . v . . . . .
decide_rollback           . . v . . . . .
lower_baseline            . . v . . . . .
validate_report           . . . s . . . .
create_data_request       . . . . c . . .
record_service            . . . . c r . .
accept_data_request       . . . . c . . .
decide_extension_request  . . . . c . a .
excuse_obligation         . . . . c . . .
approve_warning           . . . . c . . .
assist_company            . u . . . r . .
propose_reprimand         . . . . c r . .
decide_reprimand          . . . . c r . .
print_letters             . . . . c r . .
open_period               . . . . . . a .
draft_extension           . . . . . . a .
approve_extension         . . . . . . a .
undo_extension            . . . . . . a .
manage_calendar           . . . . . . a .
manage_policy             . . . . . . a .
manage_people             . . . . . . a .
operate_processes         . . . . . . a .
operate_mail              . . . . . . a .
advance_clock             . . . . . . a .
"""
MATRIX = {
    Permission(line.split()[0]): {COLUMNS[mark] for mark in line.split()[1:] if mark != "."}
    for line in WRITTEN.strip().splitlines()
}
OWN = uuid4()
OTHER = uuid4()
HERE = Target(OWN, "64.72", ("31001", "16221"))

# How an object can lie to somebody, and whether it is within reach. A company's reach is its accounts only.
RELATIONS = {
    "own region and sector": (
        Target(OTHER, "64.72", ("31001",)),
        {"64": True, "64.72": True, "64.03": False, "6": False},
    ),
    "its province itself": (
        Target(OTHER, "64", ("31001",)),
        {"64": True, "64.72": False, "64.03": False, "6": False},
    ),
    "another province": (
        Target(OTHER, "73.71", ("31001",)),
        {"64": False, "64.72": False, "64.03": False, "6": False},
    ),
    "no region": (Target(OTHER, None, ("31001",)), {"64": False, "64.72": False, "64.03": False, "6": False}),
}


def holding(role: Role, *, region: str = "", divisions: tuple[str, ...] = (), nda: bool = True) -> Principal:
    accounts = frozenset({OWN}) if role is Role.COMPANY_USER else frozenset()
    return Principal("person:x", roles=(Grant(role, region, divisions),), accounts=accounts, nda=nda)


def test_every_permission_and_every_role_is_written_down() -> None:
    assert set(MATRIX) == set(Permission)
    assert set(ALLOWED) == set(Role) == set(COLUMNS.values())


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_exactly_what_is_written_for_it(role: Role, permission: Permission) -> None:
    principal = holding(role)
    assert policy.can(principal, permission, HERE) == (role in MATRIX[permission])
    if role in MATRIX[permission]:
        policy.permit(principal, permission)
        policy.authorise(principal, permission, HERE)
    else:
        with pytest.raises(Forbidden):
            policy.permit(principal, permission)
        with pytest.raises(Forbidden):
            policy.authorise(principal, permission, HERE)


@pytest.mark.parametrize("permission", Permission)
def test_to_another_company_nothing_of_this_one_exists(permission: Permission) -> None:
    stranger = Principal("person:y", roles=(Grant(Role.COMPANY_USER),), accounts=frozenset({OTHER}), nda=True)
    assert not policy.can(stranger, permission, HERE)
    with pytest.raises(Hidden):
        policy.authorise(stranger, permission, HERE)


@pytest.mark.parametrize("permission", Permission)
def test_nobody_without_a_role_learns_that_anything_exists(permission: Permission) -> None:
    nobody = Principal("person:z")
    with pytest.raises(NotFound):
        policy.authorise(nobody, permission, HERE)
    with pytest.raises(Forbidden):
        policy.permit(nobody, permission)


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("region", ["64", "64.72", "64.03", "6"])
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COMPANY_USER}))
def test_a_region_bounds_every_official(role: Role, region: str, relation: str) -> None:
    target, reach = RELATIONS[relation]
    principal = holding(role, region=region)
    for permission in Permission:
        expected = reach[region] and role in MATRIX[permission]
        assert policy.can(principal, permission, target) == expected
    if not reach[region]:
        with pytest.raises(Hidden):
            policy.authorise(principal, Permission.READ_CASE, target)


@pytest.mark.parametrize(
    ("divisions", "kbli", "reached"),
    [
        (("31",), ("31001",), True),
        (("16", "31"), ("10110", "16221"), True),
        (("10",), ("31001",), False),
        (("31",), (), False),
        ((), (), True),
        (("00",), ("31001",), False),
    ],
)
def test_a_validator_sees_the_divisions_of_its_directorate(
    divisions: tuple[str, ...], kbli: tuple[str, ...], reached: bool
) -> None:
    principal = holding(Role.VALIDATOR, divisions=divisions)
    assert policy.can(principal, Permission.VALIDATE_REPORT, Target(OTHER, "64.72", kbli)) is reached


def test_region_and_division_must_come_from_the_same_grant() -> None:
    principal = Principal(
        "person:x",
        roles=(Grant(Role.VALIDATOR, "64", ("31",)), Grant(Role.VALIDATOR, "73", ("10",))),
        nda=True,
    )
    assert policy.can(principal, Permission.VALIDATE_REPORT, Target(OTHER, "64.72", ("31001",)))
    assert not policy.can(principal, Permission.VALIDATE_REPORT, Target(OTHER, "64.72", ("10110",)))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COMPANY_USER}))
def test_an_official_reads_no_individual_data_before_the_agreement(role: Role) -> None:
    principal = holding(role, nda=False)
    for permission in (Permission.READ_CASE, Permission.READ_ACCOUNT, Permission.READ_DOCUMENT):
        with pytest.raises(NdaRequired):
            policy.authorise(principal, permission, HERE)
        with pytest.raises(NdaRequired):
            policy.permit(principal, permission)


def test_without_the_agreement_a_hidden_object_is_still_hidden_and_a_forbidden_act_still_forbidden() -> None:
    principal = holding(Role.REGIONAL_OFFICER, region="73", nda=False)
    with pytest.raises(Hidden):
        policy.authorise(principal, Permission.READ_CASE, HERE)
    with pytest.raises(Forbidden) as refused:
        policy.authorise(holding(Role.AUDITOR, nda=False), Permission.WRITE_NOTES, HERE)
    assert not isinstance(refused.value, NdaRequired)


def test_a_company_needs_no_agreement_for_its_own_data() -> None:
    policy.permit(holding(Role.COMPANY_USER, nda=False), Permission.READ_CASE)
    policy.authorise(holding(Role.COMPANY_USER, nda=False), Permission.SEND_REPORT, HERE)


def test_an_official_who_also_acts_for_a_company_needs_the_agreement_for_others_only() -> None:
    both = Principal(
        "person:x",
        roles=(Grant(Role.VERIFIER), Grant(Role.COMPANY_USER)),
        accounts=frozenset({OWN}),
    )
    policy.authorise(both, Permission.READ_CASE, HERE)
    with pytest.raises(NdaRequired):
        policy.authorise(both, Permission.READ_CASE, Target(OTHER, "64.72", ("31001",)))


def test_what_concerns_no_single_company_needs_no_agreement() -> None:
    period = CaseFile(id=new_id(), kind=CaseKind.PERIOD, key="period/2026-Q4", status="open")
    policy.authorise(holding(Role.ADMINISTRATOR, nda=False), Permission.OPEN_PERIOD, Target.of_case(period))
    policy.permit(holding(Role.ADMINISTRATOR, nda=False), Permission.OPEN_PERIOD)


def test_a_company_cannot_reach_what_belongs_to_no_account() -> None:
    period = CaseFile(id=new_id(), kind=CaseKind.PERIOD, key="period/2026-Q4", status="open")
    with pytest.raises(Hidden):
        policy.authorise(holding(Role.COMPANY_USER), Permission.READ_CASE, Target.of_case(period))


def test_only_individual_permissions_ask_for_the_agreement() -> None:
    collective = {permission for permission in Permission if permission not in INDIVIDUAL}
    assert {
        Permission.READ_PERIOD, Permission.MANAGE_PEOPLE, Permission.ADVANCE_CLOCK,
    } <= collective  # fmt: skip
    assert READS <= INDIVIDUAL


def test_bulk_decisions_ask_for_a_fresh_password() -> None:
    with pytest.raises(ReauthenticationRequired):
        policy.require_recent(Principal("person:x"))
    policy.require_recent(Principal("person:x", recent=True))
