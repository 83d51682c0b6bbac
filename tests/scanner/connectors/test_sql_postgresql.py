"""PostgreSQL, the real one: the contract, and what only PostgreSQL does."""

from __future__ import annotations

import time
from typing import Any

import pytest

from derbes.scanner.connectors.base import Options
from derbes.scanner.connectors.sql.source import SqlSource
from derbes.scanner.errors import UsageError
from derbes.scanner.model.data import TableBatch, Unit
from derbes.scanner.model.facts import Grant
from derbes.scanner.model.inventory import Unscanned
from derbes.scanner.model.places import Place
from tests.contracts.source import SourceContract, everything, listed, values
from tests.servers import PASSWORD, Server

pytestmark = pytest.mark.server

SCHEMA = f"""
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE analysts; CREATE ROLE ann LOGIN IN ROLE analysts;
CREATE DOMAIN tel AS text;
CREATE TABLE clients (id bigint PRIMARY KEY, name varchar(80), phone tel, iin bigint, born date, rate float8,
  paid numeric(12,2), payload jsonb, tags text[], extra hstore, photo bytea, span int4range, ip inet, ok boolean);
COMMENT ON COLUMN clients.iin IS 'ИИН клиента';
COMMENT ON TABLE clients IS 'клиенты';
INSERT INTO clients SELECT n, 'Клиент ' || n, '+7702000' || lpad(n::text, 4, '0'), 880101300100 + n,
  date '1988-01-01' + n, n / 4.0, n,
  jsonb_build_object('phone', '+7701000' || lpad(n::text, 4, '0'), 'list', jsonb_build_array(1.50, 'x')),
  ARRAY['a', 'b c'], 'tel=>+7703', 'text', '[1,5)', '10.0.0.1', true FROM generate_series(1, 10) n;
INSERT INTO clients (id, name, born, rate, photo) VALUES
  (11, E'таб\\tперевод\\nкосая\\\\ \\\\N', 'infinity', 'NaN', '\\xff00'), (12, NULL, NULL, NULL, NULL);
CREATE TABLE nokey (body text);
INSERT INTO nokey VALUES ('одна'), ('две'), ('{{"email": "a@example.kz"}}');
CREATE SCHEMA "Odd ""%s"" schema";
CREATE TABLE "Odd ""%s"" schema"."table.with%dots" ("select" text, "a""b" int);
INSERT INTO "Odd ""%s"" schema"."table.with%dots" VALUES ('x', 1);
CREATE TABLE events (id int, at date, who text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_24 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
INSERT INTO events VALUES (1, '2024-05-05', 'old'), (2, '2026-05-05', 'new');
CREATE TABLE parent (v text); CREATE TABLE child () INHERITS (parent);
INSERT INTO parent VALUES ('p'); INSERT INTO child VALUES ('c');
CREATE VIEW names AS SELECT id, name FROM clients;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM clients;
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS n WITH NO DATA;
CREATE TABLE partly (open text, closed text); INSERT INTO partly VALUES ('o', 'c');
CREATE TABLE vault (secret text); INSERT INTO vault VALUES ('v');
CREATE TABLE guarded (v text); INSERT INTO guarded VALUES ('g'); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE TABLE empty_one ();
CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE away (v text) SERVER elsewhere;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; REVOKE ALL ON vault, partly FROM reader;
GRANT SELECT (open) ON partly TO reader; GRANT SELECT ON clients TO analysts; GRANT SELECT ON nokey TO PUBLIC;
REVOKE ALL ON clients FROM reader; GRANT SELECT ON names TO reader; GRANT SELECT (id, name) ON clients TO reader;
"""


def place_of(server: Server, user: str = "admin", database: str = "shop") -> Place:
    return Place(id="pg", target=server.url(user, database), location=f"postgresql://127.0.0.1/{database}")


@pytest.fixture(scope="module")
def server(postgresql_server: Server) -> Server:
    postgresql_server.execute("CREATE DATABASE shop")
    postgresql_server.execute(SCHEMA, database="shop")
    return postgresql_server


@pytest.fixture
def place(server: Server) -> Place:
    return place_of(server)


