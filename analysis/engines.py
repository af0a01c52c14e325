"""The engine of a study: where its embedding, its sums over shards and its neighbours are made ([engine])."""

from analysis.study import Study
from models.engine import Engine, engine_called


def engine_of(study: Study) -> Engine:
    """The engine that a study asks for; what it makes is the same whichever it is, so no key knows it."""
    spec = study.engine
    return engine_called(spec.name, address=spec.address, workers=spec.workers)
