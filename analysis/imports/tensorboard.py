"""TensorBoard's event files, read without TensorFlow: scalars, as `simple_value` or as a tensor of one number.

Each folder of event files is a run, called by its path (the given folder by its own name). Images, histograms and
texts are passed over. A file that stops in the middle of a record (a run that was killed, or still writes) gives the
records before; a record whose checksum is wrong is left out; both are said.
"""

import math
import struct
from collections.abc import Iterator
from itertools import chain
from pathlib import Path, PurePosixPath

from analysis.imports.files import files_of, fingerprint_of, said
from analysis.imports.records import records, whole
from analysis.imports.wire import double, fields, inner, signed, single, varint
from analysis.plugin import MetricSource
from analysis.readings import Reading, Readings, readings_of
from analysis.study import MetricsSpec
from models.place import Place

LARGE = 1 << 20  # bytes of a record that cannot be parsed, beyond which it is taken for damage unchecked
FLOAT, DOUBLE, INT32, INT64, BFLOAT16, HALF = 1, 2, 3, 9, 14, 19  # tensorflow/core/framework/types.proto
CONTENT = {FLOAT: "<f", DOUBLE: "<d", INT32: "<i", INT64: "<q", HALF: "<e"}
VALUES = {5: FLOAT, 6: DOUBLE, 7: INT32, 10: INT64}  # the fields of a TensorProto that hold numbers, and their type


def files(spec: MetricsSpec, place: Place) -> dict[str, Path]:
    """Every event file, by relative path; those of one run in the order they were begun, which their names tell."""
    return files_of(spec, place, lambda path: ".tfevents." in path.name, "event file (events.out.tfevents.*)")


def read(spec: MetricsSpec, place: Place) -> Readings:
    """The scalars of all runs."""
    root = place.resolve(spec.path, "path of [[metrics]]")
    notes: list[str] = []
    home = root.parent.name if root.is_file() else root.name
    found = (_file(where, path, home, notes) for where, path in files(spec, place).items())
    return readings_of(chain.from_iterable(found), said(spec), notes)


def _file(where: str, path: Path, home: str, notes: list[str]) -> Iterator[Reading]:
    folder = PurePosixPath(where).parent.as_posix()
    run, damaged, kept = home if folder == "." else folder, 0, 0
    try:
        for record, crc in records(path):
            try:
                scalars = list(_scalars(record))
                intact = not scalars or whole(record, crc)
            except (ValueError, struct.error):
                scalars = []  # an intact one holds what is no event of ours
                intact = len(record) < LARGE and whole(record, crc)
            damaged += not intact
            for tag, value, step, when in scalars if intact else ():
                kept += 1
                yield Reading(run, tag, value, step, when=when, where=where)
    except ValueError as error:
        notes.append(f"{where!r} {error}; the {kept:,} values before that were read.")
    if damaged:
        notes.append(f"{where!r} has {damaged:,} records whose checksum is wrong; they were left out.")


def _scalars(event: bytes) -> Iterator[tuple[str, float, float, float]]:
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


METRIC_SOURCE = MetricSource(
    name="tensorboard",
    title="TensorBoard event files",
    version=1,
    fingerprint=lambda spec, place: fingerprint_of(files(spec, place)),
    read=read,
)
