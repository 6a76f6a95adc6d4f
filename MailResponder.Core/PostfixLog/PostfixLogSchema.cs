namespace MailResponder.PostfixLog;

/// <summary>
/// The tables of the database. Times are Unix microseconds. No column holds an address of a requester, a sender or a
/// client.
/// </summary>
internal static class PostfixLogSchema
{
    /// <summary>The version of the schema, which SQLite stores as user_version.</summary>
    public const long Version = 1;

    public const string Tables = """
        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            queue_id TEXT NOT NULL,
            arrived INTEGER NOT NULL,
            root INTEGER,            -- the message of which local(8) or a filter made this one; its own id otherwise
            requested INTEGER NOT NULL DEFAULT 0, -- 1: for an address of ours; -1: of a canary, which counts nowhere
            reply TEXT,              -- of a reply of ours: its name, which the responder's receipts give too
            provider TEXT,           -- of a reply: whose domain it went to, when that is one of limits.large_domains
            answered INTEGER,        -- when the responder said last that it had replied
            sent INTEGER,            -- when the next host took it first
            deferred INTEGER NOT NULL DEFAULT 0,  -- 1: put off at least once
            without_tls INTEGER NOT NULL DEFAULT 0, -- 1: put off at the last try, for want of TLS
            bounced INTEGER NOT NULL DEFAULT 0,
            expired INTEGER NOT NULL DEFAULT 0,
            removed INTEGER,         -- when it left the queue
            UNIQUE (queue_id, arrived));
        CREATE INDEX message_arrived ON message (arrived);
        CREATE INDEX message_root ON message (root);
        CREATE INDEX message_reply ON message (reply) WHERE reply IS NOT NULL;
        CREATE TABLE receipt (
            message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
            reply TEXT NOT NULL,     -- name of a reply that was handed to Postfix
            PRIMARY KEY (message, reply)) WITHOUT ROWID;
        CREATE INDEX receipt_reply ON receipt (reply);
        -- What was reported of a reply later, by SES or in a delivery report.
        CREATE TABLE report (
            reply TEXT NOT NULL,     -- its name, or SES's id
            outcome TEXT NOT NULL,   -- sent, deferred, bounced, complained
            provider TEXT,
            at INTEGER NOT NULL,     -- when it happened
            PRIMARY KEY (reply, outcome)) WITHOUT ROWID;
        CREATE INDEX report_at ON report (at);
        CREATE TABLE rejection (at INTEGER NOT NULL);
        CREATE INDEX rejection_at ON rejection (at);
        -- How far each log has been read (LogPosition).
        CREATE TABLE position (
            log TEXT PRIMARY KEY,
            file_offset INTEGER NOT NULL,
            head TEXT NOT NULL,
            until INTEGER NOT NULL) WITHOUT ROWID;
        """;
}
