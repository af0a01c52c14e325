"""How neighbours were found, in words: an exact search says so, an approximate one gives its measured recall."""

from analysis.figures.words import with_interval
from analysis.knn_graph import KnnGraph
from analysis.registry import indexes


def found_by(graph: KnnGraph, k: int) -> str:
    """Metric and search of a graph's neighbours; the recall is that of the k nearest."""
    index = indexes()[graph.method]
    if index.exact:
        return f"{graph.metric}, exact search"
    recall = graph.recall_at(k)
    measured = recall.why if recall.value is None else f"measured recall@{k} {with_interval(recall)}"
    return f"{graph.metric}, {index.title}, approximate, {measured}"
