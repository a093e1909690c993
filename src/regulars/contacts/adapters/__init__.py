"""The gate's few statements, in the words of each database."""
