"""Foreign sources of metrics, one per file: export METRIC_SOURCE."""
