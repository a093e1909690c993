"""Django's settings, built from the typed ones in `config.py`."""

from __future__ import annotations

from typing import Any

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from regulars.project import logs
from regulars.project.config import database, load_settings

REGULARS = load_settings()
SECRET_KEY = REGULARS.secret_key
DEBUG = REGULARS.debug
ALLOWED_HOSTS = REGULARS.hosts
VAR = REGULARS.var
PRODUCTION = REGULARS.mode == "production"
BASE_URL = REGULARS.base_url
REGULARS_STYLE_GUIDE = REGULARS.style_guide and not PRODUCTION

CAPABILITIES = [
    "business",
    "staff",
    "policy",
    "customers",
    "contacts",
    "messaging",
    "purchases",
    "loyalty",
    "service",
    "insight",
    "desk",
    "till",
]
# SQLite's indexes have no further columns; it does without them.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
INSTALLED_APPS = [
    "regulars.groundwork.kernel",
    "regulars.groundwork.design",
    *[f"regulars.{name}" for name in CAPABILITIES],
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton",
    "django_htmx",
    "ninja",
]
MIDDLEWARE = [
    "regulars.groundwork.kernel.requests.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "regulars.desk.web.language.ChosenLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "regulars.desk.web.refused.RefusalPages",
    "regulars.staff.web.authorise.Authorise",
]
ROOT_URLCONF = "regulars.project.urls"
WSGI_APPLICATION = "regulars.project.wsgi.application"
AUTHORISATION_TABLE = "regulars.project.authorisation.TABLE"
PERSONAL_COLUMNS = "regulars.project.personal.PERSONAL"
PERSONAL_CLASSES = "regulars.project.personal.CLASSES"
REFUSAL_ANSWER = "regulars.desk.web.refused.answer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regulars.groundwork.design.context.look",
                "regulars.desk.web.surroundings.surroundings",
            ],
            "builtins": ["regulars.groundwork.design.templatetags.components"],
        },
    }
]

FORM_RENDERER = "regulars.groundwork.design.drawn_forms.DrawnControls"

DATABASES: dict[str, Any] = {"default": database(REGULARS)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("hu", _("Hungarian")),
    ("vi", _("Vietnamese")),
    ("pt", _("Portuguese")),
    ("cs", _("Czech")),
    ("lv", _("Latvian")),
]
USE_I18N = True

AUTH_USER_MODEL = "staff.Employee"
AUTHENTICATION_BACKENDS = ["regulars.staff.adapters.sessions.EmployeeSessions"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ["email", "name"]}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "desk:sign_in"
LOGIN_REDIRECT_URL = "desk:today"
CONFIRM_URL = "desk:confirm"

SESSION_ENGINE = "regulars.staff.adapters.session_store"
SESSION_COOKIE_AGE = REGULARS.session_days * 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-regulars"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = REGULARS.proxies > 0
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if REGULARS.proxies else None
    SECURE_HSTS_SECONDS = 31_536_000
    CSRF_TRUSTED_ORIGINS = [BASE_URL]
else:
    SESSION_COOKIE_NAME = "regulars"
    CSRF_COOKIE_NAME = "regulars-csrf"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING_CONFIG = None
logs.set_up(REGULARS.log_format)
# Messages go out from step 2 on, through the worker; until then nothing here may send mail by accident.
MAILERS: dict[str, Any] = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
