namespace MailResponder.Settings;

/// <summary>
/// What has to be proven of a request before it gets a part of a reply (<c>require_authentication</c>).
/// </summary>
/// <param name="Links">For the text; null: not said here.</param>
/// <param name="Attachments">For the attachments; null: not said here.</param>
internal sealed record AuthenticationRequirement(Proof? Links, Proof? Attachments)
{
    public const string Name = "require_authentication";

    public static readonly AuthenticationRequirement NotSaid = new(null, null);

    /// <summary>The more that is required by either part.</summary>
    public Proof Most => Links > (Attachments ?? Proof.None) ? Links.Value : Attachments ?? Proof.None;

    /// <param name="around">What holds it: the settings, or an entry of the response book.</param>
    public static AuthenticationRequirement Read(SettingsSection around) =>
        around.Section(Name, ["links", "attachments"]) is not { } section ? NotSaid
            : new AuthenticationRequirement(Level(section, "links"), Level(section, "attachments"));

    /// <summary>With the parts of <paramref name="standard"/> where this one says nothing.</summary>
    public AuthenticationRequirement Or(AuthenticationRequirement standard) =>
        new(Links ?? standard.Links, Attachments ?? standard.Attachments);

    private static Proof? Level(SettingsSection section, string name) =>
        section.Has(name) ? section.Choice(name, Proof.None) : null;
}

/// <summary>
/// How well it is proven that a request is from the person whom its From names. Each level includes those before it.
/// </summary>
internal enum Proof
{
    /// <summary>Anybody may have written it.</summary>
    None,

    /// <summary>It came from a host of the From domain (SPF); other users of that host can forge the name.</summary>
    Weak,

    /// <summary>The From domain itself vouches for it: DMARC, or a signature of that domain.</summary>
    Full,
}
