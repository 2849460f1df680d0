"""The version of the schema, and how a database comes to it.

Alembic is imported only where there is something to do, for it is slow to load. All steps run in one transaction, DDL
included: what is interrupted has not happened. Two processes that start at once wait for one another in the writer's
lock, and the second finds everything done.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from store.engine import is_sqlite, writing_engine
from store.errors import StoreBroken, StoreTooNew, place_of

HEAD = "0001"
"""The newest revision in ``migrations/versions``."""

MIGRATIONS = Path(__file__).parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """What the database says of itself; None where it holds no schema of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def upgrade(url: URL) -> None:
    """Brings the database to ``HEAD``, from nothing too. StoreTooNew if a newer version has written it."""
    engine = writing_engine(url, foreign_keys=False)
    try:
        with engine.begin() as connection:
            revision = revision_of(connection)
            if revision != HEAD:
                _upgrade(connection, revision, url)
    finally:
        engine.dispose()


def check(revision: str | None, url: URL, *, upgradable: bool = False) -> None:
    """For those who may not upgrade: an error unless the schema is of this version, or older where it is
    ``upgradable`` later."""
    place = place_of(url)
    if revision is None:
        raise StoreBroken(f"{place} holds no store yet: start the service once, it makes one.")
    if revision != HEAD:
        if revision not in _known():
            raise StoreTooNew(_TOO_NEW.format(place=place, revision=revision))
        if not upgradable:
            raise StoreBroken(
                f"{place} was written by an older version: start the service once, it upgrades the store."
            )


_TOO_NEW = (
    "{place} was written by a newer version of supportd (schema {revision}, this version knows up to "
    f"{HEAD}): install that version again, or restore a backup made before the upgrade."
)


def _known() -> frozenset[str]:
    from alembic.config import Config  # noqa: PLC0415 - slow to load, rarely needed
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return frozenset(script.revision for script in ScriptDirectory.from_config(configuration).walk_revisions())


def _upgrade(connection: Connection, revision: str | None, url: URL) -> None:
    from alembic import command  # noqa: PLC0415 - slow to load, rarely needed
    from alembic.config import Config  # noqa: PLC0415 - as above

    if revision is not None and revision not in _known():
        raise StoreTooNew(_TOO_NEW.format(place=place_of(url), revision=revision))
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, HEAD)
    if is_sqlite(url) and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise StoreBroken(f"The upgrade of {place_of(url)} would leave {broken[0]} inconsistent: it was not made.")
