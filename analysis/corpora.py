"""Running text for language models: which corpora a study has, what decides them, and their texts.

Text comes from a file, from installed packages' docstrings (`pydocs`), or from the model itself, which is the default.
"""

import codecs
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from analysis.laboratory import CorpusSpec
from analysis.study import Study
from models.errors import BadInput, nearest
from models.hashes import sha256_of
from models.place import Place

SAMPLED = CorpusSpec(name="sampled", source="sampled")
PIECE = 1 << 20  # bytes


def corpora_of(study: Study) -> tuple[CorpusSpec, ...]:
    """The corpora that language models are asked on; text of their own where the study names none."""
    if study.anchors is None:
        return study.corpus
    return study.corpus or (SAMPLED,)


def corpus_called(study: Study, name: str) -> CorpusSpec:
    """One of them by name."""
    found = {spec.name: spec for spec in corpora_of(study)}
    if name not in found:
        raise BadInput(f"no corpus {name!r}{nearest(name, found)}")
    return found[name]


def fingerprint_of(spec: CorpusSpec, place: Place) -> Mapping[str, str]:
    """What decides a corpus beside the model: the hash of its file, or the versions of the packages."""
    if spec.path:
        path = place.resolve(spec.path, f"corpus {spec.name!r}")
        if not path.is_file():
            raise BadInput(f"the path of corpus {spec.name!r} is a folder; give a text file.")
        return {"text": sha256_of(path)}
    if spec.source == "pydocs":
        from analysis.datasets.pydocs_read import installed

        return {package: version for package, (version, _) in installed().items()}
    return {}


def check_text(spec: CorpusSpec, place: Place) -> None:
    """Refuse a file that is no UTF-8 text or has none; read once while its size and time of change stay."""
    if not spec.path:
        return
    path = place.resolve(spec.path, f"corpus {spec.name!r}")
    status = path.stat()
    wrong = _wrong_with(path, status.st_size, status.st_mtime_ns)
    if wrong:
        raise BadInput(f"corpus {spec.name!r} is {wrong}.")


@lru_cache(maxsize=64)
def _wrong_with(path: Path, size: int, changed: int) -> str:
    """What is wrong with a text, in words; read in pieces."""
    decoder, some = codecs.getincrementaldecoder("utf-8")(), False
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE):
                some = bool(decoder.decode(piece).strip()) or some
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "not UTF-8 text; save it as that"
    return "" if some else "empty; give a file with text"


def texts_of(spec: CorpusSpec, place: Place) -> Iterator[str]:
    """The texts of a corpus that is not drawn from a model."""
    if spec.path:
        yield place.resolve(spec.path, f"corpus {spec.name!r}").read_text(encoding="utf-8")
        return
    from analysis.datasets.pydocs_read import installed, read_docs

    for doc in read_docs(tuple(folder for _, folder in installed().values())).kept:
        yield doc.text
