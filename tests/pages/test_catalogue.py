"""The English catalogue says all that the Indonesian source says, with the same placeholders."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    """`locale/catalogue.py`; `locale` itself is a module of Python, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "locale" / "catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_message_has_its_english_text(catalogue: ModuleType) -> None:
    assert catalogue.missing("en") == [], "run python locale/catalogue.py and translate what it names"


def test_no_translation_outlives_its_message(catalogue: ModuleType) -> None:
    assert catalogue.obsolete("en") == [], "run python locale/catalogue.py"


def test_both_languages_have_the_same_placeholders(catalogue: ModuleType) -> None:
    for message in catalogue.stored("en"):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        source = message.id if isinstance(message.id, tuple) else (message.id,)
        for text in texts:
            # "1 day" may drop the number that "{n} hari" has; nothing may be added or misspelt.
            assert _placeholders(text) <= _placeholders(source[0]), message.id
            assert _placeholders(source[0]) - _placeholders(text) <= {"n"}, message.id


def test_the_words_of_forms_are_translated_too(catalogue: ModuleType) -> None:
    assert catalogue.extracted().get("Modal Kerja") is not None


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))
