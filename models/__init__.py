"""Everything that has weights: encoders, how they are found, loaded and run. Imports nothing of ours."""
