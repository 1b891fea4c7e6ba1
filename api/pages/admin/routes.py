"""The administrators' routers, in one list."""

from api.pages.admin import (
    acts,
    clock,
    decree_form,
    decrees,
    extension_form,
    extensions,
    health,
    people,
    periods,
    policies,
    policy_form,
    post,
    reads,
    units,
)

# The form first: "baru" is no extension, nor a person.
ROUTERS = tuple(
    module.router
    for module in (
        periods,
        policy_form,
        policies,
        extension_form,
        extensions,
        decree_form,
        decrees,
        health,
        post,
        people,
        units,
        reads,
        acts,
        clock,
    )
)
