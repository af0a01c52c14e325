"""Everything the first page needs, in memory before anybody asks: modules, plug-ins, the first study's numbers."""

from importlib import import_module

from analysis.plan import wanted
from analysis.registry import analyses, comparisons, estimators, families, projections, sources
from ui import best, opened, startup


def first_page() -> None:
    """Load it."""
    import_module("ui.router")  # and with it every page
    for plugins in (analyses, comparisons, estimators, families, projections, sources):
        plugins()
    study, base = opened.first_study(startup.options())
    pipeline = opened.pipeline_of(study, base)
    dataset = pipeline.find_dataset()
    if dataset is None:
        return
    asks = [ask for ask in wanted(pipeline) if ask.kind not in ("metrics", "space")]  # files too large to look at ahead
    best.said_of(pipeline, asks)
