"""Code lists answer what the rules ask of them, and say no to codes that do not exist."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.zones import PROVINCES
from services.errors import InvalidInput
from services.reference import countries, hs, kbli, regions, tables, units
from services.reference.kbli import Kbli
from services.reference.regions import Level


def parsed(key: str) -> Kbli:
    found = Kbli.parse(key)
    assert found is not None
    return found


def unit(code: str) -> units.Unit:
    found = units.find(code)
    assert found is not None
    return found


class TestRegions:
    def test_all_provinces_kabupaten_and_kota_are_listed(self) -> None:
        assert len(regions.provinces()) == 38
        assert sum(len(regions.within(province.code)) for province in regions.provinces()) == 514

    def test_the_provinces_are_those_that_have_a_time_zone(self) -> None:
        assert {province.code for province in regions.provinces()} == set(PROVINCES)

    def test_east_kalimantan_has_seven_kabupaten_and_three_kota(self) -> None:
        found = {region.code: region.name for region in regions.within("64")}
        assert found == {
            "64.01": "Kabupaten Paser",
            "64.02": "Kabupaten Kutai Kartanegara",
            "64.03": "Kabupaten Berau",
            "64.07": "Kabupaten Kutai Barat",
            "64.08": "Kabupaten Kutai Timur",
            "64.09": "Kabupaten Penajam Paser Utara",
            "64.11": "Kabupaten Mahakam Ulu",
            "64.71": "Kota Balikpapan",
            "64.72": "Kota Samarinda",
            "64.74": "Kota Bontang",
        }

    @pytest.mark.parametrize("code", ["64.72", "6472"])
    def test_a_code_is_found_with_and_without_its_point(self, code: str) -> None:
        region = regions.find(code)
        assert region is not None
        assert (region.name, region.level, region.zone.key) == (
            "Kota Samarinda",
            Level.CITY,
            "Asia/Makassar",
        )

    @pytest.mark.parametrize("code", ["", "6", "99", "64.73", "64.72.01", "Samarinda", "64 72", "６４"])
    def test_other_codes_are_no_region(self, code: str) -> None:
        assert regions.find(code) is None

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("64.73", "Kode wilayah 64.73 tidak dikenal."),
            ("64", "Pilih kabupaten atau kota di Kalimantan Timur, bukan provinsinya."),
        ],
    )
    def test_a_factory_lies_in_a_kabupaten_or_kota(self, code: str, message: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            regions.parse(code)
        assert str(refusal.value) == message
        assert refusal.value.field == "region_code"

    @pytest.mark.parametrize(
        ("scope", "code", "inside"),
        [
            ("64", "64.72", True),
            ("64", "64.72.01", True),
            ("64.72", "6472", True),
            ("", "64.72", True),
            ("64.7", "64.72", False),
            ("6", "64.72", False),
            ("63", "64.72", False),
            ("64.72", "64", False),
        ],
    )
    def test_an_officer_of_a_region_sees_what_lies_in_it(self, scope: str, code: str, inside: bool) -> None:
        assert regions.covers(scope, code) is inside


class TestKbli:
    def test_a_code_means_different_things_in_two_versions(self) -> None:
        assert kbli.title(Kbli("2020", "30113")) == "Industri Peralatan, Perlengkapan dan Bagian Kapal"
        assert kbli.title(Kbli("2025", "30113")) == "Industri Kendaraan Air dan Bawah Air Tanpa Awak"

    def test_a_code_outside_the_list_is_named_after_its_division(self) -> None:
        assert kbli.title(Kbli("2025", "10999")) == "Industri Makanan"
        assert kbli.title(Kbli("2025", "62010")) == ""

    def test_both_versions_name_divisions_10_to_33(self) -> None:
        for version in kbli.VERSIONS:
            assert [division.code for division in kbli.divisions(version)] == [str(n) for n in range(10, 34)]

    @pytest.mark.parametrize(
        ("key", "ours"),
        [
            ("2025:31012", True),
            ("2020:19211", False),
            ("2020:45201", True),
            ("2025:68122", True),
            ("2025:47111", False),
        ],
    )
    def test_what_is_under_the_ministry(self, key: str, ours: bool) -> None:
        assert kbli.under_ministry(parsed(key)) is ours

    @pytest.mark.parametrize(
        ("key", "small", "directorate"),
        [
            ("2025:31012", False, "agro"),
            ("2025:31012", True, "ikma"),
            ("2025:22123", False, "ikft"),
            ("2025:30111", False, "ilmate"),
            ("2025:32903", False, "ikma"),
            ("2025:68122", False, "kpaii"),
            ("2020:68130", True, "kpaii"),
        ],
    )
    def test_who_validates(self, key: str, small: bool, directorate: str) -> None:
        found = kbli.directorate(parsed(key), small=small)
        assert found is not None
        assert found.code == directorate

    def test_nobody_validates_what_is_not_under_the_ministry(self) -> None:
        assert kbli.directorate(Kbli("2020", "19211")) is None

    @pytest.mark.parametrize(
        "text", ["31012", "2030:31012", "2025:3101", "2025:3101a", "2025:３１０１２", "", ":"]
    )
    def test_a_key_names_version_and_code(self, text: str) -> None:
        assert Kbli.parse(text) is None

    @pytest.mark.parametrize("version", kbli.VERSIONS)
    def test_keys_come_back(self, version: str) -> None:
        listed = kbli.codes(version)
        assert len(listed) > 100
        assert [Kbli.parse(code.key) for code in listed] == list(listed)

    def test_a_code_of_2020_leads_to_one_of_2025_that_is_compared_unless_nothing_changed(self) -> None:
        found = {code: kbli.successor(code) for code in kbli.codes("2020")}
        named = {code: one for code, one in found.items() if one is not None}
        assert len(named) > 80
        for code, one in named.items():
            assert one.kbli in kbli.codes("2025"), code
            unchanged = (code.code, kbli.title(code)) == (one.kbli.code, kbli.title(one.kbli))
            assert unchanged or one.review, code
        listed = tables.rows("kbli_correspondence")
        assert len(named) == len(listed) == len({row["code_2020"] for row in listed}), (
            "each from the list, and once"
        )

    @pytest.mark.parametrize(
        ("old", "new"), [("31002", "31012"), ("23990", "23999"), ("68130", "68122"), ("10391", "10307")]
    )
    def test_a_code_that_was_renumbered_is_found_again(self, old: str, new: str) -> None:
        assert kbli.successor(Kbli("2020", old)) == kbli.Successor(Kbli("2025", new), review=True)

    @pytest.mark.parametrize("code", ["2020:30113", "2020:45201", "2020:99999", "2025:31012"])
    def test_what_means_something_else_now_or_is_unknown_has_no_successor(self, code: str) -> None:
        parsed = Kbli.parse(code)
        assert parsed is not None
        assert kbli.successor(parsed) is None


class TestUnits:
    @pytest.mark.parametrize(
        ("code", "weight"), [("kg", "1"), ("ton", "1000"), ("kuintal", "100"), ("g", "0.001")]
    )
    def test_units_of_weight_know_their_kilograms(self, code: str, weight: str) -> None:
        assert unit(code).kilograms == Decimal(weight)

    @pytest.mark.parametrize("code", ["l", "buah", "m3"])
    def test_other_units_weigh_what_the_product_weighs(self, code: str) -> None:
        assert unit(code).kilograms is None

    def test_codes_are_unique_and_named_in_both_languages(self) -> None:
        listed = units.every()
        assert len({unit.code for unit in listed}) == len(listed)
        assert all(unit.label("id") and unit.label("en") for unit in listed)
        assert unit("lembar").label("en-GB") == "sheet"
        assert units.find("tumpuk") is None


class TestCountries:
    def test_the_249_countries_of_iso_3166(self) -> None:
        assert len(countries.every()) == 249

    def test_names_are_in_the_readers_language(self) -> None:
        assert (countries.name("DE"), countries.name("DE", "en")) == ("Jerman", "Germany")

    @pytest.mark.parametrize("code", ["XX", "EU", "UN", "XK", "de", "DEU", ""])
    def test_other_codes_are_no_country(self, code: str) -> None:
        assert not countries.exists(code)

    def test_abroad_is_everywhere_but_here(self) -> None:
        assert len(countries.every(abroad=True)) == 248
        assert "ID" not in dict(countries.every(abroad=True))


class TestHs:
    @pytest.mark.parametrize("text", ["9403.83.00", "94038300", " 9403.8300 "])
    def test_a_code_has_one_spelling(self, text: str) -> None:
        assert hs.normalise(text) == "9403.83.00"

    @pytest.mark.parametrize(
        "text", ["9403.83", "0000.00.00", "9800.00.00", "7701.00.00", "94O38300", "", "９４０３８３００"]
    )
    def test_what_cannot_be_a_code_is_none(self, text: str) -> None:
        assert hs.normalise(text) is None

    def test_the_sample_is_well_formed_sorted_and_described(self) -> None:
        sample = hs.sample()
        assert len(sample) >= 60
        assert [hs.normalise(code) for code, _ in sample] == sorted({code for code, _ in sample})
        assert hs.description("9403.83.00") == "Perabotan dari rotan"
        assert hs.description("0101.21.00") is None

    @given(st.text(max_size=12))
    def test_normal_forms_are_stable(self, text: str) -> None:
        code = hs.normalise(text)
        assert code is None or hs.normalise(code) == code
