"""The arithmetic of insight: pure decisions over columns, without Django, database or clock."""
