"""Every reader of files from outside: valid files to damage, the words of its format, and how a file is opened.

Opening goes the way of the dashboard: what an upload may weigh, the preview, then the samples with what it suggests.
Each opener ends in a look at what came out: ids unique, vectors finite, links between samples that are there.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.limits import Limits, check_dataset, check_file
from analysis.registry import graph_sources, metric_sources, sources
from analysis.study import DatasetSpec, GraphSpec, MetricsSpec
from benchmarks.survival.mutations import Repack, in_png, in_records, in_zip
from models.place import Place

LIMITS = Limits(bytes=200 << 20, rows=1_000_000, dimensions=16_384, pixels=400_000_000)  # those of `ui.uploads`
FRAME = pd.DataFrame(
    {
        "id": [f"s{i}" for i in range(6)],
        "text": ["a cat, asleep", 'says "hi"', "= 1 + 1", "ünï", "two\nlines", "six"],
        "label": ["a", "b", "a", "b", "a", "b"],
        "x": [1.5, -2.0, 3.25, 0.0, 1e-9, 7.0],
    }
)
MATRIX = np.arange(24, dtype=np.float32).reshape(6, 4) / 7
SAMPLES = Dataset("world", tuple(FRAME["id"]), pd.DataFrame(index=range(6)))


@dataclass(frozen=True)
class Reader:
    """One way in. `name`: of the file that the bytes are put in, for what is told by name."""

    name: str
    seeds: Callable[[], list[bytes]]
    open: Callable[[Path], None]
    words: tuple[bytes, ...] = ()
    repack: Repack | None = None


def readers() -> Mapping[str, Reader]:
    """All of them, by what they are called in the table."""
    from benchmarks.survival.valid import arrow_files, events, images, npz, saved, states, tensors, torch_files

    csv_words = (b",", b'"', b'""', b"\r\n", b"\n", b"\t", b"\0", b"NaN", b"1e999", b"=1+1", b"\xef\xbb\xbf", b"\xff")
    json_words = (b"{", b"}", b"[", b"]", b",", b'"', b":", b"null", b"1e999", b"\\ud800", b'"a":', b"-", b"NaN", b"\n")
    npy_words = (
        b"True",
        b"(6, 4)",
        b"(",
        b",)",
        b"'<f4'",
        b"'|O'",
        b"'<U999999999'",
        b"-1",
        b"99999999999",
        b"{'descr'",
    )
    lines = FRAME.to_json(orient="records", lines=True, force_ascii=False).encode()
    array = FRAME.to_json(orient="records").encode()
    vectors = b"the 0.1 0.2 0.3\ncat 1 2 3\nsat -1 .5 1e-3\non 4 5 6\n"
    edges = b"source,target,weight\ns0,s1,1\ns1,s2,0.5\ns4,s5,2\n"
    found = [
        Reader("t.csv", lambda: [FRAME.to_csv(index=False).encode(), b"1,2\n3,4\n"], table, csv_words),
        Reader("t.tsv", lambda: [FRAME.to_csv(index=False, sep="\t").encode()], table, csv_words),
        Reader("t.jsonl", lambda: [lines, array], table, json_words),
        Reader("t.parquet", lambda: arrow_files("parquet"), table, (b"PAR1", b"\x15\x00", b"\x19\x1c")),
        Reader("t.feather", lambda: arrow_files("arrow"), table, (b"ARROW1", b"\xff\xff\xff\xff")),
        Reader("v.npy", lambda: saved(MATRIX, MATRIX.astype(">f8"), MATRIX.T.copy().T), vectors_in, npy_words),
        Reader("v.npz", npz, npz_in, npy_words, in_zip),
        Reader("v.safetensors", tensors, tensors_in, (*json_words, b'"F32"', b'"BF16"', b'"data_offsets":[0,96]')),
        Reader("w.pt", torch_files, weights_in, (b"ctorch\n", b"cos\nsystem\n", b"(", b"R", b".", b"}"), in_zip),
        Reader("g.graphml", lambda: [GRAPHML], graph_in("graphml"), XML),
        Reader("e.csv", lambda: [edges, edges.replace(b",", b"\t")], graph_in("edges"), csv_words),
        Reader(
            "v.txt", lambda: [vectors, b"4 3\n" + vectors], vectors_in, (*csv_words, b" ", b"nan", b"99999 99999\n")
        ),
        Reader("i.png", images, image_in, (b"IHDR", b"IDAT", b"\xff\xd8", b"\xff\xda", b"GIF89a"), in_png),
        Reader("s.toml", lambda: [STUDY], study_in, TOML),
        Reader("events.out.tfevents.1", events, metrics_in("tensorboard"), (b"\x0a\xff\xff\xff\xff\x0f",), in_records),
        Reader("trainer_state.json", states, metrics_in("trainer_state"), json_words),
    ]
    called = ("CSV", "TSV", "JSONL", "Parquet", "Feather", "npy", "npz", "safetensors", "torch file", "GraphML")
    called += ("edge list", "word vectors", "images", "TOML", "event files", "trainer state")
    return dict(zip(called, found, strict=True))


def table(path: Path) -> None:
    """A table of samples."""
    _samples(path, "table")


def vectors_in(path: Path) -> None:
    """Vectors, and the same as those of a checkpoint."""
    _samples(path, "vectors")


def npz_in(path: Path) -> None:
    """An archive of arrays as vectors, as images and as a graph: each is tried, whichever the file was."""
    from models.errors import BadInput

    ways = (vectors_in, lambda path: _samples(path, "images"), graph_in("npz"))
    problems = []
    for way in ways:
        try:
            way(path)
        except BadInput as error:
            problems.append(error)
    if len(problems) == len(ways):
        raise problems[0]


def tensors_in(path: Path) -> None:
    """Safetensors as vectors and as weights."""
    from models.errors import BadInput

    try:
        weights_in(path)
    except BadInput:
        vectors_in(path)
        raise
    vectors_in(path)


def weights_in(path: Path) -> None:
    """Weights as a checkpoint reads them: classes named, sizes from the headers, then the tensors."""
    from models.checkpoints import bare_file, parameters_in, read_tensors
    from models.hashes import sha256_of

    file = bare_file(path)
    sha256_of(file)
    parameters_in((file,))
    for tensor in read_tensors(file).values():
        tensor.numel()


def image_in(path: Path) -> None:
    """One image, unpacked."""
    from analysis.datasets.content import check_readable
    from analysis.datasets.image_file import LONGEST_SIDE, read_image

    check_readable(path)
    pixels, _ = read_image(path, repr(path.name))
    assert pixels.dtype == np.uint8 and pixels.ndim == 3 and max(pixels.shape) <= LONGEST_SIDE


def study_in(path: Path) -> None:
    """A study, written out and read back the same."""
    from analysis.study_file import dump_study, parse_study, read_study, study_key

    study = read_study(path)
    assert study_key(parse_study(dump_study(study))) == study_key(study)


def graph_in(source: str) -> Callable[[Path], None]:
    """Links between the six samples, by a source of them."""

    def opened(path: Path) -> None:
        spec = GraphSpec(name="g", source=source, path=path.name)  # type: ignore[arg-type]
        place = Place(path.parent, (path.parent,))
        plugin = graph_sources()[source]
        plugin.fingerprint(spec, SAMPLES, place)
        pairs = plugin.read(spec, SAMPLES, place, ()).ends
        assert not len(pairs) or (pairs.min() >= 0 and pairs.max() < len(SAMPLES))

    return opened


def metrics_in(source: str) -> Callable[[Path], None]:
    """Metrics made elsewhere, by a source of them."""

    def opened(path: Path) -> None:
        spec = MetricsSpec(source=source, path=path.name)  # type: ignore[arg-type]
        place = Place(path.parent, (path.parent,))
        metric_sources()[source].fingerprint(spec, place)
        frame = metric_sources()[source].read(spec, place).frame
        assert len(frame) and not np.isinf(frame["value"].to_numpy()).any()

    return opened


def _samples(path: Path, source: str) -> None:
    check_file(path, LIMITS)
    spec = DatasetSpec(source=source, path=path.name)  # type: ignore[arg-type]
    place = Place(path.parent, (path.parent,))
    suggested = sources()[source].preview(spec, place).suggestion
    known = {key: tuple(value) if isinstance(value, list) else value for key, value in suggested.items()}
    dataset = sources()[source].load(replace(spec, **known), place, 0)
    check_dataset(dataset, LIMITS)
    for modality in dataset.modalities:
        dataset.item_key(modality)
    for label in dataset.labels:
        dataset.labels_in(label)
    assert len(set(dataset.ids)) == len(dataset)
    for matrix in (dataset.vectors, dataset.numeric):
        assert matrix is None or (matrix.dtype == np.float32 and np.isfinite(matrix).all())
    json.dumps(dataset.ids).encode()
    io.StringIO().write("".join(dataset.notes))


XML = (
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"&a;",
    b"<node/>",
    b"</graph>",
    b"<edge",
    b' id="',
    b"<![CDATA[",
    b"\0",
    b"<!--",
)
TOML = (b"[[checkpoint]]\n", b"[dataset]\n", b"'''", b'"""', b"=", b"inf", b"nan", b"1e999", b"\\u0000", b"[" * 500)
TOML += (b"!!python/object/apply:os.system", b"a.b.c", b"0x", b"1979-05-27", b"k = -1\n", b"{", b"}", b"\\ud800")
GRAPHML = b"""<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="w" for="edge" attr.name="weight" attr.type="double"/>
<graph edgedefault="undirected"><node id="s0"/><node id="s1"/><node id="s2"/>
<edge source="s0" target="s1"><data key="w">1.5</data></edge><edge source="s1" target="s2" directed="true"/>
</graph></graphml>"""
STUDY = b"""name = "x"
k = 5
[dataset]
source = "table"
path = "t.csv"
labels = ["label"]
[[checkpoint]]
name = "a"
layers = [0, 1]
[[graph]]
name = "g"
path = "e.csv"
[comparison]
pairs = [["a", "a"]]
[[task]]
name = "t"
label = "label"
[[metrics]]
source = "csv"
path = "m.csv"
checkpoints = { "run" = "a" }
"""
