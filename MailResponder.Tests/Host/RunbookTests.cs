using System.Text.RegularExpressions;
using MailResponder.Tests.Install;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Host;

/// <summary>
/// docs/runbook.md on an installed host: each thing happens, the lines that stand there are seen, and after its
/// commands requests are answered. A section that has no case here fails.
/// </summary>
[Collection(ServerRoots.SecondCollection)]
public sealed partial class RunbookTests : IClassFixture<InstalledHost>, IDisposable
{
    const string Settings = "/etc/mail_responder/settings.json";
    const string Book = "/etc/mail_responder/responses.json";
    const string Database = "/var/lib/mail_responder/responder.db";
    const string OtherProvider = "192.0.2.3";

    static readonly string page = File.ReadAllText(Repository.PathTo("docs", "runbook.md"));

    readonly InstalledHost host;
    readonly ServerRoot root;
    readonly RequestMail request = RequestMail.FromSomebodyNew();
    readonly List<Action> undo = [];

    public RunbookTests(InstalledHost host)
    {
        (this.host, root) = (host, host.Root);
        root.Outside.AnswerNames(
            $"host-record=smtp.example.net,{OutsideWorld.Address}", $"host-record=mx.provider.test,{OtherProvider}",
            "mx-host=provider.test,mx.provider.test,10", "mx-host=flood.example,mx.freemail.test,10");
    }

    public static TheoryData<string> Sections =>
        [.. SectionHead().Matches(page).Select(match => match.Groups[1].Value)];

