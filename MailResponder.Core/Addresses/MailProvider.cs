namespace MailResponder.Addresses;

/// <summary>In which ways a mail provider lets one mailbox be spelled.</summary>
/// <param name="Domains">Its domains; two of them name two mailboxes, unless <see cref="AreOne"/>.</param>
internal sealed record MailProvider(params string[] Domains)
{
    /// <summary>Plus tags are so common that wherever they are not, two mailboxes may count as one.</summary>
    public static readonly MailProvider Other = new();

    /// <summary>Whether the same local part is the same mailbox in each of the domains.</summary>
    public bool AreOne { get; init; }

    /// <summary>Characters of a local part that make no difference.</summary>
    public string Ignored { get; init; } = "";

    /// <summary>Two characters, the first of which counts as the second; or empty.</summary>
    public string ReadAs { get; init; } = "";

    /// <summary>Characters that begin a tag.</summary>
    public string TagMarks { get; init; } = "+";

    /// <summary>Whether it is known that mail to an address with a plus tag arrives.</summary>
    public bool TakesPlusTags { get; init; }

    /// <summary>Whether anything@name.domain is name@domain.</summary>
    public bool HasSubdomains { get; init; }

    /// <summary>Whether the domain is one of these, or names a mailbox of one.</summary>
    public bool Has(string domain) => Array.Exists(Domains, own => IsIn(domain, own));

    /// <summary>The one spelling of a mailbox here.</summary>
    /// <param name="local">In lower case, without quotation marks.</param>
    /// <param name="domain">Normalised.</param>
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
