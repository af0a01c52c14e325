"""The dashboard's door: `streamlit run app.py -- [--study FILE] [--cache DIR] [--root FOLDER ...] [--public]`.

Streamlit imports this file once, for the server, and runs it as a script for every page.
"""

if __name__ == "__main__":
    from ui.router import main

    main()
else:
    import os

    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # Arrow's own keeps what an ended thread has freed

    from streamlit import App

    from ui.serving import ROUTES, ready, refuse

    refuse()
    ready()
    app = App(__file__, routes=ROUTES)
