"""BatchProcessor: bulk jobs from a script of one's own, in this process."""
