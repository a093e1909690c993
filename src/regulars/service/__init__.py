"""Cases, the promises made in them, and who answers for what."""
