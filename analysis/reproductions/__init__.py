"""The papers' results at a size that runs here, beside their published numbers."""
