"""Regions as choices of a form."""

from api.pages import shapes
from services.i18n import N_, Translator
from services.reference import regions


def choices() -> tuple[shapes.Option, ...]:
    """Every kabupaten and kota, by province."""
    return tuple(
        shapes.Option(
            province.code,
            province.name,
            options=[shapes.Option(place.code, place.name) for place in regions.within(province.code)],
        )
        for province in regions.provinces()
    )


def with_provinces(words: Translator) -> tuple[shapes.Option, ...]:
    """The same, each province before its kabupaten and kota: an institution may be of a whole province."""
    return tuple(
        shapes.Option(
            group.value,
            group.label,
            options=[
                shapes.Option(group.value, words.gettext(N_("Provinsi {name}"), name=group.label)),
                *group.options,
            ],
        )
        for group in choices()
    )
