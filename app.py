"""The dashboard's door: `streamlit run app.py -- [--study FILE] [--cache DIR] [--root FOLDER ...]`."""

from ui.router import main

main()
