namespace MailResponder.Addresses;

/// <summary>The ways in which a mail provider lets one mailbox be spelled.</summary>
/// <param name="Domains">
/// The provider's domains. Two of them name two mailboxes, unless <see cref="AreOne"/> is set.
/// </param>
internal sealed record MailProvider(params string[] Domains)
{
    /// <summary>
    /// The rules for any other provider. Plus tags are so common that they are assumed everywhere. Where a provider
    /// does not have them, two mailboxes may count as one.
    /// </summary>
    public static readonly MailProvider Other = new();

    /// <summary>Whether the same local part is the same mailbox in all domains.</summary>
    public bool AreOne { get; init; }

    /// <summary>Characters that make no difference in a local part.</summary>
    public string Ignored { get; init; } = "";

    /// <summary>Two characters, of which the first counts as the second; or empty.</summary>
    public string ReadAs { get; init; } = "";

    /// <summary>Characters that begin a tag.</summary>
    public string TagMarks { get; init; } = "+";

    /// <summary>Whether anything@name.domain is name@domain.</summary>
    public bool HasSubdomains { get; init; }

    /// <summary>Whether the domain is one of the provider's, or a subdomain that names a mailbox.</summary>
    public bool Has(string domain) => Array.Exists(Domains, own => IsIn(domain, own));

    /// <summary>Returns the one spelling of a mailbox.</summary>
    /// <param name="local">The local part in lower case, without quotation marks.</param>
    /// <param name="domain">The domain, normalized.</param>
    public string Mailbox(string local, string domain)
    {
        var own = Array.Find(Domains, own => IsIn(domain, own)) ?? domain;
        if (own != domain)
            local = domain[..^(own.Length + 1)].Split('.')[^1];
        var tag = local.AsSpan(1).IndexOfAny(TagMarks.AsSpan());
        if (tag >= 0)
            local = local[..(tag + 1)];
        if (ReadAs is [var read, var meant])
            local = local.Replace(read, meant);
        var counted = string.Concat(local.Where(c => !Ignored.Contains(c)));
        return (counted.Length > 0 ? counted : local) + "@" + (AreOne ? Domains[0] : own);
    }

    private bool IsIn(string domain, string own) => domain == own
        || (HasSubdomains && domain.EndsWith(own, StringComparison.Ordinal) && domain[^(own.Length + 1)] == '.');
}
