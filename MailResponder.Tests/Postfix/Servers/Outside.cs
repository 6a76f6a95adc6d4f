using MailResponder.Tests.Faults;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// A Postfix configured by main.cf, as strangers see it, and a name server that knows them. The tarpit delays them by
/// only a second.
/// </summary>
public sealed class Outside : IDisposable
{
    /// <summary>An ordinary mail server.</summary>
    public const string Stranger = "203.0.113.5";

    /// <summary>Addresses that are only in the named list.</summary>
    public const string OnlyInSpamhaus = "203.0.113.10", OnlyInSpamcop = "203.0.113.11";

    public const string InBothLists = "203.0.113.12";

    /// <summary>An address in both lists of spammers, and in the list of real mail servers.</summary>
    public const string KnownProvider = "203.0.113.13";

    /// <summary>
    /// An address for which one list answers as Spamhaus does to a resolver that queries too much, and the other as a
    /// lying resolver does.
    /// </summary>
    public const string RefusedResolver = "203.0.113.14";

    private readonly NameServer _names = new(
        "address=/freemail.test/192.0.2.1",
        "address=/10.113.0.203.zen.spamhaus.org/127.0.0.2",
        "address=/11.113.0.203.bl.spamcop.net/127.0.0.2",
        "address=/12.113.0.203.zen.spamhaus.org/127.0.0.4",
        "address=/12.113.0.203.bl.spamcop.net/127.0.0.2",
        "address=/13.113.0.203.zen.spamhaus.org/127.0.0.3",
        "address=/13.113.0.203.bl.spamcop.net/127.0.0.2",
        "address=/13.113.0.203.list.dnswl.org/127.0.5.2",
        "address=/14.113.0.203.zen.spamhaus.org/127.255.255.254",
        "address=/14.113.0.203.bl.spamcop.net/198.51.100.1");

    public Outside() : this("", null)
    {
    }

    internal Outside(string overrides, Confinement? unit)
    {
        Place = new Workplace();
        Postfix = new PrivatePostfix(Place, "main.cf", "smtpd_error_sleep_time = 1s\n" + overrides, unit: unit);
        Postfix.Resolve(_names.Address);
    }

    internal Workplace Place { get; }

    internal PrivatePostfix Postfix { get; }

    /// <summary>Returns a session after EHLO.</summary>
    internal SmtpDialogue Session(string client = Stranger, string helo = "mx.freemail.test")
    {
        var smtp = new SmtpDialogue(Postfix.OutsidePort, client);
        smtp.Say($"EHLO {helo}");
        return smtp;
    }

    /// <summary>Delivers a mail as a stranger's mail server does.</summary>
    internal void Accept(RequestMail mail, string recipient)
    {
        using var smtp = Session();
        smtp.Say($"MAIL FROM:<{mail.From}>");
        smtp.Say($"RCPT TO:<{recipient}>");
        smtp.Data(System.Text.Encoding.UTF8.GetString(mail.ToBytes()));
        smtp.Say("QUIT");
    }

    public void Dispose()
    {
        Postfix.Dispose();
        _names.Dispose();
        Place.Dispose();
    }
}
