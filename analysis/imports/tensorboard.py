"""TensorBoard's event files, read without TensorFlow: scalars, as `simple_value` or as a tensor of one number.

Each folder of event files is a run, called by its path (the given folder by its own name). Images, histograms and
texts are passed over. A file that stops in the middle of a record (a run that was killed, or still writes) gives the
records before; a record whose checksum is wrong is left out; both are said.
"""

import struct
from collections.abc import Iterator
from itertools import chain
from pathlib import Path, PurePosixPath

from analysis.imports.events import scalars
from analysis.imports.files import files_of, fingerprint_of, said
from analysis.imports.records import records, whole
from analysis.plugin import MetricSource
from analysis.readings import Reading, Readings, readings_of
from analysis.study import MetricsSpec
from models.place import Place

LARGE = 1 << 20  # bytes of a record that cannot be parsed, beyond which it is taken for damage unchecked


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
                found = list(scalars(record))
                intact = not found or whole(record, crc)
            except (ValueError, struct.error):
                found = []  # an intact one holds what is no event of ours
                intact = len(record) < LARGE and whole(record, crc)
            damaged += not intact
            for tag, value, step, when in found if intact else ():
                kept += 1
                yield Reading(run, tag, value, step, when=when, where=where)
    except ValueError as error:
        notes.append(f"{where!r} {error}; the {kept:,} values before that were read.")
    if damaged:
        notes.append(f"{where!r} has {damaged:,} records whose checksum is wrong; they were left out.")


METRIC_SOURCE = MetricSource(
    name="tensorboard",
    title="TensorBoard event files",
    version=1,
    fingerprint=lambda spec, place: fingerprint_of(files(spec, place)),
    read=read,
)
