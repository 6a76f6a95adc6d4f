using System.Globalization;
using System.Text;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>Every local user can read the command line of every process (proc_pid_cmdline(5)).</summary>
[Collection("Postfix")]
public sealed class CommandLineTests(PipeTransportTests.Straight route) : IClassFixture<PipeTransportTests.Straight>
{
    private const int Messages = 200;

    private readonly HashSet<string> _commandLines = [];
    private volatile bool _isDone;

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
        _isDone = true;
        looking.Join();

        Assert.All(requests, request => Assert.Single(route.Postfix.Sink.MailsTo(request.From)));
        Assert.Contains(_commandLines, line => line.Contains("--queue-id", StringComparison.Ordinal));
        Assert.Contains(_commandLines, line => line.Contains("-t -f bounces@example.com", StringComparison.Ordinal));
        Traces.Of(requests.Select(request => request.From))
            .AssertNoneIn("a command line", string.Join('\n', _commandLines));
    }

    private static void Send(SmtpDialogue client, RequestMail request)
    {
        client.Say($"MAIL FROM:<{request.From}>");
        client.Say("RCPT TO:<links@example.com>");
        client.Data(Encoding.UTF8.GetString(request.ToBytes()));
    }

    private void Look()
    {
        while (!_isDone)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc"))
            {
                if (!int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture,
                    out _)) continue;
                try
                {
                    _commandLines.Add(File.ReadAllText(Path.Join(process, "cmdline")).Replace('\0', ' '));
                }
                catch (IOException)
                {
                    // The process has just ended.
                }
            }
        }
    }
}
