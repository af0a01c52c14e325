"""One architecture for bare state dicts per file: export ARCHITECTURE. Files without one are shared by several."""
