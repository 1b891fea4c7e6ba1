"""The bill of materials is whole, and an audit that could look nothing up says so instead of passing."""

from typing import Any

from bin import dependencies
from bin.dependencies import judged, locked, missing
from stack import temporal_build


def reported(*packages: dict[str, Any]) -> dependencies.Findings:
    return judged({"dependencies": [{"version": "1.0", "vulns": [], **one} for one in packages]})


def test_a_known_weakness_is_named_with_the_release_that_mends_it() -> None:
    weak = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": []}
    open_ = {"id": "PYSEC-2026-1", "fix_versions": [], "aliases": []}
    found = reported({"name": "one", "vulns": [weak, open_]}, {"name": "two"})
    assert found.known == {
        "one 1.0": ["PYSEC-2019-217 (mended in 2.10.1)", "PYSEC-2026-1 (mended in no release yet)"]
    }
    assert found.reached


def test_packages_nobody_could_look_up_are_not_called_sound() -> None:
    some = reported({"name": "one"}, {"name": "two", "skip_reason": "not found"})
    assert (some.unasked, some.asked) == (["two"], 1)
    assert not reported({"name": "one", "skip_reason": "not found"}).reached


def test_every_lock_pins_with_hashes_and_names_no_host() -> None:
    for lock in [*dependencies.LOCKS, dependencies.ROOT / "audit.lock"]:
        text = lock.read_text(encoding="utf-8")
        entries = [entry for entry in text.split("\n") if "==" in entry and not entry.startswith(" ")]
        assert entries, lock
        assert all(entry.endswith("\\") for entry in entries), "a pin without a hash"
        assert "://" not in text


def test_a_bill_that_leaves_a_locked_package_out_is_found() -> None:
    pins = locked(
        ["Typing_Extensions==4.16.0 \\", "    --hash=sha256:00", "colorama==1 ; sys_platform == 'nt' \\"]
    )
    assert pins == {"typing-extensions": "4.16.0"}
    whole = {"components": [{"name": "typing.extensions", "version": "4.16.0"}]}
    other = {"components": [{"name": "typing-extensions", "version": "4.15.0"}]}
    assert missing(whole, pins) == []
    assert missing(other, pins) == ["typing-extensions 4.16.0"]


def test_what_is_no_python_package_stands_on_the_bill_too() -> None:
    assets = {"htmx.org@2.0.11": "sha512-x", "@fontsource-variable/inter@5.3.0": "sha512-y"}
    assert [one["purl"] for one in dependencies.other_components(assets)] == [
        "pkg:npm/htmx.org@2.0.11",
        "pkg:npm/%40fontsource-variable/inter@5.3.0",
        f"pkg:golang/{temporal_build.MODULE}@v{temporal_build.VERSION}",
    ]
