"""Regions as choices of a form."""

from api.pages import shapes
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
