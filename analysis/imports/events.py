"""The scalars of TensorFlow's Event message: a `simple_value`, or a tensor without dimensions.

Fields and types: tensorflow/core/util/event.proto and framework/{summary,tensor,types}.proto.
"""

import math
import struct
from collections.abc import Iterator

from analysis.imports.wire import double, fields, inner, signed, single, varint

FLOAT, DOUBLE, INT32, INT64, BFLOAT16, HALF = 1, 2, 3, 9, 14, 19  # tensorflow/core/framework/types.proto
CONTENT = {FLOAT: "<f", DOUBLE: "<d", INT32: "<i", INT64: "<q", HALF: "<e"}
VALUES = {5: FLOAT, 6: DOUBLE, 7: INT32, 10: INT64}  # the fields of a TensorProto that hold numbers, and their type


def scalars(event: bytes) -> Iterator[tuple[str, float, float, float]]:
    """Tag, value, step and time of each scalar of an Event."""
    step, when, summaries = 0, math.nan, []
    for number, value in fields(event):
        if number == 1:
            when = double(value)
        elif number == 2 and isinstance(value, int):
            step = signed(value)
        elif number == 5:
            summaries.append(inner(value))
    for summary in summaries:
        for number, value in fields(summary):
            if number == 1:
                tag, scalar = _value(inner(value))
                if scalar is not None:
                    yield tag, scalar, float(step), when


def _value(message: bytes) -> tuple[str, float | None]:
    """Tag and number of a Summary.Value; None where it holds something else."""
    tag, scalar = "", None
    for number, value in fields(message):
        if number == 1:
            tag = inner(value).decode("utf-8", "replace")
        elif number == 2:
            scalar = single(value)
        elif number == 8:
            scalar = _tensor(inner(value))
    return tag, scalar


def _tensor(message: bytes) -> float | None:
    """The number of a TensorProto without dimensions."""
    kind, content, listed = 0, b"", None
    for number, value in fields(message):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 2 and any(field == 2 for field, _ in fields(inner(value))):
            return None  # a vector or matrix: a curve, a table, an image
        elif number == 4:
            content = inner(value)
        elif number in VALUES:
            listed = _first(value, VALUES[number])
    if content and kind in CONTENT:
        return float(struct.unpack(CONTENT[kind], content)[0])
    if len(content) == 2 and kind == BFLOAT16:
        return single(b"\0\0" + content)
    return listed if kind in VALUES.values() else None


def _first(value: int | bytes, kind: int) -> float:
    """The one number of a list of them, packed or not."""
    if isinstance(value, bytes) and kind in (FLOAT, DOUBLE):
        return single(value) if kind == FLOAT else double(value)
    return float(signed(value if isinstance(value, int) else varint(value, 0)[0]))
