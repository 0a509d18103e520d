"""One settings file, read from the environment. `manage.py check` says what is wrong with it."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import structlog
from django.core.exceptions import ImproperlyConfigured

from config import database, env
from config.paths import CHECKOUT, data_dir

BASE_DIR = CHECKOUT
DATA_DIR = data_dir()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _kept_secret(path: Path) -> str:
    """Return the key of this data folder, made on first use and readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), open(path, "x", opener=_private) as made:
            made.write(secrets.token_urlsafe(48))
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"the data folder {path.parent} cannot be used ({error.strerror}); "
            "make it writable, or name another with BUTFOR_DATA."
        ) from error


DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or _kept_secret(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
PORT = env.whole("PORT", 8000)
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "config",
    "classifier",
    "evidence",
    "wires",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wires.admin.password.OneTimePasswordMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE_URL = database.url()
EMBEDDED_POSTGRES = database.is_embedded()
DATABASES = {"default": database.settings(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "wires.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
# Static files are served from the apps' own folders; set this to collect them elsewhere.
STATIC_ROOT = env.text("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

CELERY_BROKER_URL = env.text("BROKER_URL") or "pgmq://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # The queue's client reads a URL by itself and loses a socket's folder; it takes words.
        "conn_string": database.as_words(DATABASE_URL),
        "init_extension": False,
        "visibility_timeout": 900,
        # A broker that is away must not keep a request waiting: the sweep queues it later.
        "pool_timeout": 3,
        "pool_size": 2,
        "max_retries": 1,
        # Long polling holds a connection in a query; a short client-side poll does not.
        "wait_time_seconds": 0,
        "polling_interval": 0.5,
    }
    if CELERY_BROKER_URL.startswith("pgmq")
    else {"visibility_timeout": 900, "unacked_restore_throttle": 1}
    if CELERY_BROKER_URL.startswith("redis")
    else {}
)
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {
    "evidence.tasks.execute": {"queue": "runs"},
    "evidence.tasks.execute_on_gpu": {"queue": "gpu"},
    # What reads texts with the encoder, and nothing else: a machine that is good at that takes
    # this queue alone.
    "wires.tasks.check_claims": {"queue": "embed"},
    "wires.tasks.recheck_claims": {"queue": "embed"},
    "wires.tasks.propose": {"queue": "embed"},
    "wires.tasks.propose_batch": {"queue": "embed"},
    "wires.tasks.renew_vectors": {"queue": "embed"},
    "wires.tasks.sweep_texts": {"queue": "embed"},
    # What takes long for other reasons, so that nothing stands before what the clock asks for.
    "wires.tasks.fetch_source": {"queue": "slow"},
    "wires.tasks.look_at": {"queue": "slow"},
    "wires.tasks.run_batch": {"queue": "slow"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "wires.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "publish-due": {
        "task": "wires.beat.publish_due",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    # Ten addresses at a time, each of another host: every source is come to about weekly.
    "look-at-sources": {
        "task": "wires.tasks.look_at_sources",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "sweep-runs": {
        "task": "evidence.tasks.sweep",
        "schedule": 30.0,
        "options": {"expires": 30, "queue": "celery"},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["wires.api.renderers.RecordRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Butfor feed",
    "DESCRIPTION": "The public archive as records, and the change log to keep a copy in step.",
    "VERSION": "1.3.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

UNFOLD = {
    "SITE_TITLE": "Butfor desk",
    "SITE_HEADER": "Butfor desk",
    "SITE_SYMBOL": "newspaper",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
}

# A job that would change more than this share of the public archive, or more than this many
# public wires, stops and asks for a senior editor.
BRAKE_SHARE = 0.10
BRAKE_COUNT = env.whole("BRAKE_COUNT", 50)

# One proposal in so many is hidden until the editor has decided; 0 hides none.
BLIND_ONE_IN = env.whole("BLIND_ONE_IN", 10)

# How far the vault goes for a document. Only public addresses are fetched, and those of
# networks that are named here, as 10.1.0.0/16.
FETCH_ALLOWED_NETWORKS = env.names("FETCH_ALLOWED_NETWORKS", "")
FETCH_SECONDS = env.whole("FETCH_SECONDS", 30)  # for the download, and again for reading it
FETCH_BYTES = env.whole("FETCH_MEGABYTES", 20) * 1_000_000
FETCH_REDIRECTS = 5
# Where a public web archive says whether it has a copy: an address with {url} in it that
# answers like https://archive.org/wayback/available?url={url}. Empty: none is asked.
ARCHIVE_LOOKUP = env.text("ARCHIVE_LOOKUP")

ENCODER = env.text("ENCODER")  # a sentence-transformers name or path; empty: the bundled one
ENCODER_DEVICE = env.text("ENCODER_DEVICE", "auto")
# A sequence classifier by folder or by a name in this machine's model cache, which the claim
# checker asks whether a passage says so. Empty: the rules decide alone. Nothing is downloaded.
ENTAILMENT = env.text("ENTAILMENT")
# An instruction model that may draft a counterfactual: a folder, or an address that speaks as
# OpenAI's chat completions do, with the model's name there. Empty: none is asked.
DRAFTER = env.text("DRAFTER")
DRAFTER_MODEL = env.text("DRAFTER_MODEL")
DRAFTER_KEY = env.text("DRAFTER_KEY")
DRAFTER_SECONDS = env.whole("DRAFTER_SECONDS", 20)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.LogfmtRenderer(
                    key_order=["timestamp", "level", "logger"]
                ),
            ],
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},
}
