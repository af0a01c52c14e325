"""Pre-training: objectives, what they sample, and the loop."""
