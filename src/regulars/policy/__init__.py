"""The customer experience strategy as binding policy: what is promised, by which calendar, and who may decide what."""
