"""Many pages: `run` reads them one after the other, and each leaves a record."""
