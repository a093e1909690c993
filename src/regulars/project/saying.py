"""Speaking on the console."""


def say(text: str) -> None:
    """A line on standard output."""
    print(text, flush=True)  # noqa: T201 — the command line speaks here
