"""Regulars: customer retention management."""

__version__ = "0.1.0"
