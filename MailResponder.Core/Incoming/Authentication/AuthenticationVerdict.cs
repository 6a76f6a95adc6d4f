using MailResponder.Settings;

namespace MailResponder.Incoming.Authentication;

/// <summary>How much is proven about who a request is from.</summary>
/// <param name="Proven">The level that the request has.</param>
/// <param name="Possible">
/// The level that the request might have if no look-up had failed temporarily; never below the proven one.
/// </param>
internal readonly record struct AuthenticationVerdict(Proof Proven, Proof Possible)
{
    public bool IsOpen => Possible > Proven;

    public static AuthenticationVerdict Sure(Proof level) => new(level, level);
}