def remarks(source: SqlSource) -> dict[str, str]:
    found = [item for item in source.units() if isinstance(item, Unscanned)]
    found += [item for item in everything(source) if isinstance(item, Unscanned)]
    return {item.path: item.code for item in found}


class TestContract(SourceContract):
    source = SqlSource
    server: Server

    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server

    def state(self, place: Place) -> Any:
        time.sleep(0.6)  # statistics of a session are written when it ends
        return self.server.execute(
            "SELECT sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del) FROM pg_stat_all_tables"
            " WHERE schemaname NOT LIKE 'pg_%'",
            database="shop",
        ), self.server.execute("SELECT oid, relname, relfilenode FROM pg_class ORDER BY oid", database="shop")

    def missing(self, unit: Unit) -> dict[str, Any]:
        return {"table": "gone"}


def test_every_type_is_read_as_text(place: Place) -> None:
    rows = values(SqlSource(place, Options()))
    prefix = "public.clients."
    given = {(path.removeprefix(prefix), unit): value for path, unit, value in rows if path.startswith(prefix)}
    first = {path: value for (path, unit), value in given.items() if unit == 1}
    assert first == {
        "id": "1", "name": "Клиент 1", "phone": "+77020000001", "iin": "880101300101", "born": "1988-01-02",
        "rate": "0.25", "paid": "1.00", "payload.phone": "+77010000001", "payload.list[]": "x", "tags[]": "b c",
        "extra.tel": "+7703", "photo": "text", "span": "[1,5)", "ip": "10.0.0.1", "ok": "t",
    }  # fmt: skip
    assert given["name", 11] == "таб\tперевод\nкосая\\ \\N"
    assert (given["born", 11], given["rate", 11]) == ("infinity", "NaN")
    assert ("name", 12) not in given


def test_all_that_may_be_read_is_read_once(place: Place) -> None:
    given = values(SqlSource(place, Options()))
    assert [value for path, _, value in given if path == "public.events.who"] == ["old", "new"]
    assert not any("events_" in path for path, _, _ in given)
    assert [(path, value) for path, _, value in given if value in {"p", "c"} and path.endswith(".v")] == [
        ("public.child.v", "c"),
        ("public.parent.v", "p"),
    ]
    assert ('Odd "%s" schema.table.with%dots.a"b', 1, "1") in given
    assert ("public.nokey.body.email", 3, "a@example.kz") in given
    assert ("public.names.name", 2, "Клиент 2") in given
    assert ("public.totals.n", 1, "12") in given


def test_what_was_not_read_is_listed(place: Place) -> None:
    assert remarks(SqlSource(place, Options())) == {
        "public.away": "table-foreign",
        "public.clients.photo": "column-binary",
        "public.unfilled": "query-failed",
    }


def test_comments_types_and_lengths_are_told(place: Place) -> None:
    tables = {dataset.name: dataset for dataset in SqlSource(place, Options()).datasets()}
    clients = tables["public.clients"]
    fields = {field.name: field for field in clients.fields}
    assert clients.comment == "клиенты"
    assert fields["iin"].comment == "ИИН клиента"
    assert (fields["name"].type, fields["name"].length) == ("character varying(80)", 80)
    assert tables["public.totals"].format == "materialized view"


def test_a_reader_sees_what_it_may_and_names_the_rest(server: Server) -> None:
    source = SqlSource(place_of(server, "reader"), Options())
    found = remarks(source)
    assert found["public.vault"] == "no-select"
    assert found["public.partly.closed"] == "no-select"
    assert found["public.clients.iin"] == "no-select"
    assert found["public.guarded"] == "row-level-security"
    assert found['Odd "%s" schema.table.with%dots'] == "no-select"
    given = values(source)
    assert ("public.partly.open", 1, "o") in given
    assert ("public.clients.name", 1, "Клиент 1") in given
    (vault,) = [item for item in source.units() if isinstance(item, Unscanned) and item.path == "public.vault"]
    assert vault.hint.format(**vault.params) == 'GRANT SELECT ON "public"."vault" TO reader;'


