using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>A running Postfix that leads to the responder, shared by the tests of one class.</summary>
public abstract class Route : IDisposable
{
    private protected Route(string mainSample, string overrides = "")
    {
        Place = new Workplace();
        // One address whose replies go out through sendmail: back into this Postfix, and on to the sink.
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

    /// <remarks>
    /// The real sendmail(1) refuses an unprivileged user a configuration folder that the machine's own main.cf does
    /// not list; so the reply is handed over by SMTP.
    /// </remarks>
    void WriteSendmail()
    {
        Place.SendThrough($"""
            exec /usr/bin/python3 -c '
            import smtplib, sys
            with smtplib.SMTP("127.0.0.1", {Postfix.UnfilteredPort}) as smtp:
                smtp.sendmail(sys.argv[3], [sys.argv[5]], sys.stdin.buffer.read())
            ' "$@"
            """);
        Place.Settings["send_method"] = "outbox";
        Place.Write();
        Place.GiveTo("mail_responder");
    }
}
