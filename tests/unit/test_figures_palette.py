"""Colors are told apart by the color-blind, legible on their paper, and never grey."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from analysis.figures.palette import (
    CHECKPOINTS,
    DIVERGING,
    GREY,
    LABELS,
    PAPER,
    SEQUENTIAL,
    SERIES,
    checkpoint_colors,
    label_colors,
    series_colors,
)
from analysis.figures.theme import dressed, template

# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB
VISIONS = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def linear(color: str) -> np.ndarray:
    channel = np.frombuffer(bytes.fromhex(color[1:]), np.uint8) / 255
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson 2020."""
    lms = np.cbrt(
        np.clip(rgb, 0, None)
        @ np.array(
            [
                [0.4122214708, 0.2119034982, 0.0883024619],
                [0.5363325363, 0.6806995451, 0.2817188376],
                [0.0514459929, 0.1073969566, 0.6299787005],
            ]
        )
    )
    return lms @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )


def nearest(colors: tuple[str, ...]) -> float:
    """Smallest distance of two colors over all kinds of vision."""
    return min(
        float(np.linalg.norm(oklab(np.clip(matrix @ linear(a), 0, 1)) - oklab(np.clip(matrix @ linear(b), 0, 1))))
        for matrix in map(np.array, VISIONS.values())
        for a, b in combinations(colors, 2)
    )


def contrast(a: str, b: str) -> float:
    """WCAG contrast ratio."""
    dark, light = sorted(float(linear(color) @ [0.2126, 0.7152, 0.0722]) for color in (a, b))
    return (light + 0.05) / (dark + 0.05)


@THEMES
def test_label_colors_are_told_apart_with_any_vision(theme: str) -> None:
    assert nearest(LABELS[theme][:8]) >= 0.085
    assert nearest(LABELS[theme][:20]) >= 0.055
    assert len(LABELS[theme]) == 40 and nearest(LABELS[theme]) >= 0.045


def test_checkpoint_colors_are_told_apart_with_any_vision() -> None:
    assert nearest(CHECKPOINTS[:8]) >= 0.085
    assert nearest(CHECKPOINTS) >= 0.055


@THEMES
def test_colors_stand_out_from_the_paper(theme: str) -> None:
    for color in (*LABELS[theme], *CHECKPOINTS, GREY):
        assert contrast(color, PAPER[theme]) >= 2.1


@THEMES
def test_no_category_is_grey(theme: str) -> None:
    for color in (*LABELS[theme], *CHECKPOINTS):
        _, a, b = oklab(linear(color))
        assert np.hypot(a, b) >= 0.05
    assert np.hypot(*oklab(linear(GREY))[1:]) < 0.03


@THEMES
def test_the_ramp_changes_lightness_one_way_and_in_even_steps(theme: str) -> None:
    steps = np.diff([oklab(linear(color))[0] for color in SEQUENTIAL[theme]])
    assert (steps < 0).all() if theme == "light" else (steps > 0).all()
    assert np.abs(steps).max() < 2.5 * np.abs(steps).min()


@THEMES
def test_the_diverging_ramp_is_closest_to_the_paper_in_the_middle(theme: str) -> None:
    contrasts = [contrast(color, PAPER[theme]) for color in DIVERGING[theme]]
    assert np.argmin(contrasts) == len(contrasts) // 2
    assert all(a > b for a, b in pairwise(contrasts[:5]))
    assert all(a < b for a, b in pairwise(contrasts[4:]))


def test_the_most_frequent_categories_get_the_first_colors() -> None:
    counts = {f"c{i:02}": 100 - i for i in range(45)} | {"big": 999}
    colors = label_colors(counts)
    assert len(colors) == 40
    assert colors["big"] == LABELS["light"][0]
    assert "c44" not in colors


def test_a_checkpoint_keeps_its_color_whatever_else_is_there() -> None:
    assert checkpoint_colors(["a", "b"])["a"] == checkpoint_colors(["a", "b", "c"])["a"]


def test_no_member_of_a_series_looks_like_one_of_the_first_checkpoints() -> None:
    assert min(nearest((mine, other)) for ramp in SERIES for mine in ramp for other in CHECKPOINTS[:4]) > 0.05


def test_a_series_runs_from_light_to_dark() -> None:
    lightness = [oklab(linear(color))[0] for color in series_colors([f"step {i}" for i in range(7)]).values()]
    assert all(a > b for a, b in pairwise(lightness))
    assert len(series_colors(["only"])) == 1


@THEMES
def test_every_figure_gets_the_themes_paper_and_ramps(theme: str) -> None:
    import plotly.graph_objects as go

    figure = dressed(go.Figure(go.Bar(y=[1])), theme)
    assert figure.layout.template.layout.paper_bgcolor == PAPER[theme]
    assert figure.layout.template.layout.colorscale.sequential[0][1] == SEQUENTIAL[theme][0]
    assert template(theme).layout.title.xanchor == "left"
