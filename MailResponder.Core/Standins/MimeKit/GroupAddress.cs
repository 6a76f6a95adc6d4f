namespace MimeKit;

/// <summary>A named list of addresses, which may be empty: <c>undisclosed-recipients:;</c> (RFC 5322 3.4).</summary>
public sealed class GroupAddress : InternetAddress
{
    public GroupAddress(string? name) : base(name)
    {
    }

    /// <summary>What stands between the colon and the semicolon.</summary>
    public InternetAddressList Members { get; } = [];

    public override string ToString() => $"{Name}: {Members};";

    internal override void AppendTo(HeaderFolder folder, string suffix)
    {
        if (!string.IsNullOrEmpty(Name))
            AppendPhrase(folder, Name);
        folder.Append(":");
        Members.AppendTo(folder);
        folder.Append(";" + suffix);
    }
}
