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
            root INTEGER,            -- the message from which local(8) or a filter made this one; else its own id
            requested INTEGER NOT NULL DEFAULT 0, -- 1: for an address of ours; -1: from a canary, not counted
            reply TEXT,              -- for a reply: its name, which the responder's receipts have too
            provider TEXT,           -- for a reply: the recipient's domain, if it is in limits.large_domains
            answered INTEGER,        -- when the responder last reported that it had replied
            sent INTEGER,            -- when the next host first accepted it
            deferred INTEGER NOT NULL DEFAULT 0,  -- 1: deferred at least once
            without_tls INTEGER NOT NULL DEFAULT 0, -- 1: deferred at the last attempt, for want of TLS
            bounced INTEGER NOT NULL DEFAULT 0,
            expired INTEGER NOT NULL DEFAULT 0,
            removed INTEGER,         -- when it left the queue
            UNIQUE (queue_id, arrived));
        CREATE INDEX message_arrived ON message (arrived);
        CREATE INDEX message_root ON message (root);
        CREATE INDEX message_reply ON message (reply) WHERE reply IS NOT NULL;
        CREATE TABLE receipt (
            message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
            reply TEXT NOT NULL,     -- the name of a reply that was handed to Postfix
            PRIMARY KEY (message, reply)) WITHOUT ROWID;
        CREATE INDEX receipt_reply ON receipt (reply);
        -- What SES or a delivery report later reported about a reply.
        CREATE TABLE report (
            reply TEXT NOT NULL,     -- the reply's name, or the message id from SES
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
