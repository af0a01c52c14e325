"""Sources of graphs over the samples: one a file, each exports GRAPH; and what is made of any graph."""
