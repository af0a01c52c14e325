"""One way to draw a space in two or three dimensions per file; each exports PROJECTION."""
