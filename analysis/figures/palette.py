"""Colors that mean one thing each, told apart by the color-blind too.

Grey is chance, missing or dimmed and nothing else. Labels and checkpoints have their own palettes. The label and
checkpoint palettes were found by farthest-point search in OKLab over light-and-dark-legible colors, the distance
being the smallest over normal, protan, deutan and tritan vision (Machado, Oliveira and Fernandes 2009): the first
eight are at least .085 apart for every one of them (Okabe and Ito's eight: .076), twenty at least .055 and forty at
least .045; the first twenty label colors are at least .14 apart for normal vision.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from analysis.study import CheckpointSpec

Theme = Literal["light", "dark"]

PAPER: Mapping[Theme, str] = {"light": "#ffffff", "dark": "#14171c"}
INK: Mapping[Theme, str] = {"light": "#1b1f24", "dark": "#eceff3"}
FAINT: Mapping[Theme, str] = {"light": "#dfe3e8", "dark": "#323841"}  # rules and axes
GREY = "#8b929c"  # chance, missing, dimmed: legible on both
OTHER: Mapping[Theme, str] = {"light": "#b9a98c", "dark": "#8f8064"}  # categories beyond the palette
ACCENT: Mapping[Theme, str] = {"light": "#2f6fbf", "dark": "#5b9be6"}  # the one number or series a figure is about

LABELS: Mapping[Theme, tuple[str, ...]] = {
    "light": (
        *("#2f6fbf", "#e0812b", "#af39fa", "#ce1f0a", "#27400f", "#1ca7fc", "#8c5670", "#5a0072", "#1807f7", "#12987f"),
        *("#fe61f2", "#d99cb6", "#f74981", "#1f7114", "#6c16cd", "#154d72", "#850737", "#a2b77e", "#160da0", "#cc01a7"),
        *("#100010", "#300838", "#002000", "#c07040", "#680048", "#b078c8", "#606098", "#103010", "#c030d0", "#a85850"),
        *("#a01050", "#f09850", "#900880", "#280058", "#200000", "#000028", "#c888c0", "#8810a8", "#3098e0", "#401830"),
    ),
    "dark": (
        *("#5b9be6", "#f0a04b", "#29ffca", "#bb2fc3", "#e5659f", "#7c480e", "#056361", "#6c5cf3", "#849860", "#f5e48a"),
        *("#876591", "#04cd75", "#f12a0f", "#e1aad4", "#15d5fe", "#198311", "#b01e56", "#2819f6", "#9df01c", "#553da1"),
        *("#705090", "#f860f8", "#d09020", "#b0d0a8", "#b860b8", "#c0f8f8", "#c898c8", "#88c0a8", "#8000c8", "#b880c8"),
        *("#e0d078", "#6060b0", "#90e8e8", "#589030", "#486040", "#a06070", "#f0b800", "#70b078", "#9070e0", "#a03078"),
    ),
}
CHECKPOINTS = (
    *("#0f8b8d", "#e4572e", "#802fbd", "#c492f7", "#24c187", "#96444a"),
    *("#e69a24", "#d548ce", "#61629b", "#986bfe", "#729258", "#3c50ea"),
)
# The farther a value from the ramp's start, the farther its color from the paper.
SEQUENTIAL: Mapping[Theme, tuple[str, ...]] = {
    "light": (*("#e8d34f", "#b0cc5b", "#76c070", "#36b183", "#099b8f"), *("#0a7d8c", "#055f86", "#093c8c", "#2c1374")),
    "dark": (*("#4934a3", "#2558b5", "#0377aa", "#108fa5", "#14a7a1"), *("#3dc099", "#7dd489", "#bae377", "#f7ed6c")),
}
DIVERGING: Mapping[Theme, tuple[str, ...]] = {  # zero belongs in the middle
    "light": (*("#004b96", "#1e6ab6", "#418ad1", "#93bae0", "#e5e8ec"), *("#e2ad91", "#d17236", "#b45018", "#923000")),
    "dark": (*("#77c7fe", "#4fa6e9", "#3284d0", "#34587c", "#2c2e30"), *("#7b4a2e", "#cb6620", "#e48c49", "#fcb26f")),
}
SERIES = (  # one hue per series of checkpoints, light to dark; as far as can be from the first four checkpoints
    ("#a9bcf2", "#8b9cd1", "#6d7eb1", "#516191", "#374573"),
    ("#edab9f", "#cb8c81", "#ab6e64", "#8b5148", "#6c352d"),
)


def label_colors(counts: Mapping[str, int], theme: Theme = "light") -> dict[str, str]:
    """A color for each of the most frequent categories (ties by name); what is beyond the palette is left out."""
    frequent = sorted(counts, key=lambda name: (-counts[name], name))
    return dict(zip(frequent, LABELS[theme], strict=False))


def checkpoint_colors(names: Sequence[str]) -> dict[str, str]:
    """One color per checkpoint in the study's order, the same on every page and in both themes.

    >>> checkpoint_colors(["MiniLM", "random"])
    {'MiniLM': '#0f8b8d', 'random': '#e4572e'}
    """
    return {name: CHECKPOINTS[place % len(CHECKPOINTS)] for place, name in enumerate(names)}


def study_colors(checkpoints: Sequence["CheckpointSpec"]) -> dict[str, str]:
    """The color of each checkpoint of a study: its own, or its place in the hue of its series."""
    from analysis.made import places_of

    colors = checkpoint_colors([spec.name for spec in checkpoints])
    series_in = {spec.name: [series for series, _ in places_of(spec)] for spec in checkpoints}
    for number, series in enumerate(dict.fromkeys(one for found in series_in.values() for one in found)):
        members = [name for name, found in series_in.items() if series in found]
        colors |= series_colors(members, number) if len(members) > 1 else {}
    return colors


def series_colors(names: Sequence[str], series: int = 0) -> dict[str, str]:
    """The checkpoints of one series, in order, through one hue from light to dark."""
    ramp = SERIES[series % len(SERIES)]
    steps = max(len(names) - 1, 1)
    return {name: _between(ramp, place / steps) for place, name in enumerate(names)}


def scale(ramp: Sequence[str]) -> list[list[float | str]]:
    """A ramp as plotly's color scale."""
    return [[place / (len(ramp) - 1), color] for place, color in enumerate(ramp)]


def _between(ramp: Sequence[str], where: float) -> str:
    at = where * (len(ramp) - 1)
    low = min(int(at), len(ramp) - 2)
    left, right = (tuple(bytes.fromhex(color[1:])) for color in ramp[low : low + 2])
    mixed = (round(a + (b - a) * (at - low)) for a, b in zip(left, right, strict=True))
    return "#" + bytes(mixed).hex()
