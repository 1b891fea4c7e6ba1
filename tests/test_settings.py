"""Settings: the environment over what was written down, every problem named at once."""

from pathlib import Path

import pytest

from services.documents.store import DocumentStore
from settings import Settings, SettingsError, load

SECRET = "k3vN8qT2mZ7xW5pR9sL4cY6bH1dF0gJa"
PRODUCTION = {
    "TENGGAT_ENV": "production",
    "DATABASE_URL": "postgresql://app:a7Gh2kQm@db/tenggat",
    "MIGRATOR_DATABASE_URL": "postgresql://migrator:x8Lp3vRt@db/tenggat",
    "SMTP_URL": "smtp://relay",
    "MAIL_FROM": "Tenggat <tenggat@contoh-instansi.test>",
    "TENGGAT_PUBLIC_URL": "https://tenggat.contoh-instansi.test/",
    "TENGGAT_SECRET_KEY": SECRET,
}
DEVELOPMENT = {"DATABASE_URL": "postgresql://app@/tenggat", "TENGGAT_SECRET_KEY": "short"}


def problems(home: Path, env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(home, env)
    return caught.value.problems


def test_a_complete_production_environment_is_accepted(tmp_path: Path) -> None:
    settings = load(tmp_path, PRODUCTION)
    assert settings.database_url == "postgresql+psycopg://app:a7Gh2kQm@db/tenggat"
    assert settings.public_url == "https://tenggat.contoh-instansi.test"
    assert settings.mail_allow_list is None


def test_a_production_with_development_values_is_refused_with_every_reason(tmp_path: Path) -> None:
    found = problems(tmp_path, DEVELOPMENT | {"TENGGAT_ENV": "production"})
    for name in ("TENGGAT_SECRET_KEY", "TENGGAT_PUBLIC_URL", "SMTP_URL", "MAIL_FROM"):
        assert any(name in problem for problem in found), name


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("TENGGAT_SECRET_KEY", "changeme" * 8, "placeholder"),
        ("TENGGAT_SECRET_KEY", "a" * 64, "placeholder"),
        ("DATABASE_URL", "postgresql://app:password@db/tenggat", "placeholder"),
        ("MIGRATOR_DATABASE_URL", "postgresql://app:x8Lp3vRt@db/tenggat", "same role"),
        ("TENGGAT_PUBLIC_URL", "http://tenggat.contoh-instansi.test", "https"),
        ("MAIL_FROM", "Tenggat <tenggat@contoh.example>", "MAIL_FROM"),
        ("TENGGAT_MAIL_CATCHER", "yes", "catcher"),
        ("TENGGAT_PORT", "eighty", "number"),
        ("TENGGAT_ENV", "prod", "TENGGAT_ENV"),
    ],
)
def test_each_unfit_value_is_named(tmp_path: Path, name: str, value: str, reason: str) -> None:
    found = problems(tmp_path, PRODUCTION | {name: value})
    assert len(found) == 1
    assert name in found[0] or reason in found[0]
    assert reason in found[0]


def test_without_a_running_instance_the_operator_is_told_to_start_one(tmp_path: Path) -> None:
    assert all("tenggat up" in problem for problem in problems(tmp_path, {}))


def test_what_up_wrote_is_used_and_the_environment_wins(tmp_path: Path) -> None:
    lines = "DATABASE_URL=postgresql://app@/written\nTENGGAT_SECRET_KEY=written\nTENGGAT_PORT=8123\n"
    (tmp_path / "runtime.env").write_text(lines)
    assert load(tmp_path, {}).port == 8123
    assert load(tmp_path, {"TENGGAT_PORT": "9000"}).port == 9000
    assert load(None, {"TENGGAT_HOME": str(tmp_path)}).database_url.endswith("/written")


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    settings = load(
        tmp_path, {"DATABASE_URL": "postgres://a@/b", "TENGGAT_SECRET_KEY_FILE": str(tmp_path / "key")}
    )
    assert settings.secret_key == SECRET
    missing = DEVELOPMENT | {"SMTP_URL_FILE": str(tmp_path / "nowhere")}
    assert "SMTP_URL_FILE" in problems(tmp_path, missing)[0]


def test_outside_production_mail_goes_to_example_addresses_only(tmp_path: Path) -> None:
    assert load(tmp_path, DEVELOPMENT).mail_allow_list == (".example",)
    named: Settings = load(tmp_path, DEVELOPMENT | {"MAIL_ALLOW_LIST": "a@b.test, C.test"})
    assert named.mail_allow_list == ("a@b.test", "c.test")


def test_a_home_with_spaces_and_signs_still_names_its_documents(tmp_path: Path) -> None:
    home = tmp_path / "data lama #1"
    address = load(home, DEVELOPMENT).documents_url
    assert DocumentStore.from_url(address).directory == home / "documents"


def test_the_virus_scanner_is_a_setting(tmp_path: Path) -> None:
    assert load(tmp_path, DEVELOPMENT).clamd_address is None
    assert load(tmp_path, DEVELOPMENT | {"CLAMD_ADDRESS": ""}).clamd_address is None
    assert load(tmp_path, DEVELOPMENT | {"CLAMD_ADDRESS": "clamav:3310"}).clamd_address == "clamav:3310"
