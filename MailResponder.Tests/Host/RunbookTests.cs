using System.Text.RegularExpressions;
using MailResponder.Tests.Install;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Host;

/// <summary>
/// Follows docs/runbook.md on an installed host. The test causes each problem, sees the lines that the page shows, and
/// runs the page's commands; then requests are answered again. A section without a case here fails.
/// </summary>
[Collection(ServerRoots.SecondCollection)]
public sealed partial class RunbookTests : IClassFixture<InstalledHost>, IDisposable
{
    private const string Settings = "/etc/mail_responder/settings.json";
    private const string Book = "/etc/mail_responder/responses.json";
    private const string Database = "/var/lib/mail_responder/responder.db";
    private const string OtherProvider = "192.0.2.3";

    private static readonly string Page = File.ReadAllText(Repository.PathTo("docs", "runbook.md"));

    private readonly InstalledHost _host;
    private readonly ServerRoot _root;
    private readonly RequestMail _request = RequestMail.FromSomebodyNew();
    private readonly List<Action> _undo = [];

    public RunbookTests(InstalledHost host)
    {
        (_host, _root) = (host, host.Root);
        _root.Outside.AnswerNames(
            $"host-record=smtp.example.net,{OutsideWorld.Address}", $"host-record=mx.provider.test,{OtherProvider}",
            "mx-host=provider.test,mx.provider.test,10", "mx-host=flood.example,mx.freemail.test,10");
    }

    public static TheoryData<string> Sections =>
        [.. SectionHead().Matches(Page).Select(match => match.Groups[1].Value)];

