"""What differs between two spaces: told where intervals do not meet, of what dimensions bound by its share."""

import numpy as np
import pandas as pd

from analysis.series.apart import apart
from analysis.series.standings import beside


def test_what_differs_between_two_spaces_is_told_where_their_intervals_do_not_meet() -> None:
    keys = [("spectrum", "effective_rank", ""), ("dimension", "twonn", ""), ("health", "duplicates", "")]
    table = pd.DataFrame(
        [
            ("spectrum", "effective_rank", "", "A", 60.0, 58.0, 62.0),
            ("spectrum", "effective_rank", "", "B", 20.0, 19.0, 21.0),
            ("dimension", "twonn", "", "A", 8.0, 7.0, 9.0),
            ("dimension", "twonn", "", "B", 7.5, 6.5, 8.5),
            ("health", "duplicates", "", "A", 3.0, np.nan, np.nan),
        ],
        columns=["analysis", "number", "other", "space", "value", "low", "high"],
    )
    said = apart(table, keys, "A", "B")
    assert said == (
        "The space of A differs from that of B: directions used (effective rank) 60.0 against 20.0. No clear difference"
        " in intrinsic dimension (TwoNN) 8.00 against 7.50: their intervals overlap."
    )
    assert apart(table, keys[1:], "A", "B").startswith("The space of A cannot be told apart from that of B by ")
    assert apart(table, keys[2:], "A", "B") == ""


def test_numbers_that_dimensions_bound_are_told_with_them_and_compared_by_their_share() -> None:
    key = ("spectrum", "effective_rank", "")
    table = pd.DataFrame(
        [(*key, "A", 238.2, 237.0, 239.0, 256.0, 100, ""), (*key, "B", 359.0, 355.0, 361.0, 384.0, 100, "")],
        columns=["analysis", "number", "other", "space", "value", "low", "high", "d", "n", "why"],
    )
    assert beside(table, key, ["A"]) == ["238 [237, 239] of 256"]
    assert apart(table, [key], "A", "B") == (  # the ranks are apart, what they are of their widths is not
        "The space of A cannot be told apart from that of B by directions used (effective rank) 238 of 256 (93 %)"
        " against 359 of 384 (93 %): their intervals overlap."
    )
    wider = table.assign(d=[256.0, 512.0])
    assert "differs from that of B" in apart(wider, [key], "A", "B")
