"""How a space, or labels, agree with a graph: one measure a file, each exports ALIGNMENT."""
