"""Many pages: `run` has them read by worker processes, and each leaves a record."""
