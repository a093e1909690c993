"""The WSGI application that the web server serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
