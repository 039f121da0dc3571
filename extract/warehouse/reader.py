"""The login of the API: a role that can read the views of schema `api`, and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import psycopg
from psycopg import sql

from extract.database import SESSION, DatabaseUrl
from extract.errors import UsageError
from extract.settings import Settings
from extract.warehouse.embedded import write_private
from extract.warehouse.load import connection

GROUP = "coeqwal_read"
USER = "coeqwal_api"
DEFAULTS: Mapping[str, str] = {
    **SESSION,
    "search_path": "api",
    "default_transaction_read_only": "on",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
}
"""What its sessions begin with, by whatever program it logs in."""

MORE_THAN_READING = """
select concat_ws(
    ', ',
    case when r.rolsuper then 'it is a superuser' end,
    case
        when r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls then 'it may administer the server'
    end,
    case when exists (
        select from pg_auth_members as m where m.member = r.oid and m.roleid <> 'coeqwal_read'::regrole
    ) then 'it is a member of other roles' end,
    case when exists (
        select from pg_shdepend as d
        where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
    ) then 'it owns something' end,
    case when exists (
        select from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
        where
            c.relkind in ('r', 'p', 'v', 'm', 'f')
            and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
            and has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate')
    ) then 'it may change a table' end
)
from pg_roles as r
where r.rolname = %s
"""


def ensure(settings: Settings) -> str:
    """Create the login, or bring it up to date; the landing tables have to be there.

    Its name and password are those of COEQWAL_API_DATABASE_URL. Without that, the login is `coeqwal_api` with a
    password that was made up once; its URL is kept in the data folder, for its owner only. On a server that is not the
    embedded one, a `coeqwal_api` that somebody else has made keeps the password that only they know.

    Returns:
        Who the API will log in as, for a person.

    Raises:
        UsageError: the login can do more than read.
        CoeqwalError: as `load.connection`.
    """
    url, known = settings.resolved_database_url(), settings.reader_url()
    owner = DatabaseUrl.parse(url)
    login = DatabaseUrl.parse(known) if known else owner.with_login(USER, secrets.token_urlsafe(18))
    with connection(url) as link:
        link.execute("select pg_advisory_xact_lock(hashtextextended('coeqwal/prepare', 0))")
        row = link.execute("select 1 from pg_roles where rolname = %s", [login.user]).fetchone()
        if row is None and not _may_create_roles(link):
            return f"the API logs in as {owner.user}, who may not create a login of its own ({login.user}) for it"
        if row and known is None and settings.database_url:
            _prepare(link, login.user, None)
            return (
                f"the login {login.user} of the API is there; its password is known to whoever made it: the API needs"
                " it in COEQWAL_API_DATABASE_URL, and logs in as the owner until then"
            )
        if row is None:
            _create(link, login.user)
        _prepare(link, login.user, login.password)
    if not settings.api_database_url:
        write_private(settings.reader_file, login.uri + "\n")
    where = "COEQWAL_API_DATABASE_URL" if settings.api_database_url else settings.reader_file
    return f"the API logs in as {login.user}, who can only read; its URL, with the password, is in {where}"


def _may_create_roles(link: psycopg.Connection) -> bool:
    row = link.execute("select rolsuper or rolcreaterole from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def _create(link: psycopg.Connection, user: str) -> None:
    try:
        with link.transaction():
            link.execute(sql.SQL("create role {} login").format(sql.Identifier(user)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        pass  # of another database of the server, at the same moment


def _prepare(link: psycopg.Connection, user: str, password: str | None) -> None:
    """Give the role what it needs, and refuse one that has more."""
    role, group = sql.Identifier(user), sql.Identifier(GROUP)
    member = link.execute(
        "select 1 from pg_auth_members where member = %s::text::regrole and roleid = %s::regrole",
        [role.as_string(link), GROUP],
    ).fetchone()
    if member is None:
        link.execute(sql.SQL("grant {} to {}").format(group, role))
    row = link.execute(MORE_THAN_READING, [user]).fetchone()
    if row and row[0]:
        raise UsageError(
            f"the login {user} of the API can do more than read: {row[0]}",
            "name another one in COEQWAL_API_DATABASE_URL; `coeqwal db init` creates it",
        )
    if password is not None:
        # sent as the digest that is stored: a password in a statement would be in the server's log
        digest = link.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
        link.execute(sql.SQL("alter role {} login password {}").format(role, sql.Literal(digest)))
    row = link.execute("select current_database()").fetchone()
    database = sql.Identifier(row[0] if row else "")
    for name, value in DEFAULTS.items():
        link.execute(
            sql.SQL("alter role {} in database {} set {} = {}").format(
                role, database, sql.Identifier(name), sql.Literal(value) if name != "search_path" else sql.SQL("api")
            )
        )
