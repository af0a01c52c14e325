"""The map: which sample is in which trace, what is bright, and that texts stay texts."""

import numpy as np
import pandas as pd
import pytest

from analysis.figures.palette import GREY, LABELS, OTHER
from analysis.figures.scatter import scatter
from analysis.figures.words import cut, decimals_of, headline, hover, shown, value_of, with_interval
from analysis.number import Number
from analysis.result import Result


def frame(n: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kinds = np.array(["cat", "dog", None], dtype=object)[np.arange(n) % 3]
    return pd.DataFrame(
        {"id": [f"s{i}" for i in range(n)], "kind": kinds, "size": np.where(np.arange(n) == 4, np.nan, np.arange(n))}
        | {axis: rng.random(n) for axis in "xyz"}
    )


def ids(trace: object) -> list[str]:
    return list(trace.customdata)


def test_every_sample_is_in_the_trace_of_its_category_with_its_id() -> None:
    figure = scatter(frame(), color="kind")
    assert [trace.name for trace in figure.data] == ["none (4)", "cat (4)", "dog (4)"]
    none, cat, dog = figure.data
    assert ids(cat) == ["s0", "s3", "s6", "s9"]
    assert (none.marker.color, cat.marker.color, dog.marker.color) == (GREY, *LABELS["light"][:2])
    assert cat.x == pytest.approx(frame()["x"][[0, 3, 6, 9]])


def test_selected_samples_stay_bright_and_the_legend_counts_them() -> None:
    figure = scatter(frame(), color="kind", selected=["s3", "s4", "s9", "unknown"])
    none, cat, dog = figure.data
    assert list(cat.selectedpoints) == [1, 3]
    assert list(dog.selectedpoints) == [1]
    assert list(none.selectedpoints) == []
    assert cat.name == "cat (2 / 4)"
    assert cat.unselected.marker.opacity < 0.2


def test_without_a_selection_all_are_bright() -> None:
    assert all(trace.selectedpoints is None for trace in scatter(frame(), color="kind").data)


def test_three_dimensions_draw_the_rest_as_a_faint_trace() -> None:
    figure = scatter(frame(), color="kind", selected=["s0"], dimensions=3)
    cats = [trace for trace in figure.data if trace.name == "cat (1 / 4)"]
    assert sorted(name for trace in cats for name in ids(trace)) == ["s0", "s3", "s6", "s9"]
    faint, bright = sorted(cats, key=lambda trace: trace.marker.opacity)
    assert ids(bright) == ["s0"]
    assert faint.marker.opacity < 0.2
    assert bright.z == pytest.approx(frame()["z"][[0]])
    assert (faint.showlegend, bright.showlegend) == (False, None)


def test_categories_beyond_the_palette_are_drawn_together_as_other() -> None:
    n = 180
    many = pd.DataFrame({"id": [str(i) for i in range(n)], "x": np.zeros(n), "y": np.zeros(n)})
    many["kind"] = [f"k{i % 45}" for i in range(n)]
    figure = scatter(many, color="kind", theme="dark")
    other = next(trace for trace in figure.data if trace.name.startswith("5 other"))
    assert other.name == "5 other (20)"
    assert other.marker.color == OTHER["dark"]
    assert len(figure.data) == 41
    assert sum(len(trace.customdata) for trace in figure.data) == n


def test_numbers_are_colored_between_robust_ends_and_missing_ones_are_grey() -> None:
    values = frame(200)
    values.loc[7, "size"] = 1e9
    figure = scatter(values, color="size", selected=["s5"], dimensions=3)
    assert figure.data[0].name == "none (0 / 1)"
    assert figure.data[0].marker.color == GREY
    bright = next(trace for trace in figure.data if list(trace.customdata) == ["s5"])
    assert list(bright.marker.color) == [5.0]
    assert bright.marker.cmax < 200
    flat = scatter(values.assign(size=3.0), color="size").data[0].marker
    assert flat.cmin < flat.cmax


def test_truth_values_are_categories() -> None:
    figure = scatter(frame().assign(kind=[True, False] * 6), color="kind")
    assert [trace.name for trace in figure.data] == ["False (6)", "True (6)"]


def test_hover_text_is_escaped_cut_and_wrapped() -> None:
    nasty = frame().assign(text="<b>bold</b> & " + "word " * 100)
    nasty.loc[0, "id"] = "<i>x</i>"
    card = scatter(nasty, hover_columns=["text", "size"]).data[0].hovertext[0]
    assert card.startswith("<b>&lt;i&gt;x&lt;/i&gt;</b><br>text: &lt;b&gt;bold&lt;/b&gt; &amp; word")
    assert card.endswith("size: 0.00")
    assert "…" in card
    assert max(len(line) for line in hover(nasty["text"][0]).split("<br>")) <= 60 + len("&lt;&gt;&lt;&gt;&amp;") * 3


def test_category_names_are_escaped_in_the_legend() -> None:
    names = [trace.name for trace in scatter(frame().assign(kind="<img src=x>"), color="kind").data]
    assert names == ["&lt;img src=x&gt; (12)"]


def test_zoom_survives_a_new_color() -> None:
    first, second = scatter(frame(), color="kind"), scatter(frame(), color="size")
    assert first.layout.uirevision == second.layout.uirevision == "map"


def test_a_title_states_its_finding_wrapped() -> None:
    assert scatter(frame(), title="a < b").layout.title.text == "a &lt; b"
    assert "<br>" in headline("word " * 30)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.00"), (0.9412, "0.94"), (63.27, "63.3"), (2211.4, "2,211"), (-3.14159, "−3.14"), (0.00123, "0.0012")],
)
def test_numbers_are_shown_to_about_three_digits(value: float, text: str) -> None:
    assert shown(value) == text
    assert 0 <= decimals_of(value) <= 4


def test_an_interval_narrower_than_the_digits_gets_more_of_them() -> None:
    assert with_interval(Number(value=321.9, low=321.21, high=322.63)) == "322 [321, 323]"
    assert with_interval(Number(value=0.98, low=0.979, high=0.985)) == "0.980 [0.979, 0.985]"
    assert with_interval(Number(value=0.5)) == "0.50"
    assert with_interval(Number(value=None, why="No.")) == "–"


def test_a_number_is_found_with_and_without_its_k() -> None:
    result = Result({"a@15": Number(value=1.0), "b": Number(value=2.0)})
    assert value_of(result, "a").value == 1.0
    assert value_of(result, "b").value == 2.0
    assert value_of(result, "c").value is None


def test_long_words_are_cut_to_the_limit() -> None:
    assert len(cut("x" * 500)) == 200
    assert cut("short\n text") == "short text"
    lines = hover("y" * 150).split("<br>")
    assert [len(line) for line in lines] == [60, 60, 30]
