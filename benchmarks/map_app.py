"""One map and nothing else, ours or Plotly's, for `benchmarks.map`: ?renderer=webgl|plotly&n=10000.

The map is of overlapping clouds; a button gives it other colours, a lasso's answer is counted.
"""

from pathlib import Path

if __name__ == "__main__":
    import numpy as np
    import streamlit as st

    from analysis.labels import Labels
    from ui import state, style
    from ui.map_renderer import Picture
    from ui.map_webgl import WebglMap
    from ui.view import View

    CLASSES = 20

    @st.cache_resource
    def cloud(n: int) -> "tuple[np.ndarray, np.ndarray]":
        """Points (n, 2) about 400 centres, and the cloud of each."""
        rng = np.random.default_rng(0)
        at = rng.integers(0, 400, n)
        centres = rng.normal(scale=12, size=(400, 2))
        return (centres[at] + rng.normal(size=(n, 2))).astype(np.float32), (at % CLASSES).astype(np.int32)

    @st.cache_resource
    def names(n: int) -> "tuple[tuple[str, ...], dict[str, int]]":
        """Ids, and the place of each."""
        ids = tuple(f"s{i}" for i in range(n))
        return ids, {name: place for place, name in enumerate(ids)}

    st.set_page_config(layout="wide")
    n, renderer = int(st.query_params["n"]), st.query_params["renderer"]
    points, codes = cloud(n)
    shift = st.session_state.setdefault("shift", 0)
    if st.button("other colours"):
        shift = st.session_state["shift"] = shift + 1
    dealt = ((codes + shift) % CLASSES).astype(np.int32)
    st.session_state.setdefault("chosen", 0)
    if renderer == "webgl":
        ids, where = names(n)
        state.begin(lambda: state.Session(study=None, base=Path(), view=View()))  # type: ignore[arg-type]

        def hear(event: object) -> None:
            """Count a selection."""
            st.session_state["chosen"] = len(getattr(event, "ids", ()))

        classes = tuple(f"class {code}" for code in range(CLASSES))
        WebglMap().draw(
            Picture(
                title=f"{n:,} points",
                caption="",
                seen=f"cloud {n}",
                samples=f"cloud {n}",
                ids=ids,
                where=where,
                coordinates=points,
                color=Labels("class", "categorical", classes, dealt, np.empty(0)),
                hovers=lambda: [""] * n,
                card=lambda place: {"id": ids[place], "lines": []},
                hidden=np.zeros(n, dtype=bool),
                theme=style.theme(),
            ),
            key="map",
            name="map",
            on_event=hear,
            saving=None,
        )
    else:
        import plotly.graph_objects as go

        figure = go.Figure(go.Scattergl(x=points[:, 0], y=points[:, 1], mode="markers", marker={"color": dealt}))
        figure.update_layout(height=600, uirevision="map", dragmode="lasso", showlegend=False)
        said = st.plotly_chart(figure, key="map", on_select="rerun", selection_mode=("lasso",))
        st.session_state["chosen"] = len(said["selection"]["point_indices"])
    st.write(f"SHIFT={shift};CHOSEN={st.session_state['chosen']};")
else:
    from streamlit import App

    from ui.serving import ROUTES

    app = App(__file__, routes=ROUTES)
