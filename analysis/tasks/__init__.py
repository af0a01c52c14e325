"""Ways to score a space on a task, one per file, each exporting TASK_METHOD; the mathematics they share."""
