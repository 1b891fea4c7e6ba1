"""How what crosses to Temporal is written: JSON, by the types of what is sent."""

from typing import Final

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter

_CONVERTERS: Final = tuple(PydanticPayloadConverter().converters.values())


class SharedPayloadConverter(CompositePayloadConverter):
    """The SDK's own for pydantic, and every copy the same one.

    The SDK makes a copy for each process and several for each of its tasks; each would build its readers of our
    types anew, at some two milliseconds a copy.
    """

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


DATA_CONVERTER: Final = DataConverter(payload_converter_class=SharedPayloadConverter)
