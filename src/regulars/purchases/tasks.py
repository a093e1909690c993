"""Background work with purchases: imports, as a kind that the kernel's import job knows."""

from regulars.groundwork.kernel.intake import jobs  # noqa: F401 — registers the job
from regulars.purchases.services import importing  # noqa: F401 — registers the kind
