"""Verbs that need several capabilities at once: the first steps of an installation."""

from regulars.desk.services.first_steps import first_steps, set_up_business, setup_code_fits

__all__ = ["first_steps", "set_up_business", "setup_code_fits"]
