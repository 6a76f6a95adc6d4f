using MailResponder.Settings;

namespace MailResponder.Incoming.Authentication;

/// <summary>How much is proven about who a request is from.</summary>
/// <param name="Proven">The level that the request has.</param>
/// <param name="Possible">The level that it might have if no look-up had failed temporarily; never lower.</param>
internal readonly record struct AuthenticationVerdict(Proof Proven, Proof Possible)
{
    /// <summary>The same without what a failed look-up leaves open.</summary>
    public AuthenticationVerdict Settled() => Sure(Proven);

    public bool IsOpen => Possible > Proven;

    public static AuthenticationVerdict Sure(Proof level) => new(level, level);
}
