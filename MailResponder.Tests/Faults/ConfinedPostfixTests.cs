using System.Globalization;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Runs all of Postfix confined as in docs/hardening.md, with the responder and the set-gid programs of sendmail(1).
/// </summary>
[Collection("Postfix")]
public sealed class ConfinedPostfixTests : IDisposable
{
    // As on a real host, Postfix asks the kernel for its addresses, and local users, such as the forwarder, have
    // mailboxes.
    private readonly Outside _outside = new(
        "inet_interfaces = all\nforward_path =\nmailbox_transport_maps =", Confinement.OfPostfix);

    [Fact]
    public void MailOfEveryKind_GoesItsWay()
    {
        _outside.Place.Book[2]!["send_method"] = "sendmail";
        _outside.Place.Write();
        var (first, second, third) = (
            RequestMail.FromSomebodyNew(), RequestMail.FromSomebodyNew() with { To = "links@example.com" },
            RequestMail.FromSomebodyNew());

        _outside.Accept(first, "get@example.com");
        _outside.Accept(second, "links@example.com");
        _outside.Accept(third, "games@example.com");
        _outside.Postfix.WaitUntilQueueIsEmpty();

        Assert.Equal(2, _outside.Place.Outbox.Count);
        Assert.Single(_outside.Postfix.Sink.MailsTo(second.From));
        Assert.Contains(third.From, File.ReadAllText(_outside.Postfix.PathTo("mail/games")), StringComparison.Ordinal);
        Assert.DoesNotMatch("(fatal|panic|error): |not permitted|Read-only|status=(deferred|bounced)",
            _outside.Postfix.MailLog);
        AssertConfined();
    }

    public void Dispose() => _outside.Dispose();

    /// <summary>Asserts that the master process is confined, and so everything it starts.</summary>
    private void AssertConfined()
    {
        var master = _outside.Postfix.Master.ToString(CultureInfo.InvariantCulture);
        var status = File.ReadAllText($"/proc/{master}/status");
        Assert.Matches(@"\nSeccomp:\s+2\n", status);
        // Otherwise no sendmail(1) could submit a mail.
        Assert.Matches(@"\nNoNewPrivs:\s+0\n", status);
        Assert.DoesNotMatch(@" /(usr|etc/postfix|home|tmp)? rw", File.ReadAllText($"/proc/{master}/mountinfo"));
    }
}
