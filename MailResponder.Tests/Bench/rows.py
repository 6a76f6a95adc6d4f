"""Fills quota and ledger by SQL. Makes whole rows of the responder's own tables, by each database's fastest way.

The keys are as evenly distributed as hashes, but are made in order: pages are filled one after the other, and nothing
is sorted.
"""

import contextlib
import os
import sqlite3

DAY = 24 * 3600

# One more than is kept (ledger_days), as when the daily reset runs, which deletes the first.
VOLUMES = 8


def fill_sqlite(file, count):
    """Adds rows to the tables that the responder has created in the file."""
    each = count // VOLUMES
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        # Nothing here must survive a crash. WAL is set again below, because the mode stays with the file.
        for pragma in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -100000"):
            database.execute("PRAGMA " + pragma)
        tail = os.urandom(24)
        database.create_function("key", 2, lambda n, of: (n * (2**64 // of)).to_bytes(8, "big") + tail)
        numbers = f"WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT {count})"
        database.execute("BEGIN")
        database.execute(f"""{numbers} INSERT INTO quota (epoch, requester, used)
            SELECT (SELECT value FROM meta WHERE name = 'epoch'), key(n, {count}), 1 FROM numbers""")
        for volume in range(VOLUMES):
            database.execute(f"""INSERT INTO volume (number, begun_at, generation)
                SELECT MAX(number) + 1, strftime('%s', 'now') - {(VOLUMES - volume) * DAY}, 1 FROM volume""")
            database.execute(f"""{numbers.replace(str(count), str(each))}
                INSERT INTO ledger (volume, message, charged, tries, entries)
                SELECT (SELECT MAX(number) FROM volume), key(n, {each}), 1, 1, x'0102030405060708ff0000'
                FROM numbers""")
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")


def fill_mariadb(server, schema, count):
    """Replaces the rows of the tables that the responder has created in the schema.

    InnoDB writes whole pages if a table is empty and the two checks are off (MariaDB 10.7 and later).
    """
    each = count // VOLUMES

    def key(number, of):
        return f"UNHEX(CONCAT(LPAD(HEX({number} * {2**64 // of}), 16, '0'), '{os.urandom(24).hex()}'))"

    server.sql(f"""
        SET unique_checks = 0, foreign_key_checks = 0;
        TRUNCATE quota;
        INSERT INTO quota (epoch, requester, used)
            SELECT (SELECT value FROM meta WHERE name = 'epoch'), {key('seq', count)}, 1 FROM seq_0_to_{count - 1};
        TRUNCATE volume;
        INSERT INTO volume (number, begun_at, generation)
            SELECT seq, UNIX_TIMESTAMP() - ({VOLUMES + 1} - seq) * {DAY}, 1 FROM seq_1_to_{VOLUMES};
        TRUNCATE ledger;
        INSERT INTO ledger (volume, message, charged, tries, entries)
            SELECT 1 + seq DIV {each}, {key(f'(seq MOD {each})', each)}, 1, 1, x'0102030405060708ff0000'
            FROM seq_0_to_{each * VOLUMES - 1};
        """, schema)
