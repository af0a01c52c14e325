"""Everything the first page needs, in memory before anybody asks: modules, plug-ins, the first study's numbers."""

from importlib import import_module

from analysis.ask import Ask
from analysis.registry import analyses, families, projections, sources
from ui import findings, opened, startup


def first_page() -> None:
    """Load it."""
    import_module("ui.router")  # and with it every page
    for plugins in (analyses, families, projections, sources):
        plugins()
    study, base = opened.first_study(startup.options())
    pipeline = opened.pipeline_of(study, base)
    dataset = pipeline.find_dataset()
    if dataset is None:
        return
    for space in pipeline.spaces():
        for ask in findings.asks_about(pipeline, space.name, dataset.labels[0] if dataset.labels else ""):
            pipeline.find(ask)
        pipeline.find(Ask("neighbors", subject=space.name))
