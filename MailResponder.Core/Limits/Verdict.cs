namespace MailResponder.Limits;

/// <summary>What the operator's lists say of an address or domain.</summary>
internal enum Verdict
{
    None = 0,

    /// <summary>Never answered.</summary>
    Blocked = 1,

    /// <summary>Answered without a quota, even when its domain is blocked.</summary>
    Allowed = 2,
}
