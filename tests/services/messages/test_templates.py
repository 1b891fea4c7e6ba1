"""Every mail, word for word: each template has an example, each example a template, each text a snapshot.

`UPDATE_SNAPSHOTS=1 pytest …` writes them anew; the diff is the review.
"""

import html
import os
import re
from pathlib import Path

import pytest
from jinja2 import meta

from api.pages import urls
from services.messages.catalogue import NOTICES, RESERVED, TEMPLATES
from services.messages.examples import ABOUT, AT, EXAMPLES
from services.messages.rendering import EMAILS, ENGLISH_TITLE, Renderer, Subject
from services.models import Lane, new_id
from settings import Helpdesk

SNAPSHOTS = Path(__file__).parent / "snapshots"
HELPDESK = Helpdesk(email="bantuan@tenggat.example", whatsapp_industry="+62 800 0000 0000")
RENDERER = Renderer("https://tenggat.example", HELPDESK)
NAMES = sorted(TEMPLATES)
CONFIRMING = {"data_request", "data_request_followup"}  # their link opens nothing: it confirms receipt


@pytest.mark.parametrize("name", NAMES)
def test_each_mail_reads_as_reviewed(name: str) -> None:
    mail = RENDERER.render(name, EXAMPLES[name], now=AT, about=ABOUT)
    _compare(SNAPSHOTS / f"{name}.txt", f"Subject: {mail.subject}\n\n{mail.text}")
    _compare(SNAPSHOTS / f"{name}.html", mail.html)


@pytest.mark.parametrize("name", NAMES)
def test_a_subject_outlives_the_link_of_its_mail(name: str) -> None:
    left = {key: value for key, value in EXAMPLES[name].items() if key != "token"}
    whole = RENDERER.render(name, EXAMPLES[name], now=AT, about=ABOUT)
    assert RENDERER.subject(name, left, now=AT) == whole.subject


def test_templates_examples_directories_and_snapshots_are_the_same_set() -> None:
    directories = {path.name for path in EMAILS.iterdir() if path.name != "_base"}
    snapshots = {path.stem for path in SNAPSHOTS.iterdir()}
    assert directories == set(TEMPLATES) == set(EXAMPLES) == snapshots
    for name in NAMES:
        parts = {"subject.txt", "body.txt", "body.html"} | ({ENGLISH_TITLE} if name in NOTICES else set())
        assert {path.name for path in (EMAILS / name).iterdir()} == parts


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_has_a_title_in_the_readers_language(name: str) -> None:
    left = {key: value for key, value in EXAMPLES[name].items() if key != "token"}
    english = RENDERER.title(name, left, now=AT, locale="en")
    assert RENDERER.title(name, left, now=AT, locale="id") == RENDERER.subject(name, left, now=AT)
    assert english
    assert not re.search(r"\b(dan|yang|untuk|nomor|Laporan|Permintaan|pukul|Januari)\b", english)


@pytest.mark.parametrize("name", NAMES)
def test_examples_hold_exactly_what_the_catalogue_declares(name: str) -> None:
    TEMPLATES[name].check(EXAMPLES[name])


@pytest.mark.parametrize("name", NAMES)
def test_no_declared_key_is_unused_and_none_is_undeclared(name: str) -> None:
    """What a link is made of counts as used."""
    used = set(re.findall(r"{(\w+)}", TEMPLATES[name].path)) | {"token"}
    for part in ("subject.txt", "body.txt", "body.html"):
        source = (EMAILS / name / part).read_text()
        imported = {word for line in re.findall(r"import (.+) %}", source) for word in line.split(", ")}
        used |= meta.find_undeclared_variables(RENDERER.environment.parse(source)) - imported
    declared = TEMPLATES[name].keys | TEMPLATES[name].optional
    assert declared - used == set()
    assert used - declared - RESERVED - {"link", "now", "token", "case_id", "home", "helpdesk"} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_key_is_an_error_not_an_empty_space(name: str) -> None:
    for key in TEMPLATES[name].keys - {"token"}:
        context = {k: v for k, v in EXAMPLES[name].items() if k != key}
        with pytest.raises(KeyError, match=key):
            RENDERER.render(name, context, now=AT, about=ABOUT)


@pytest.mark.parametrize("name", NAMES)
def test_each_link_leads_to_a_page_there_is(name: str) -> None:
    path = re.sub(r"{\w+}", "{}", TEMPLATES[name].path.partition("?")[0])
    assert path in {re.sub(r"{\w+}", "{}", known) for known in urls.PATHS.values()}


@pytest.mark.parametrize("name", NAMES)
def test_each_mail_says_it_in_both_languages_and_carries_its_link_in_both_texts(name: str) -> None:
    mail = RENDERER.render(name, EXAMPLES[name], now=AT, about=ABOUT)
    assert 'lang="en"' in mail.html
    assert "\nEnglish\n" in mail.text
    link = re.search(r"https://tenggat\.example/\S+", mail.text)
    if TEMPLATES[name].path != "/":
        assert link is not None
        assert f'href="{link[0]}"' in mail.html


def test_a_wave_writes_each_mail_as_if_it_were_the_only_one() -> None:
    """Texts are shared between mails that differ in company and link only; that must not show."""
    for company in ("PT Contoh & <b>Putra</b> \ue000\ue001", "CV Contoh"):
        plain = " ".join(company.replace("\ue000", " ").replace("\ue001", " ").split())
        for about in (ABOUT, Subject(new_id(), new_id())):
            unused = Renderer("https://tenggat.example", HELPDESK)
            for name in NAMES:
                context = {**EXAMPLES[name], **({"company": company} if "company" in EXAMPLES[name] else {})}
                shared = RENDERER.render(name, context, now=AT, about=about)
                assert shared == unused.render(name, context, now=AT, about=about), name
                assert "\ue000" not in shared.html + shared.text + shared.subject
                if "{{ company }}" in (EMAILS / name / "body.html").read_text():
                    assert html.escape(plain) in shared.html
                    assert plain in shared.text
                if "{case_id}" in TEMPLATES[name].path:
                    assert str(about.case_id) in shared.html


def test_only_links_travel_never_passwords() -> None:
    for name, template in TEMPLATES.items():
        assert "password" not in template.keys | template.optional, name
        if "token" in template.keys and name not in CONFIRMING:
            assert template.lane is Lane.CREDENTIALS


def test_dates_show_weekday_wib_and_the_readers_own_zone() -> None:
    mail = RENDERER.render("report_reminder", EXAMPLES["report_reminder"], now=AT, about=ABOUT)
    shown = "Minggu, 10 Januari 2027 pukul 23.59.59 WIB (Senin, 11 Januari 2027 pukul 00.59.59 WITA)"
    assert shown in mail.text
    assert "Permenperin 13/2025" in mail.text


def test_a_reminder_before_the_quarter_ended_says_when_sending_opens() -> None:
    context = {**EXAMPLES["report_reminder"], "sending_opens_at": "2027-01-05T17:00:00+00:00"}
    mail = RENDERER.render("report_reminder", context, now=AT, about=ABOUT)
    assert "dapat dilakukan mulai Rabu, 6 Januari 2027 pukul 00.00 WIB" in mail.text
    later = {**context, "sending_opens_at": "2027-01-01T17:00:00+00:00"}
    assert "belum berakhir" not in RENDERER.render("report_reminder", later, now=AT, about=ABOUT).text


def _compare(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path.name} is new: run with UPDATE_SNAPSHOTS=1 and review it"
    assert text == path.read_text()
