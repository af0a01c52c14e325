"""Training a checkpoint on a task by gradient: settings, batches, network, state on disk, and the loop."""