def test_grants_are_facts(place: Place) -> None:
    (facts,) = SqlSource(place, Options()).facts()
    assert facts.remote is False
    assert facts.encrypted is False
    assert {
        Grant("public.nokey", "PUBLIC"),
        Grant("public.clients", "analysts"),
        Grant("public.clients", "ann", "analysts"),
        Grant("public.clients.name", "reader"),
        Grant("public.clients", "reader", "public.names"),
        Grant("public.partly.open", "reader"),
    } <= set(facts.grants)
    assert not any(grant.path == "public.vault" for grant in facts.grants)


def test_a_locked_table_costs_its_own_timeout(server: Server, place: Place) -> None:
    holder = server.connect("shop")
    holder.execute("BEGIN; LOCK TABLE nokey IN ACCESS EXCLUSIVE MODE")
    try:
        start = time.monotonic()
        source = SqlSource(place, Options(lock_timeout=0.5))
        found = remarks(source)
        assert time.monotonic() - start < 10
        assert found["public.nokey"] == "lock-timeout"
        assert ("public.clients.name", 1, "Клиент 1") in values(source)
    finally:
        holder.close()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT pg_sleep(60)::text AS v",
        "SELECT pg_sleep(0.3)::text || n AS v FROM generate_series(1, 500) n",
    ],
)
def test_a_slow_view_costs_its_own_timeout(server: Server, query: str) -> None:
    server.execute("DROP DATABASE IF EXISTS slow WITH (FORCE)", "CREATE DATABASE slow")
    server.execute(
        f"CREATE VIEW a_slow AS {query}", "CREATE TABLE b (v text)", "INSERT INTO b VALUES ('kept')", database="slow"
    )
    start = time.monotonic()
    given = list(everything(SqlSource(place_of(server, database="slow"), Options(timeout=1.0))))
    assert time.monotonic() - start < 15
    assert [(i.path, i.code) for i in given if isinstance(i, Unscanned)] == [("public.a_slow", "statement-timeout")]
    assert any(isinstance(item, TableBatch) and "public.b.v" in item.columns for item in given)


