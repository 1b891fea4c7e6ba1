"""What a company may ask for online: for which deadlines more time, how much, how often, with what evidence."""

from typing import Annotated

from pydantic import Field

from services.deadlines.rules import Name, Rules


class ExtensionRequestPolicy(Rules):
    """One deadline for which a company may ask for more time.

    `max_days` calendar days beyond the date without any extension, whoever gave what lies in between; at most
    `grants` requests are granted for one deadline. With `after_due` a company may still ask when it is late.
    """

    deadline: Name
    max_days: Annotated[int, Field(ge=1, le=366)]
    grants: Annotated[int, Field(ge=1, le=12)]
    evidence: bool
    after_due: bool
    basis: Annotated[str, Field(min_length=3)]


class ExtensionRequestFile(Rules):
    """`extension_requests.yaml`."""

    requests: tuple[ExtensionRequestPolicy, ...]
