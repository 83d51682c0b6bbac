"""What may be printed of an address."""

from __future__ import annotations

import pytest

from derbes.scanner.addresses import safe_location

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (f"postgresql://bob:{SECRET}@db:5432/shop", "postgresql://db:5432/shop"),
        (f"mysql+pymysql://bob:a@{SECRET}@db/shop", "mysql+pymysql://db/shop"),
        (f"mysql://bob:{SECRET}/x?y#z@db/shop", "mysql://db/shop"),
        (f"mysql://bob:two words {SECRET}@db/shop", "mysql://db/shop"),
        (f"postgresql://db/shop?user=bob&password={SECRET}&sslmode=require", "postgresql://db/shop?sslmode=require"),
        (f"postgresql://bob:{SECRET}@[::1]:5432/shop", "postgresql://[::1]:5432/shop"),
        (f"${{SCHEME}}://bob:{SECRET}@db/shop", "${SCHEME}://db/shop"),
        ("mysql://${WHO}:${PW}@${DB}/shop?charset=${CS}", "mysql://${DB}/shop?charset=${CS}"),
        ("${DERBES_URL}", "${DERBES_URL}"),
        ("sqlite:////srv/a@b.db", "sqlite:////srv/a@b.db"),
        ("file:///srv/a@b.csv", "file:///srv/a@b.csv"),
        (f"postgresql:///bob:{SECRET}@db/shop", "postgresql://"),
        (f"mssql+pyodbc:///?odbc_connect=PWD=a@{SECRET}", "mssql+pyodbc://"),
        (f"postgresql://db/shop?password=a@{SECRET}", "postgresql://"),
        (f"postgresql://db/shop?sslmode=require&sslPassword=a@b@{SECRET}", "postgresql://"),
        ("postgresql:///shop?sslmode=require", "postgresql:///shop?sslmode=require"),
        ("logs/*.log*", "logs/*.log*"),
        (f"s3://key:{SECRET}@bucket/x", "s3://bucket/x"),
    ],
)
def test_a_location_holds_neither_user_nor_password(target: str, shown: str) -> None:
    assert safe_location(target) == shown
