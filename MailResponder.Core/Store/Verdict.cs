namespace MailResponder.Store;

/// <summary>What the lists say of an address or domain.</summary>
internal enum Verdict
{
    /// <summary>On no list. As a row: the operator took it off one.</summary>
    None = 0,

    /// <summary>Never answered.</summary>
    Blocked = 1,

    /// <summary>Answered without a quota, even when its domain is blocked.</summary>
    Allowed = 2,

    /// <summary>Never answered: a reply bounced for good, or was complained about.</summary>
    BlockedByFeedback = 3,
}

internal static class Verdicts
{
    public static bool IsBlocked(this Verdict verdict) => verdict is Verdict.Blocked or Verdict.BlockedByFeedback;
}