    public void Dispose()
    {
        foreach (var action in _undo) action();
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void Section_TellsWhatIsSeenAndWhatToDo(string title)
    {
        var section = Page.Split("\n## ").Single(text => text.StartsWith(title + "\n", StringComparison.Ordinal));
        var commands = new Queue<string>(Blocks(section, "sh"));
        Assert.NotEmpty(commands);
        var isMended = Cause(title, commands);
        var lines = Blocks(section, "text").SelectMany(block => block.TrimEnd().Split('\n')).ToList();
        foreach (var line in lines) Patience.Until($"the line {line}", () => IsSeen(line), () => Seen(line));

        while (commands.TryDequeue(out var block)) Do(block);

        Assert.DoesNotContain(lines, line => line.StartsWith("fault ", StringComparison.Ordinal) && IsSeen(line));
        isMended();
    }

    /// <summary>Causes the problem of a section. Returns a check that it is solved.</summary>
    private Action Cause(string title, Queue<string> commands)
    {
        switch (title)
        {
            case "The response book is wrong":
                Answer(_request);
                _root.Run($"sed -i 's/\"body\"/\"boddy\"/' {Book}").Good();
                Edit("s/\"boddy\"/\"body\"/");
                Send(_request with { From = "zahra.2@freemail.test" });
                return () => _root.Run("responder config check").Good();
            case "The database is lost":
                _root.Run($"rm -f {Database}-*; echo nonsense >{Database}").Good();
                Send(_request);
                return () => WaitForReply(_request);
            case "The disk is full":
                _undo.Add(() => _root.Run("umount /var/log").Good());
                _root.Run("""
                    mount -t tmpfs -o size=150m full /var/log
                    head -c 120m /dev/zero >/var/log/syslog.1
                    touch -d '2 days ago' /var/log/syslog.1
                    """).Good();
                return () => Answer(_request);
            case "A key leaked":
                return () => Assert.Contains("s=mail-2;", Answer(_request), StringComparison.Ordinal);
            case "The host is lost":
                Answer(_request);
                const string memory =
                    "cd /etc/mail_responder; sha256sum *.json address.key; responder dkim record; responder "
                    + "blacklist show";
                var before = _root.Run(memory).Good().Output;
                Do(commands.Dequeue());
                _root.Run("rm -r /etc/mail_responder /var/lib/mail_responder /var/backups/mail_responder").Good();
                return () =>
                {
                    Assert.Equal(before, _root.Run(memory).Good().Output);
                    Answer(_request with { From = "zahra.3@freemail.test" });
                };
            case "A provider throttles us":
                var stop = Provider("-r", "RCPT", "-b",
                    "450 4.2.1 The user is receiving mail at a rate that is too high");
                _undo.Add(() => _root.Run("postconf -X smtp_destination_rate_delay; postfix reload").Good());
                Send(_request with { From = "zahra@provider.test" });
                return () =>
                {
                    stop();
                    _undo.Add(Provider());
                    _root.Run("postqueue -f").Good();
                    _host.WaitUntilQueueIsEmpty();
                };
            case "We are block-listed":
                _undo.Add(Provider("-f", "RCPT", "-B", "554 5.7.1 Service unavailable; client blocked using a list"));
                _undo.Add(() => _root.Run("postconf -X relayhost; postfix reload").Good());
                Send(_request with { From = "zahra@provider.test" });
                return () => Answer(_request with { From = "zahra.4@provider.test" });
            case "A flood in the name of one domain":
                Limit("domain_per_day", 1);
                for (var i = 0; i < 3; i++) Send(new RequestMail($"zahra.{i}@flood.example"));
                return () =>
                {
                    _host.WaitUntilQueueIsEmpty();
                    // The sender's domain has not written yet, because the limit stays.
                    Answer(new RequestMail("zahra@unproven.test"));
                };
            case "A spike, because television named the address":
                Limit("service_per_day", 1);
                Edit("/\"limits\"/d");
                Send(new RequestMail("zahra.5@freemail.test"));
                Send(_request);
                return () => WaitForReply(_request);
            default:
                throw new ArgumentException($"nothing here makes this happen: {title}");
        }
    }

    /// <summary>
    /// Runs a block in a shell of its own, in the folder of the release, as an operator would type it.
    /// </summary>
    private void Do(string block) => _root.Run($"set -e\ncd {_host.Release}\n{block}").Good();

    /// <summary>Sets up what the operator does in the editor.</summary>
    private void Edit(string script)
    {
        _root.Write("/usr/local/bin/editor", $"#!/bin/sh\nexec sed -i '{script}' \"$@\"\n");
        _root.Run("chmod 755 /usr/local/bin/editor").Good();
    }

    private void Limit(string name, int number)
    {
        _root.Run($"cp -p {Settings} /root/settings.json; cp -p /etc/postfix/master.cf /root/").Good();
        _undo.Add(() => _root.Run($"""
            cp -p /root/settings.json {Settings}
            cp -p /root/master.cf /etc/postfix/
            postfix reload
            """).Good());
        var limits = $"\"limits\": {{ \"{name}\": {number} }},";
        _root.Run($"sed -i '0,/\"send_method\"/s//{limits}\\n&/' {Settings}; responder config check").Good();
    }

    /// <summary>Starts the mail server of provider.test, and returns the action that stops it.</summary>
    private Action Provider(params string[] options)
    {
        _root.Outside.Run("ip", "addr", "replace", $"{OtherProvider}/24", "dev", "eth0").Good();
        return _root.Outside.StartMailServer(OtherProvider, options);
    }

    private void Send(RequestMail mail) => _root.Outside.Send(mail).Good();

    private string Answer(RequestMail mail)
    {
        Send(mail);
        return WaitForReply(mail);
    }

    private string WaitForReply(RequestMail mail)
    {
        Patience.Until("the reply", () => _root.Outside.MailFilesTo(mail.From).Count > 0, () => _root.Log("mail.log"));
        return File.ReadAllText(_root.Outside.MailFilesTo(mail.From)[0]);
    }

    private bool IsSeen(string line) => Regex.IsMatch(
        Seen(line), Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal));

    /// <summary>Returns the text in which a line of this form appears.</summary>
    private string Seen(string line) => line.Split(' ')[0] switch
    {
        "fault" or "warning" => _root.Run("responder doctor").Output,
        var program when program.StartsWith("postfix/", StringComparison.Ordinal) => _root.Log("mail.log"),
        _ => _root.Log("mail_responder.log"),
    };

    private static IEnumerable<string> Blocks(string section, string kind) =>
        Regex.Matches(section, $"(?s)\n```{kind}\n(.*?\n)```\n").Select(match => match.Groups[1].Value);

    [GeneratedRegex("(?m)^## (.*)$")]
    private static partial Regex SectionHead();
}