    public void Dispose()
    {
        foreach (var action in undo) action();
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void Section_TellsWhatIsSeenAndWhatToDo(string title)
    {
        var section = page.Split("\n## ").Single(text => text.StartsWith(title + "\n", StringComparison.Ordinal));
        var commands = new Queue<string>(Blocks(section, "sh"));
        Assert.NotEmpty(commands);
        var isMended = Cause(title, commands);
        var lines = Blocks(section, "text").SelectMany(block => block.TrimEnd().Split('\n')).ToList();
        foreach (var line in lines) Patience.Until($"the line {line}", () => IsSeen(line), () => Seen(line));

        while (commands.TryDequeue(out var block)) Do(block);

        Assert.DoesNotContain(lines, line => line.StartsWith("fault ", StringComparison.Ordinal) && IsSeen(line));
        isMended();
    }

    /// <summary>Makes it happen. What is returned looks whether it is over.</summary>
    Action Cause(string title, Queue<string> commands)
    {
        switch (title)
        {
            case "The response book is wrong":
                Answer(request);
                root.Run($"sed -i 's/\"body\"/\"boddy\"/' {Book}").Good();
                Edit("s/\"boddy\"/\"body\"/");
                Send(request with { From = "zahra.2@freemail.test" });
                return () => root.Run("responder config check").Good();
            case "The database is lost":
                root.Run($"rm -f {Database}-*; echo nonsense >{Database}").Good();
                Send(request);
                return () => WaitForReply(request);
            case "The disk is full":
                undo.Add(() => root.Run("umount /var/log").Good());
                root.Run("""
                    mount -t tmpfs -o size=150m full /var/log
                    head -c 120m /dev/zero >/var/log/syslog.1
                    touch -d '2 days ago' /var/log/syslog.1
                    """).Good();
                return () => Answer(request);
            case "A key leaked":
                return () => Assert.Contains("s=mail-2;", Answer(request), StringComparison.Ordinal);
            case "The host is lost":
                Answer(request);
                const string memory =
                    "cd /etc/mail_responder; sha256sum *.json address.key; responder dkim record; responder "
                    + "blacklist show";
                var before = root.Run(memory).Good().Output;
                Do(commands.Dequeue());
                root.Run("rm -r /etc/mail_responder /var/lib/mail_responder /var/backups/mail_responder").Good();
                return () =>
                {
                    Assert.Equal(before, root.Run(memory).Good().Output);
                    Answer(request with { From = "zahra.3@freemail.test" });
                };
            case "A provider throttles us":
                var stop = Provider("-r", "RCPT", "-b",
                    "450 4.2.1 The user is receiving mail at a rate that is too high");
                undo.Add(() => root.Run("postconf -X smtp_destination_rate_delay; postfix reload").Good());
                Send(request with { From = "zahra@provider.test" });
                return () =>
                {
                    stop();
                    undo.Add(Provider());
                    root.Run("postqueue -f").Good();
                    host.WaitUntilQueueIsEmpty();
                };
            case "We are block-listed":
                undo.Add(Provider("-f", "RCPT", "-B", "554 5.7.1 Service unavailable; client blocked using a list"));
                undo.Add(() => root.Run("postconf -X relayhost; postfix reload").Good());
                Send(request with { From = "zahra@provider.test" });
                return () => Answer(request with { From = "zahra.4@provider.test" });
            case "A flood in the name of one domain":
                Limit("domain_per_day", 1);
                for (var i = 0; i < 3; i++) Send(new RequestMail($"zahra.{i}@flood.example"));
                return () =>
                {
                    host.WaitUntilQueueIsEmpty();
                    // Of a domain that has written nothing yet, for the limit stays.
                    Answer(new RequestMail("zahra@unproven.test"));
                };
            case "A spike, because television named the address":
                Limit("service_per_day", 1);
                Edit("/\"limits\"/d");
                Send(new RequestMail("zahra.5@freemail.test"));
                Send(request);
                return () => WaitForReply(request);
            default:
                throw new ArgumentException($"nothing here makes this happen: {title}");
        }
    }

    /// <summary>In a private place of their own, as an operator types them in the folder of the release.</summary>
    void Do(string block) => root.Run($"set -e\ncd /root/release\n{block}").Good();

    /// <summary>What somebody will do in the editor.</summary>
    void Edit(string script)
    {
        root.Write("/usr/local/bin/editor", $"#!/bin/sh\nexec sed -i '{script}' \"$@\"\n");
        root.Run("chmod 755 /usr/local/bin/editor").Good();
    }

    void Limit(string name, int number)
    {
        root.Run($"cp -p {Settings} /root/settings.json; cp -p /etc/postfix/master.cf /root/").Good();
        undo.Add(() => root.Run($"""
            cp -p /root/settings.json {Settings}
            cp -p /root/master.cf /etc/postfix/
            postfix reload
            """).Good());
        var limits = $"\"limits\": {{ \"{name}\": {number} }},";
        root.Run($"sed -i '0,/\"send_method\"/s//{limits}\\n&/' {Settings}; responder config check").Good();
    }

    /// <summary>Starts the mail server of provider.test; returns what stops it.</summary>
    Action Provider(params string[] options)
    {
        root.Outside.Run("ip", "addr", "replace", $"{OtherProvider}/24", "dev", "eth0").Good();
        return root.Outside.StartMailServer(OtherProvider, options);
    }

    void Send(RequestMail mail) => root.Outside.Send(mail).Good();

    string Answer(RequestMail mail)
    {
        Send(mail);
        return WaitForReply(mail);
    }

    string WaitForReply(RequestMail mail)
    {
        Patience.Until("the reply", () => root.Outside.MailFilesTo(mail.From).Count > 0, () => root.Log("mail.log"));
        return File.ReadAllText(root.Outside.MailFilesTo(mail.From)[0]);
    }

    bool IsSeen(string line) => Regex.IsMatch(
        Seen(line), Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal));

    /// <summary>Where a line of this form comes.</summary>
    string Seen(string line) => line.Split(' ')[0] switch
    {
        "fault" or "warning" => root.Run("responder doctor").Output,
        var program when program.StartsWith("postfix/", StringComparison.Ordinal) => root.Log("mail.log"),
        _ => root.Log("mail_responder.log"),
    };

    static IEnumerable<string> Blocks(string section, string kind) =>
        Regex.Matches(section, $"(?s)\n```{kind}\n(.*?\n)```\n").Select(match => match.Groups[1].Value);

    [GeneratedRegex("(?m)^## (.*)$")]
    private static partial Regex SectionHead();
}
