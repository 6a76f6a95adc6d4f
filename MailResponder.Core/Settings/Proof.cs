namespace MailResponder.Settings;

/// <summary>
/// How sure it is that a request is from the person whom its From names. Each level includes those before it.
/// </summary>
internal enum Proof
{
    /// <summary>Anybody may have written it.</summary>
    None,

    /// <summary>It came from a host of the From domain (SPF), where others may write in that name too.</summary>
    Weak,

    /// <summary>The From domain itself vouches for it: DMARC, or a signature of that domain.</summary>
    Full,
}
