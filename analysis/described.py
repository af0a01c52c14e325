"""A pipeline in plain values, and back: what a job file, a worker and a question to a warm process carry."""

from pathlib import Path
from typing import Any

from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study import Study
from analysis.study_file import plain, study_from
from models.hashes import remember_in
from models.place import Place


def described(pipeline: Pipeline) -> dict[str, Any]:
    """A pipeline in plain values, as a job file and a question to the warm worker carry it."""
    place, store = pipeline.place, pipeline.store
    return {
        "study": plain(pipeline.study),
        "base": str(place.base),
        "roots": None if place.roots is None else [str(root) for root in place.roots],
        "closed": [str(folder) for folder in place.closed],
        "cache": str(store.root),
        "layers": [str(layer) for layer in store.layers],
    }


def pipeline_of(job: dict[str, Any]) -> Pipeline:
    """The pipeline that a job file describes."""
    study: Study = study_from(job["study"])
    roots = None if job["roots"] is None else tuple(map(Path, job["roots"]))
    store = Store(Path(job["cache"]), tuple(map(Path, job["layers"])))
    remember_in(store.root / "hashes")
    return Pipeline(study, Place(Path(job["base"]), roots, tuple(map(Path, job["closed"]))), store)
