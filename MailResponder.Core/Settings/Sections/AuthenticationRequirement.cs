namespace MailResponder.Settings;

/// <summary>
/// What must be proven about a request before the requester gets a part of the reply (<c>require_authentication</c>).
/// </summary>
/// <param name="Links">The proof required for the text. Null if it is not set here.</param>
/// <param name="Attachments">The proof required for the attachments. Null if it is not set here.</param>
internal sealed record AuthenticationRequirement(Proof? Links, Proof? Attachments)
{
    public const string Name = "require_authentication";

    public static readonly AuthenticationRequirement NotSaid = new(null, null);

    /// <summary>The higher of the two requirements.</summary>
    public Proof Most => Links > (Attachments ?? Proof.None) ? Links.Value : Attachments ?? Proof.None;

    /// <param name="around">The section that contains it: the settings, or an entry of the response book.</param>
    public static AuthenticationRequirement Read(SettingsSection around) =>
        around.Section(Name, ["links", "attachments"]) is not { } section ? NotSaid
            : new AuthenticationRequirement(Level(section, "links"), Level(section, "attachments"));

    /// <summary>
    /// Returns this requirement. The parts that are not set here are taken from <paramref name="standard"/>.
    /// </summary>
    public AuthenticationRequirement Or(AuthenticationRequirement standard) =>
        new(Links ?? standard.Links, Attachments ?? standard.Attachments);

    private static Proof? Level(SettingsSection section, string name) =>
        section.Has(name) ? section.Choice(name, Proof.None) : null;
}

/// <summary>
/// How well it is proven that a request is from the person named in its From. Each level includes the lower ones.
/// </summary>
internal enum Proof
{
    /// <summary>Anybody may have written the request.</summary>
    None,

    /// <summary>
    /// The request came from a host of the From domain (SPF). Other users of that host can forge the name.
    /// </summary>
    Weak,

    /// <summary>The From domain itself vouches for the request: DMARC, or a signature of that domain.</summary>
    Full,
}
