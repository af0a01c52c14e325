"""What the Overview says of tasks is worked out once for what is computed, not at every click."""

from types import SimpleNamespace
from typing import Any

from analysis.series.answer import Answer
from ui import best


class World:
    """As much of a pipeline as is asked here: what is there, under which key."""

    def __init__(self) -> None:
        self.there: dict[str, str] = {}

    def find(self, ask: str) -> str | None:
        return self.there.get(ask)

    def recipe(self, ask: str) -> Any:
        return SimpleNamespace(key=self.there.get(ask, "unmade"))


def test_it_is_worked_out_anew_when_something_is_made_or_made_otherwise_and_only_then(monkeypatch):
    made = []

    def answers_of(pipeline, asks):
        made.append(dict(pipeline.there))
        return [Answer("kind", "linear", f"{len(made)}.", (), (), "a", "b", "a", "c")]

    monkeypatch.setattr(best, "answers_of", answers_of)
    monkeypatch.setattr(best, "two_apart", lambda pipeline, one, other: f"{one} beside {other}")
    world, other, asks = World(), World(), ["score of a", "score of b"]
    first = best.said_of(world, asks)
    assert first.apart == {("a", "b"): "a beside b", ("a", "c"): "a beside c"}
    assert best.said_of(world, asks) is first
    for key in ("one", "two"):
        world.there["score of b"] = key
        assert best.said_of(world, asks) is best.said_of(world, asks) is not first
    assert made == [{}, {"score of b": "one"}, {"score of b": "two"}]
    assert best.said_of(other, asks).answers[0].lead == "4."
