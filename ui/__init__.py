"""The dashboard: everything that knows Streamlit, and nothing else."""
