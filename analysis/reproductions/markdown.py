"""Tables of reproductions in Markdown."""

import pandas as pd


def markdown(table: pd.DataFrame) -> str:
    """A table in Markdown, numbers to three digits."""
    head = [f"| {' | '.join(table.columns)} |", f"|{' --- |' * len(table.columns)}"]
    rows = [
        f"| {' | '.join(f'{cell:.3f}' if isinstance(cell, float) else str(cell) for cell in row)} |"
        for row in table.itertuples(index=False)
    ]
    return "\n".join(head + rows)
