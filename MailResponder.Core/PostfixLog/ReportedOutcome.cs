namespace MailResponder.PostfixLog;

/// <summary>The outcome of a reply that is reported after the reply was sent.</summary>
internal enum ReplyOutcome
{
    Sent,

    Deferred,

    Bounced,

    Complained,
}

/// <summary>One report about a reply. It holds no address.</summary>
/// <param name="Reply">The reply's name, or the message id that SES gave it.</param>
/// <param name="Outcome">What became of the reply.</param>
/// <param name="Provider">The recipient's provider, from <see cref="ProviderOutcomes.NameOf"/>.</param>
/// <param name="At">When it happened.</param>
internal sealed record ReportedOutcome(string Reply, ReplyOutcome Outcome, string? Provider, DateTimeOffset At)
{
    /// <summary>Stores reports for the statistics.</summary>
    /// <param name="reports">The reports.</param>
    /// <param name="file">The database file. It is created if it is missing.</param>
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
