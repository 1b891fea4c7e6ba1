"""Every template renders from its example, in both languages, into sound and accessible markup."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from jinja2 import UndefinedError

from api.pages.examples import deadline
from api.pages.rendering import TEMPLATES, render
from services.i18n import LOCALES
from tests.pages.example_pages import EXAMPLES
from tests.pages.frame import page
from tests.pages.markup import take_apart

_FRAMES = {"base.html"}


def _html(example: str, locale: str = "id", **changes: Any) -> str:
    template = example.split("#", maxsplit=1)[0]
    return render(template, page(template.split("/")[0], locale), **(EXAMPLES[example]() | changes))


def test_every_template_has_an_example_and_every_example_a_template() -> None:
    root = TEMPLATES / "pages"
    files = {path.relative_to(root).as_posix() for path in root.rglob("*.html")}
    pages = {name for name in files if not name.startswith("_components/")} - _FRAMES
    assert pages == {example.split("#")[0] for example in EXAMPLES}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_page_is_sound(example: str, locale: str) -> None:
    parts = take_apart(_html(example, locale))
    assert parts.language == locale
    assert parts.headings.count("h1") == 1
    assert len(parts.ids) == len(set(parts.ids)), "an id occurs twice"
    assert not parts.dangling
    assert not parts.unlabelled
    assert not parts.refused, "a strict content security policy would refuse this"
    assert not parts.posting_without_token


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_page_states_all_it_needs_at_its_top(example: str) -> None:
    template = example.split("#", maxsplit=1)[0]
    comment = (TEMPLATES / "pages" / template).read_text(encoding="utf-8").split("#}")[0]
    for key in EXAMPLES[example]():
        assert key in comment or template == "dev/components.html", f"{key} is not described"


def test_a_key_that_is_missing_stops_the_page() -> None:
    with pytest.raises(UndefinedError):
        render("public/register_done.html", page("public"))


def test_what_people_typed_is_shown_again_and_never_as_markup() -> None:
    example = EXAMPLES["public/register.html#refused"]()
    typed = dict(example["form"].values) | {"address": '"><script>alert(1)</script>'}
    form = type(example["form"])(typed, example["form"].errors)
    html = _html("public/register.html#refused", form=form)
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'value="PT Contoh Rotan Mahakam"' in html


def test_the_error_summary_names_each_field_and_follows_the_order_of_the_page() -> None:
    html = _html("dev/components.html", "en")
    summary = html[html.index("error-summary") : html.index("</ul>", html.index("error-summary"))]
    assert 'href="#machine_value"' in summary
    assert summary.index("#machine_value") < summary.index("#quantity")
    assert "Jumlah dalam satuan asli (ton): " in summary
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="machine_value-error machine_value-hint machine_value-before"' in html


def test_the_language_switch_comes_back_to_the_same_page() -> None:
    frame = page("public", "en", path="/pendaftaran?dari=brosur")
    html = render("public/register.html", frame, **EXAMPLES["public/register.html"]())
    assert '<input type="hidden" name="next" value="/pendaftaran?dari=brosur">' in html


def test_a_rehearsal_says_so_on_every_page() -> None:
    assert "Latihan, bukan sistem resmi." in _html("public/sign_in.html")
    assert "Latihan" not in _html("officer/queue.html")


def test_a_deadline_shows_both_clocks_and_how_the_date_follows() -> None:
    html = _html("company/home.html")
    assert "10 Januari 2027 pukul 23.59.59 WIB" in html
    assert "11 Januari 2027 pukul 00.59.59 WITA" in html
    assert "Diperpanjang dari 10 Jan 2027 dengan Pengumuman Pusdatin 4/2027." in html
    assert "Ditambah hari kalender sebanyak 10" in html


def _home_with(sent: timedelta) -> str:
    """A company's home whose one report was sent so much after its due date."""
    shown = EXAMPLES["company/home.html"]()
    due = deadline(-10)
    settled = replace(shown["settled"][0], deadline=replace(due, met_at=due.due_before + sent))
    return render("company/home.html", page("company"), **shown | {"owed": [], "settled": [settled]})


def test_a_report_that_came_late_says_so_and_is_not_green() -> None:
    late, last_moment = _home_with(timedelta(0)), _home_with(timedelta(microseconds=-1))
    assert "Dikirim terlambat" in late
    assert 'class="duty warning"' in late
    assert "Dikirim tepat waktu" in last_moment
    assert 'class="duty settled"' in last_moment


def test_the_menu_follows_the_role() -> None:
    officer, company = _html("officer/queue.html"), _html("company/home.html")
    assert 'href="/antrean" aria-current' not in officer  # the example's path is "/"
    assert 'href="/antrean"' in officer
    assert 'href="/antrean"' not in company
    assert 'href="/admin/kesehatan"' not in officer
    assert 'href="/admin/kesehatan"' in _html("admin/health.html")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_unit_stands_once_before_the_eyes_and_is_heard_with_its_label(locale: str) -> None:
    unit = {"id": "hari", "en": "days"}[locale]
    shown = _html("company/extension_ask.html", locale)
    label = shown.partition('<label for="days">')[2].partition("</label>")[0]
    assert label.endswith(f'<span class="visually-hidden"> ({unit})</span>')
    assert f'<span class="affix" aria-hidden="true">{unit}</span>' in shown
