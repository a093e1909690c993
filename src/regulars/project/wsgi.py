"""The WSGI application that the web server serves."""

import gc
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")

from django.core.wsgi import get_wsgi_application

gc.disable()  # while the program loads: everything that is made now stays
application = get_wsgi_application()

# What stays is never looked through again, and pages leave few circles behind: collect after many objects, not after a few.
gc.freeze()
gc.set_threshold(50_000, 20, 20)
gc.enable()
# A thread that waits for the database gets its turn back after half a millisecond, not after five: pages ask a dozen times.
sys.setswitchinterval(0.0005)
