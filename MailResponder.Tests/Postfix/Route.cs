using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>A running Postfix that leads to the responder, shared by the tests of one class.</summary>
public abstract class Route : IDisposable
{
    private protected Route(string mainSample, string overrides = "")
    {
        Place = new Workplace();
        // The replies of one address leave through sendmail, back into this Postfix and on to the sink.
        Place.Book[2]!["send_method"] = "sendmail";
        Place.Write();
        Postfix = new PrivatePostfix(Place, mainSample, overrides);
        WriteSendmail();
    }

    internal Workplace Place { get; }

    internal PrivatePostfix Postfix { get; }

    public void Dispose()
    {
        Postfix.Dispose();
        Place.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Returns a script for `sendmail -t` that submits the mail by SMTP. The real sendmail(1) refuses an unprivileged
    /// user a configuration folder that the machine's own main.cf does not list.
    /// </summary>
    internal static string HandingOverTo(int port) => $"""
        exec /usr/bin/python3 -c '
        import email.parser, email.utils, smtplib, sys
        mail = sys.stdin.buffer.read()
        to = email.utils.parseaddr(email.parser.BytesHeaderParser().parsebytes(mail)["To"])[1]
        with smtplib.SMTP("127.0.0.1", {port}) as smtp:
            smtp.sendmail(sys.argv[sys.argv.index("-f") + 1], [to], mail)
        ' "$@"
        """;

    private void WriteSendmail()
    {
        Place.SendThrough(HandingOverTo(Postfix.UnfilteredPort));
        Place.Settings["send_method"] = "outbox";
        Place.Write();
        Place.GiveTo("mail_responder");
    }
}