def test_our_own_slowness_is_not_the_servers(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS large", "CREATE DATABASE large")
    server.execute(
        "CREATE TABLE t AS SELECT n, repeat('x', 400) AS v FROM generate_series(1, 60000) n", database="large"
    )
    limit = 3.0  # a busy machine may keep the server itself from working for a second
    source = SqlSource(place_of(server, database="large"), Options(timeout=limit))
    rows = 0
    for batch in everything(source):
        assert isinstance(batch, TableBatch), batch
        if not rows:  # at once longer than the server may take; far more is still to come than any socket holds
            time.sleep(limit + 1)
        rows += batch.units
    assert rows == 60_000


def test_a_lost_connection_is_tried_again(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS lost", "CREATE DATABASE lost")
    server.execute(
        "CREATE TABLE t AS SELECT n::int AS id, repeat('x', 300) AS v FROM generate_series(1, 100000) n",
        "ALTER TABLE t ADD PRIMARY KEY (id)",
        database="lost",
    )
    source = SqlSource(place_of(server, database="lost"), Options())
    (unit,) = listed(source)
    numbers: list[str] = []
    for batch in source.read(unit):
        assert isinstance(batch, TableBatch), batch
        if not numbers:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'derbes'")
        numbers += batch.columns["public.t.id"].tolist()
    assert numbers == [str(number) for number in range(1, 100_001)]


def test_tables_that_change_under_our_hands(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS moving", "CREATE DATABASE moving")
    server.execute(
        "CREATE TABLE a (v text)",
        "CREATE TABLE b (v text, w text)",
        "INSERT INTO b VALUES ('1', '2')",
        database="moving",
    )
    source = SqlSource(place_of(server, database="moving"), Options())
    units = listed(source)
    list(everything(source, units))  # descriptions are known now
    server.execute(
        "DROP TABLE a", "ALTER TABLE b DROP COLUMN v", "ALTER TABLE b ADD COLUMN x text DEFAULT '3'", database="moving"
    )
    given = list(everything(source, units))
    assert [(i.path, i.code) for i in given if isinstance(i, Unscanned)] == [("public.a", "table-vanished")]
    (batch,) = [item for item in given if isinstance(item, TableBatch)]
    assert {path: series.tolist() for path, series in batch.columns.items()} == {
        "public.b.w": ["2"],
        "public.b.x": ["3"],
    }


def test_samples_are_spread_and_told(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS sampled", "CREATE DATABASE sampled")
    server.execute(
        "CREATE TABLE k AS SELECT n AS id FROM generate_series(1, 20000) n",
        "ALTER TABLE k ADD PRIMARY KEY (id)",
        "CREATE TABLE h AS SELECT n AS id FROM generate_series(1, 20000) n",
        "CREATE VIEW v AS SELECT * FROM h",
        "ANALYZE",
        database="sampled",
    )
    source = SqlSource(place_of(server, database="sampled"), Options(sample_rows=1000))
    rows = values(source)
    for table in ("public.k", "public.h", "public.v"):
        chosen = [int(value) for path, _, value in rows if path == f"{table}.id"]
        assert 850 < len(chosen) < 1150
        assert min(sum(low < value <= low + 5000 for value in chosen) for low in range(0, 20_000, 5000)) > 180
        assert remarks(source)[table] == "sampled"


def test_bytes_of_a_database_without_encoding(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS ascii", "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
    raw = "Иванов".encode("cp1251").hex()
    server.execute(
        "CREATE TABLE t (v text)",
        f"INSERT INTO t VALUES (convert_from('\\x{raw}', 'SQL_ASCII')), ('plain')",
        database="ascii",
    )
    assert [value for _, _, value in values(SqlSource(place_of(server, database="ascii"), Options()))] == [
        "Иванов",
        "plain",
    ]


def test_sixteen_hundred_columns_and_large_values(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS wide", "CREATE DATABASE wide")
    columns = ", ".join(f"c{number} smallint DEFAULT {number}" for number in range(1600))
    server.execute(
        f"CREATE TABLE wide ({columns})",
        "INSERT INTO wide DEFAULT VALUES",
        "CREATE TABLE toast AS SELECT repeat('данные ', 1000000) || 'конец' AS v",
        database="wide",
    )
    given = values(SqlSource(place_of(server, database="wide"), Options()))
    assert ("public.wide.c1599", 1, "1599") in given
    assert [value[-5:] for path, _, value in given if path == "public.toast.v"] == ["конец"]


def test_partitions_on_other_servers_do_not_hide_local_ones(server: Server) -> None:
    server.execute("DROP DATABASE IF EXISTS mixed", "CREATE DATABASE mixed")
    server.execute(
        "CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;"
        "CREATE TABLE p (k int, v text) PARTITION BY LIST (k);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
        "CREATE FOREIGN TABLE p2 PARTITION OF p FOR VALUES IN (2) SERVER elsewhere;"
        "INSERT INTO p VALUES (1, 'here')",
        database="mixed",
    )
    source = SqlSource(place_of(server, database="mixed"), Options())
    assert ("public.p1.v", 1, "here") in values(source)
    assert remarks(source) == {"public.p2": "table-foreign"}


def test_the_session_cannot_write(place: Place) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        SqlSource(place, Options()).database.raw.execute("CREATE TABLE ours (v text)")


@pytest.mark.parametrize(
    ("user", "password", "database", "slug"),
    [("admin", "wrong-canary", "shop", "dsn-auth"),
     ("nobody", PASSWORD, "shop", "dsn-auth"),
     ("admin", PASSWORD, "none", "dsn-connect")],
)  # fmt: skip
def test_a_refused_connection_is_one_clear_error(
    server: Server, user: str, password: str, database: str, slug: str
) -> None:
    place = Place(id="pg", target=server.url(user, database, password), location="")
    with pytest.raises(UsageError) as caught:
        list(SqlSource(place, Options()).units())
    shown = str(caught.value) + caught.value.hint.format(**caught.value.params) + repr(caught.value)
    assert caught.value.slug == slug
    assert "canary" not in shown


def test_a_server_that_is_not_there() -> None:
    place = Place(id="pg", target="postgresql://u:canary@127.0.0.1:1/x", location="")
    with pytest.raises(UsageError, match="dsn-connect") as caught:
        list(SqlSource(place, Options(connect_timeout=1)).units())
    assert "canary" not in repr(caught.value)
    (remark,) = SqlSource(place, Options(connect_timeout=1)).read(Unit("t", {"schema": "public", "table": "t"}))
    assert isinstance(remark, Unscanned) and remark.code == "dsn-connect"
