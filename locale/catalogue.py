"""Keeps the catalogues in step with the source: `python locale/catalogue.py` merges, `--check` only tells.

Messages come from the code and templates named in babel.cfg and from the forms and rules that are data.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from services.companies import definition as profile  # noqa: E402  (the checkout is importable only now)
from services.i18n import LOCALES, SOURCE_LOCALE  # noqa: E402
from services.reports import definition  # noqa: E402

WIDTH = 110
HEADER = """# Tenggat in {name}. The Indonesian texts in the source are the message ids.
msgid ""
msgstr ""
"Language: {locale}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def extracted() -> Catalog:
    """Every message in the source, without line numbers: they would make each edit a conflict."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as lines:
        methods, options = parse_mapping_cfg(lines)  # type: ignore[no-untyped-call]  # Babel leaves it untyped
    catalogue = Catalog(fuzzy=False)
    keywords = DEFAULT_KEYWORDS | {"N_": None}
    found = extract_from_dir(ROOT, methods, options, keywords, directory_filter=_is_source)
    for path, _, message, _, _ in sorted(found, key=lambda item: (item[0], item[1])):
        catalogue.add(message, locations=[(Path(path).as_posix(), 0)])
    for path, text in _data_texts():
        catalogue.add(text, locations=[(path, 0)])
    return catalogue


def stored(locale: str) -> Catalog:
    """The catalogue on disk, empty when there is none yet."""
    path = _path(locale)
    if not path.exists():
        return Catalog(locale)
    with path.open("rb") as lines:
        return read_po(lines, locale=locale)


def missing(locale: str) -> list[str]:
    """Messages of the source that have no translation, or one with other plural forms."""
    known = stored(locale)
    return [
        _singular(message)
        for message in extracted()
        if message.id and not _translated(known.get(_singular(message)), message)
    ]


def obsolete(locale: str) -> list[str]:
    """Translations of messages that the source no longer has."""
    source = extracted()
    return [_singular(message) for message in stored(locale) if message.id and message.id not in source]


def update(locale: str) -> None:
    """Writes the catalogue again: new messages empty, gone ones dropped, translations kept."""
    known, fresh = stored(locale), extracted()
    for message in fresh:
        translation = known.get(_singular(message))
        if message.id and translation and translation.string:
            message.string = translation.string
    path = _path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as lines:
        name = Locale.parse(locale).get_display_name("en")
        lines.write(HEADER.format(name=name, locale=locale, plural_forms=known.plural_forms).encode())
        write_po(lines, fresh, width=WIDTH, omit_header=True, sort_output=True, include_lineno=False)


def _data_texts() -> Iterator[tuple[str, str]]:
    """The texts of report forms and of company data, which people read and which are data."""
    for text in profile.texts():
        yield profile.PATH.relative_to(ROOT).as_posix(), text
    for path in sorted((ROOT / "policies" / "forms").glob("*.yaml")):
        for text in definition.texts(definition.load(path)):
            yield path.relative_to(ROOT).as_posix(), text


def _translated(known: Message | None, message: Message) -> bool:
    if known is None or not known.string:
        return False
    if message.pluralizable != known.pluralizable:
        return False
    return all(known.string) if isinstance(known.string, tuple | list) else True


def _singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else str(message.id)


def _is_source(directory: str) -> bool:
    name = Path(directory).name
    return not name.startswith((".", "_")) or name == "_components"


def _path(locale: str) -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES" / "tenggat.po"


def main() -> int:
    """Updates every catalogue, or with --check reports what is missing; 1 when something is."""
    gaps = 0
    for locale in LOCALES:
        if locale == SOURCE_LOCALE:
            continue
        if "--check" not in sys.argv:
            update(locale)
        for text in (absent := missing(locale)):
            sys.stdout.write(f"{locale}: no translation: {text}\n")
        gaps += len(absent)
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
