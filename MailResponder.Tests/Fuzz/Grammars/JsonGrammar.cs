namespace MailResponder.Tests.Fuzz;

/// <summary>Settings and response books as operators write them, with their mistakes.</summary>
internal static class JsonGrammar
{
    public static Grammar Rules { get; } = new(
        ("feedback", ["‹notification›", "‹notification›\n‹feedback›", "[‹notification›,‹notification›",
        "{ \"Messages\": [{ \"Body\": ‹string› }] }\n",
        "From: a@b.example\nContent-Transfer-Encoding: ‹encoding›\n\n‹notification›",
        "From x\n\n‹notification›\n\nFrom y\n‹feedback›"]),
        ("notification", [
            "{ \"notificationType\": \"Bounce\", \"bounce\": { \"bounceType\": ‹bounce›, \"bouncedRecipients\": [{ "
            + "\"emailAddress\": ‹address› }], \"timestamp\": ‹moment› }, \"mail\": { \"source\": ‹address›, "
            + "\"messageId\": ‹string› } }",
            "{ \"eventType\": \"Complaint\", \"complaint\": { \"complainedRecipients\": [{ \"emailAddress\": "
            + "‹address› }], \"timestamp\": ‹moment› }, \"mail\": ‹value› }",
            "{ \"Type\": \"Notification\", \"Message\": ‹string› }", "‹value›",
            "{ \"notificationType\": ‹string›, ‹members› }"]),
        ("bounce", ["\"Permanent\"", "\"Transient\"", "‹string›", "‹value›"]),
        ("moment", ["\"2026-03-02T08:15:00.000Z\"", "‹string›", "‹value›"]),
        ("encoding", ["7bit", "base64", "quoted-printable", "‹characters›"]),
        ("settings", ["{ ‹required› }", "‹space›{‹required›,‹settings-members›}‹space›", "{‹settings-members›}",
        "\ufeff{‹required›}", "‹value›"]),
        ("required", ["""
            "response_from": "Example Tools <get-help@example.com>", "bounce_address": "bounces@example.com",
            "own_domains": ["example.com"], "response_book": "responses.json", "address_key_file": "address.key",
            "database": { "sqlite": "responder.db" }, "send_method": "outbox"
            """]),
        ("settings-members", ["", "‹setting›", "‹setting›,‹space›‹settings-members›",
            "‹setting›‹space›‹settings-members›"]),
        ("setting", [
            "\"daily_limit\": ‹number›", "\"‹name›\": ‹value›", "\"‹name›\": ‹object›",
            "\"dkim\": { \"domain\": ‹string›, \"selector\": ‹string›, \"key_file\": ‹string› }",
            "\"database\": { \"mysql\": ‹object› }",
            "\"database\": { \"mysql\": { \"server\": ‹string›, \"user\": ‹string›, \"password_file\": ‹string›, "
            + "\"database\": ‹string›, \"tls\": ‹string› } }",
            "\"ses\": { \"region\": ‹string›, \"endpoint\": ‹string›, \"max_seconds\": ‹number› }",
            "\"s3\": { \"region\": ‹string›, \"book_bucket\": ‹string›, \"book_key\": ‹string›, \"endpoint\": "
            + "‹string› }",
            "\"attachment_names\": [{ \"domains\": ‹array›, \"rename\": { ‹string›: ‹string› } }]",
            "\"metrics\": ‹object›", "\"statistics\": { \"to\": ‹string›, \"threshold\": ‹number› }",
            "\"own_domains\": ‹array›", "\"response_from\": ‹string›", "\"log_to\": ‹string›",
            "\"syslog_facility\": ‹string›", "\"postfix_log\": { \"database\": ‹string›, \"days\": ‹number› }"]),
        ("name", [
            "response_from", "bounce_address", "own_domains", "response_book", "files_root", "daily_limit",
            "over_quota", "exempt_domains", "blocked_domains",
            "address_key_file", "database", "ledger_days", "send_method", "outbox", "sendmail", "ses",
            "attachment_names", "dkim", "deadline_seconds",
            "max_message_bytes", "log_to", "syslog_facility", "event_facility", "syslog_socket", "s3", "postfix_maps",
            "postfix_log", "statistics",
            "metrics", "dayly_limit", "region", "endpoint", "credentials_file", "profile", "domain", "selector",
            "sqlite", "mysql", "socket", "server",
            "email_addr", "body", "attachments", "subject", "", "\\u0000", "\\ud800"]),
        ("book", ["[‹entry›]", "[‹entries›]", "‹space›[‹entries›]‹space›", "‹value›", "[‹entry›‹entry›]",
            "[‹entry›,]", "{ \"pools\": ‹pools›, \"entries\": [‹entries›] }",
            "{ \"entries\": [‹entries›]‹space›, \"pools\": { \"mirrors\": ‹pool› } }"]),
        ("pools", ["{}", "{ \"mirrors\": ‹pool›, \"mirror\": ‹pool› }", "{ ‹string›: ‹pool› }", "‹value›"]),
        ("pool", [
            "{ \"links\": [\"https://a.example.net/\", \"https://b.example.net/\"], \"each\": 2, \"days\": 7 }",
            "{ \"links\": ‹array›, \"each\": ‹number›, \"days\": ‹number› }", "‹object›"]),
        ("entries", ["‹entry›", "‹entry›,‹space›‹entries›", "‹value›,‹entries›"]),
        ("entry", [
            "{ \"email_addr\": \"get@example.com\", \"body\": \"Links\", \"attachments\": null }",
            "{ \"email_addr\": ‹address›, \"body\": ‹bodies›, \"attachments\": ‹attachments› }",
            "{ \"email_addr\": ‹address›, \"body\": ‹bodies›, \"send_method\": ‹string›, \"subject\": ‹string› }",
            "{‹space›\"email_addr\": ‹address›,‹space›‹members› }", "‹object›"]),
        ("address", ["\"get@example.com\"", "\"fa@example.com\"", "\"get@exmaple.com\"", "\"GET@example.com\"",
            "\"get@example.com.\"", "\"get\"", "\"@\"", "‹string›"]),
        ("bodies", ["\"Links\"", "\"{{mirrors}}\"",
            "[[\"plain\", \"{{{{ {{mirrors}}\"], [\"html\", \"{{mirrors}}\"]]",
            "[[\"plain\", ‹string›], [\"html\", ‹string›]]",
            "[[\"html\", \"x\"], [\"plain\", \"x\"]]", "[[‹string›, ‹string›]]", "‹value›"]),
        ("attachments", ["null", "[]", "[[\"tools\", \"tool.zip\", \"tool.zip\"]]", "[[‹string›, ‹string›, ‹string›]]",
            "‹value›"]),
        ("value", ["null", "true", "false", "‹number›", "‹string›", "‹array›", "‹object›"]),
        ("object", ["{}", "{ ‹members› }", "{‹members›,}", "{ ‹members›"]),
        ("members", ["\"a\": 1", "\"‹name›\":‹value›", "\"‹name›\": ‹value›,‹space›‹members›"]),
        ("array", ["[]", "[‹items›]", "[‹items›", "[‹array›]", "[\"example.com\", \"example.org\"]"]),
        ("items", ["‹value›", "‹value›, ‹items›", "‹string›,‹items›"]),
        ("number", ["0", "1", "-1", "60", "1e3", "1.5", "01", "9223372036854775807", "99999999999999999999999999", "-0",
        "1e999999999", "."]),
        ("string", ["\"\"", "\"‹characters›\"", "\"example.com\"", "\"outbox\"", "\"ses\"", "\"https://example.com:1\"",
        "\"http://\"", "\"local0\"", "\"stderr\"", "\"/tmp/x\"", "\"‹characters›", "\"get@example.com\"",
        "\"eu-west-1\""]),
        ("characters", ["", "a‹characters›", "..‹characters›", "/‹characters›", "\\n‹characters›",
        "\\u0000‹characters›", "\\ud800‹characters›", "\\ud83d\\ude00‹characters›", "\\‹characters›",
        "\u0633‹characters›", "\u00ff‹characters›", "@‹characters›", "\n‹characters›", "\\u2028‹characters›",
        "~‹characters›", "{{‹characters›", "}}‹characters›", "{{mirrors}}‹characters›"]),
        ("space", ["", " ", "\n", "\r\n", "// c\n", "/* c */", "/*", "/", "\t"]));
}
