"""Fills quota and ledger by SQL. Whole rows of a responder's own tables, by the shortest way each database has."""

import contextlib
import os
import sqlite3

# The ledger spans a day more than is kept (ledger_days), as it does when the daily reset comes.
LEDGER_SECONDS = 8 * 24 * 3600

# A prime: its multiples, modulo the number of rows, are all numbers below it in a wild order.
SCATTER = 2654435761


def fill_sqlite(file, count):
    """Adds rows to the tables that the responder has made in the file."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        # Nothing here has to survive a crash. WAL is set again below, for it stays with the file.
        for pragma in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
            database.execute("PRAGMA " + pragma)
        indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        for name, _ in indexes:
            database.execute(f"DROP INDEX {name}")
        # Keys as evenly spread as hashes are, but in their order: pages fill one after the other, nothing is sorted.
        step, tail = 2**64 // count, os.urandom(24)
        database.create_function("key", 1, lambda n: (n * step).to_bytes(8, "big") + tail)
        numbers = f"WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT {count})"
        database.execute("BEGIN")
        database.execute(f"""{numbers} INSERT INTO quota (requester, epoch, used)
            SELECT key(n), (SELECT value FROM meta WHERE name = 'epoch'), 1 FROM numbers""")
        # The times are in another order than the keys.
        database.execute(f"""{numbers} INSERT INTO ledger (message, claimed_at, charged, sent, given_up)
            SELECT key(n), strftime('%s', 'now') - n * {SCATTER} % {count} * {LEDGER_SECONDS} / {count}, 1, 1, 0
            FROM numbers""")
        for _, sql in indexes:
            database.execute(sql)
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")


def fill_mariadb(server, schema, count):
    """Replaces the rows of the tables that the responder has made in the schema.

    InnoDB sorts and writes whole pages where a table is empty and the two checks are off; from 10.7 on.
    """
    server.sql(f"""
        SET unique_checks = 0, foreign_key_checks = 0;
        TRUNCATE quota;
        INSERT INTO quota (requester, epoch, used)
            SELECT UNHEX(SHA2(CONCAT('requester ', seq), 256)), (SELECT value FROM meta WHERE name = 'epoch'), 1
            FROM seq_1_to_{count};
        TRUNCATE ledger;
        INSERT INTO ledger (message, claimed_at, charged, sent, given_up)
            SELECT UNHEX(SHA2(CONCAT('message ', seq), 256)), UNIX_TIMESTAMP() - seq * {LEDGER_SECONDS} DIV {count}, 1, 1, 0
            FROM seq_1_to_{count};
        """, schema)
