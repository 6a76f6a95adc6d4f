using System.Globalization;
using System.Text;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>Every local user can read the command line of every process (proc_pid_cmdline(5)).</summary>
[Collection("Postfix")]
public sealed class CommandLineTests(PipeTransportTests.Straight route) : IClassFixture<PipeTransportTests.Straight>
{
    const int Messages = 200;

    readonly HashSet<string> commandLines = [];
    volatile bool isDone;

    [Fact]
    public void TwoHundredMessages_NameNoRequesterInACommandLine()
    {
        var requests = Enumerable.Range(0, Messages)
            .Select(_ => RequestMail.FromSomebodyNew() with { To = "links@example.com" }).ToList();
        var looking = new Thread(Look);
        looking.Start();
        using (var client = new SmtpDialogue(route.Postfix.UnfilteredPort))
        {
            client.Say("EHLO client.freemail.test");
            foreach (var request in requests) Send(client, request);
            client.Say("QUIT");
        }

        route.Postfix.WaitUntilQueueIsEmpty();
        isDone = true;
        looking.Join();

        Assert.All(requests, request => Assert.Single(route.Postfix.Sink.MailsTo(request.From)));
        Assert.Contains(commandLines, line => line.Contains("--queue-id", StringComparison.Ordinal));
        Assert.Contains(commandLines, line => line.Contains("-t -f bounces@example.com", StringComparison.Ordinal));
        Traces.Of(requests.Select(request => request.From))
            .AssertNoneIn("a command line", string.Join('\n', commandLines));
    }

    static void Send(SmtpDialogue client, RequestMail request)
    {
        client.Say($"MAIL FROM:<{request.From}>");
        client.Say("RCPT TO:<links@example.com>");
        client.Data(Encoding.UTF8.GetString(request.ToBytes()));
    }

    void Look()
    {
        while (!isDone)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc"))
            {
                if (!int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture,
                    out _)) continue;
                try
                {
                    commandLines.Add(File.ReadAllText(Path.Join(process, "cmdline")).Replace('\0', ' '));
                }
                catch (IOException)
                {
                    // It has just ended.
                }
            }
        }
    }
}
