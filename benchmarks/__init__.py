"""Every speed and memory claim, against its peer, in one run."""
