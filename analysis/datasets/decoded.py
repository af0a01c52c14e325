"""Columns of Arrow as they are worked with: dictionaries and views written out, if what they mean is not too much.

A dictionary says a long text once and means it a million times, and so do views; the sizes of what they mean are
added up before anything is written out.
"""

from typing import Any

import numpy as np

from models.errors import BadInput

FOLDED = ("dictionary", "view", "run_end", "extension")  # in the names of types whose bytes are not all they mean
UNREAD = ("run_end_encoded", "list_view", "large_list_view")


def check_decoded(table: Any, name: str, most: int) -> int:
    """Refuse a pyarrow table that would take too much memory written out; the bytes it takes."""
    total = 0
    for at, field in enumerate(table.schema):
        what = f"column {field.name[:80]!r} of {name!r}"
        total += sum(decoded_bytes(chunk, what) for chunk in table.column(at).chunks)
        if total > most:
            raise BadInput(
                f"{what} brings the table to {total:,} bytes when written out; at most {most:,} are taken here, so"
                " give a smaller one."
            )
    return total


def plain_columns(table: Any) -> Any:
    """A pyarrow table without dictionaries, views and columns of nothing."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        kind = _plain(field.type)
        if kind != field.type:
            table = table.set_column(at, pa.field(field.name, kind), table.column(at).cast(kind))
    return table


def decoded_bytes(array: Any, what: str) -> int:
    """Bytes that an array takes where every value is written out; `what` names it."""
    import pyarrow as pa

    kind = array.type
    if str(kind).startswith(UNREAD):
        raise BadInput(f"{what} holds {str(kind)[:80]}, which is not read here; save it as plain values or lists.")
    if not any(word in str(kind) for word in FOLDED):
        return int(array.nbytes)
    if isinstance(kind, pa.BaseExtensionType):
        return decoded_bytes(array.storage, what)
    if pa.types.is_dictionary(kind):
        return _dictionary_bytes(array, what)
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        views = np.frombuffer(array.buffers()[1] or b"", dtype="<i4")[::4]  # each view begins with its length
        return int(views[array.offset : array.offset + len(array)].sum(dtype=np.int64))
    if pa.types.is_struct(kind):
        return sum(decoded_bytes(part, what) for part in array.flatten())
    if pa.types.is_map(kind):
        return decoded_bytes(array.keys, what) + decoded_bytes(array.items, what)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return 8 * len(array) + decoded_bytes(array.flatten(), what)
    return int(array.nbytes)


def _dictionary_bytes(array: Any, what: str) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    value = array.type.value_type
    if pa.types.is_primitive(value):
        return 8 * len(array)
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    if not any(holds(value) for holds in texts):
        raise BadInput(f"{what} holds a dictionary of {str(value)[:80]}, which is not read here; save its values.")
    lengths = pc.binary_length(array.dictionary).cast(pa.int64()).take(array.indices)
    return int(pc.sum(lengths).as_py() or 0) + 4 * len(array)


def _plain(kind: Any) -> Any:
    """The type that a column is worked with as."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_null(kind) or pa.types.is_string_view(kind):
        return pa.string() if pa.types.is_null(kind) else pa.large_string()
    return pa.large_binary() if pa.types.is_binary_view(kind) else kind
