"""Install the message queue's SQL, so that Celery can use the same PostgreSQL."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            sql=[(files("pgmq").joinpath("sql/pgmq.sql").read_text(), None)],
            reverse_sql="DROP SCHEMA IF EXISTS pgmq CASCADE",
        ),
    ]
