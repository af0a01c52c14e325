"""Given checkpoints that bring the recipe they were pre-trained by: its card, and what became of each."""

import streamlit as st

from analysis.carried import carried
from analysis.pipeline import Pipeline
from analysis.recipe_cards import card_table
from ui import words

LEAD = "Came with their recipe"
HOW = "Trained before this study, elsewhere or for it to ship. Losses: means of the last tenth of a run."
LAST = {"masked": "loss L_M", "right": "tokens told right", "structure": "loss L_SI"}


def draw(pipeline: Pipeline) -> None:
    """Draw them; nothing where there is none."""
    found = carried(pipeline)
    if not found:
        return
    words.lead(LEAD)
    table = card_table([one.card for one in found], "recipe").drop(columns="recipe")
    table.insert(0, "checkpoint", [one.checkpoint for one in found])
    for at, (key, title) in enumerate(LAST.items(), 2):
        table.insert(at, title, [one.outcome.get(key) for one in found])
    pinned = {"checkpoint": st.column_config.TextColumn(pinned=True)}
    st.dataframe(table, hide_index=True, placeholder="–", height=38 + 35 * len(table), column_config=pinned)
    words.quiet(HOW)
