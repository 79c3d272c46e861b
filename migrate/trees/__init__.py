"""Trees of texts: on disk, in memory, in git; which of their files are somebody's work."""
