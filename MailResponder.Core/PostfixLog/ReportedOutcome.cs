namespace MailResponder.PostfixLog;

/// <summary>What was reported of a reply after it had left.</summary>
internal enum ReplyOutcome
{
    Sent,

    Deferred,

    Bounced,

    Complained,
}

/// <summary>One report of a reply. Holds nobody's address.</summary>
/// <param name="Reply">The reply's name, or the id that SES gave it.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Provider">See <see cref="ProviderOutcomes.NameOf"/>.</param>
/// <param name="At">When it happened.</param>
internal sealed record ReportedOutcome(string Reply, ReplyOutcome Outcome, string? Provider, DateTimeOffset At)
{
    /// <summary>Keeps them for the statistics.</summary>
    /// <exception cref="ResponderException">The database cannot be written.</exception>
    public static void Keep(IReadOnlyList<ReportedOutcome> reports, string file)
    {
        if (reports.Count == 0)
            return;
        using var database = PostfixLogDatabase.Open(file);
        database.Write(() =>
        {
            var rows = new PostfixLogRows(database);
            foreach (var report in reports)
                rows.Add(report);
        });
    }
}
