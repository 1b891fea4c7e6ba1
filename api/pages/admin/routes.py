"""The administrators' routers, in one list."""

from api.pages.admin import (
    clock,
    extension_form,
    extensions,
    health,
    people,
    periods,
    post,
    reads,
)

# The form first: "baru" is no extension, nor a person.
ROUTERS = tuple(
    module.router for module in (periods, extension_form, extensions, health, post, people, reads, clock)
)
