namespace MailResponder.Store;

/// <summary>The status of an address or domain on the lists.</summary>
internal enum Verdict
{
    /// <summary>On no list. A row with this value records that the operator removed the subject from a list.</summary>
    None = 0,

    /// <summary>Blocked by the operator: never answered.</summary>
    Blocked = 1,

    /// <summary>Answered without a quota, even if its domain is blocked.</summary>
    Allowed = 2,

    /// <summary>Never answered, because of a permanent bounce or a complaint.</summary>
    BlockedByFeedback = 3,
}

internal static class Verdicts
{
    public static bool IsBlocked(this Verdict verdict) => verdict is Verdict.Blocked or Verdict.BlockedByFeedback;
}
