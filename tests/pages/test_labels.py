"""No page shows a bare code: each status, role, stage and scope has its word; every address stands alone."""

import pytest
from starlette.routing import compile_path

from api.pages import labels, navigation, urls
from services.models import CaseKind, DeliveryState, ExtensionScope, MessageState, Role, ScanState
from services.models.accounts import AccountType, StandardCertificateStatus
from services.transitions import STATUSES


@pytest.mark.parametrize("kind", list(CaseKind))
def test_each_status_of_each_kind_has_its_label(kind: str) -> None:
    assert set(labels.STATUSES[kind]) == {str(status) for status in STATUSES[kind]}


def test_each_other_code_has_its_word() -> None:
    assert set(labels.MESSAGE) == {*MessageState, *DeliveryState}
    assert set(labels.DOCUMENT) == set(ScanState)
    assert set(labels.STANDARD_CERTIFICATE) == set(StandardCertificateStatus)
    assert set(labels.ROLES) == set(Role)
    assert set(labels.KINDS) == set(CaseKind)
    assert set(labels.SCOPES) == set(ExtensionScope)
    assert set(labels.ACCOUNT_TYPES) == set(AccountType)


def test_every_menu_entry_is_a_page_and_every_role_gets_a_menu() -> None:
    for entry in [entry for entry, _ in navigation.MENU] + list(navigation.PUBLIC_MENU):
        assert entry.page in urls.PATHS
    for role in Role:
        assert navigation.menu(frozenset({str(role)}))
        assert navigation.is_officer(frozenset({str(role)})) is (role is not Role.COMPANY_USER)


def test_addresses_are_unique_and_well_formed() -> None:
    assert len(set(urls.PATHS.values())) == len(urls.PATHS)
    for path in urls.PATHS.values():
        compile_path(path)


def test_an_address_escapes_its_parts_and_drops_empty_filters() -> None:
    assert urls.url("check", code="a/b c") == "/periksa/a%2Fb%20c"
    assert (
        urls.url("cases", query={"q": "rotan & kayu", "kind": "", "region": None})
        == "/kasus?q=rotan+%26+kayu"
    )
    with pytest.raises(KeyError):
        urls.url("case")


def test_our_files_are_addressed_by_their_content() -> None:
    assert urls.static("css/base.css").startswith("/static/css/base.css?v=")
