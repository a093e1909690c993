"""Background work with customers: imports, as a kind that the kernel's import job knows."""

from regulars.customers.services import importing  # noqa: F401 — registers the kind
from regulars.groundwork.kernel.intake import jobs  # noqa: F401 — registers the job
