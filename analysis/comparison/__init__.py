"""How alike two spaces of the same samples are: one measure per file, exported as COMPARISON."""
