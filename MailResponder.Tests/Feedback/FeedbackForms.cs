using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MailResponder.Tests.Feedback;

/// <summary>Notifications are found in every form they come in. A broken one is named but not quoted.</summary>
public sealed class FeedbackForms : IDisposable
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true };

    private static readonly JsonObject Zahra = Notifications.InSns(Notifications.Bounce("zahra@freemail.test"));
    private static readonly JsonObject Omid = Notifications.InSns(Notifications.Complaint("omid@freemail.test"));

    private readonly FeedbackPlace _place = new();

    public static TheoryData<string> Names => new(Forms.Keys);

    private static Dictionary<string, string> Forms { get; } = new()
    {
        ["one a line"] = Lines(Zahra, Omid),
        ["one a line, without an end"] = Lines(Zahra, Omid).TrimEnd(),
        ["CRLF"] = Lines(Zahra, Omid).Replace("\n", "\r\n", StringComparison.Ordinal),
        ["byte order mark"] = "\uFEFF" + Lines(Zahra, Omid),
        ["pretty, one after the other"] = Zahra.ToJsonString(Pretty) + Omid.ToJsonString(Pretty),
        ["list"] = $"[{Zahra.ToJsonString()},{Omid.ToJsonString()}]",
        ["pretty list"] = new JsonArray(Zahra.DeepClone(), Omid.DeepClone()).ToJsonString(Pretty),
        ["SQS"] = Lines(Notifications.InSqs(Zahra), Notifications.InSqs(Omid)),
        ["aws sqs receive-message"] = Notifications.Received(Notifications.InSqs(Zahra), Notifications.InSqs(Omid))
        .ToJsonString(Pretty),
        ["two answers of aws sqs receive-message"] =
            Notifications.Received(Notifications.InSqs(Zahra)).ToJsonString(Pretty) + "\n"
            + Notifications.Received(Notifications.InSqs(Omid)).ToJsonString(Pretty),
        ["mbox"] = "From MAILER-DAEMON Fri Nov 20\n" + Notifications.Mail(Zahra.ToJsonString())
            + "\nFrom MAILER-DAEMON Fri Nov 20\n"
            + Notifications.Mail(Omid.ToJsonString(), "base64"),
    };

    private static Dictionary<string, string> Mails { get; } = new()
    {
        ["email"] = Notifications.Mail(Zahra.ToJsonString()),
        ["email, quoted-printable"] = Notifications.Mail(Zahra.ToJsonString(), "quoted-printable"),
        ["email, base64"] = Notifications.Mail(Zahra.ToJsonString(), "base64"),
        ["email, folded"] = Notifications.Mail(Notifications.Folded(Zahra.ToJsonString())),
        ["email, CRLF"] = Notifications.Mail(Zahra.ToJsonString(), "quoted-printable")
        .Replace("\n", "\r\n", StringComparison.Ordinal),
        ["email-json"] = Notifications.Mail(Zahra.ToJsonString(Pretty), footer: ""),
        ["email-json, folded"] = Notifications.Mail(Notifications.Folded(Zahra.ToJsonString()), footer: ""),
        ["delivered with a From line"] = "From bounces@sns.test Fri Nov 20\n"
        + Notifications.Mail(Zahra.ToJsonString()),
    };

    public static TheoryData<string> MailNames => new(Mails.Keys);

    public void Dispose() => _place.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryForm_IsRead(string name)
    {
        Assert.Equal("2 blocked", _place.Feed(Forms[name]));
        Assert.Empty(_place.Faults);
        Assert.True(_place.Blocks("zahra@freemail.test") && _place.Blocks("omid@freemail.test"));
    }

    [Theory]
    [MemberData(nameof(MailNames))]
    public void EveryMail_IsRead(string name)
    {
        Assert.Equal("1 blocked", _place.Feed(Mails[name]));
        Assert.Empty(_place.Faults);
        Assert.True(_place.Blocks("zahra@freemail.test"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \r\n")]
    [InlineData("[]")]
    [InlineData("{\"Messages\": []}")]
    public void Nothing_IsNoFault(string content)
    {
        Assert.Equal("0 blocked", _place.Feed(content));
        Assert.Empty(_place.Faults);
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "hello secret@freemail.test", "fed:2: item 2: is not complete JSON" },
        { "42", "fed:2: item 2: must be an object { … }, but is a number" },
        { "\"secret@freemail.test\"", "fed:2: item 2: must be an object { … }, but is a string" },
        { "{\"notificationType\":\"Bounce\",\"mail\":{\"destination\":[\"secret@freemail.test\"",
        "fed:2: item 2: is not complete JSON" },
        { "{\"notificationType\":\"Bounce\",\"x\":\"secret@freemail.test", "fed:2: item 2: is not complete JSON" },
        { "{\"notificationType\":secret@freemail.test}", "fed:2: item 2: is not complete JSON" },
        { InSns("{\"secret@freemail.test\":1}"),
        "fed:2: item 2, Message.notificationType: is missing, and so is eventType" },
        { InSns("{\"notificationType\":\"Bounce\"}"), "fed:2: item 2, Message.bounce: is missing" },
        { InSns("{\"notificationType\":\"Bounce\",\"bounce\":{\"secret@freemail.test\":1}}"),
        "fed:2: item 2, Message.bounce.bounceType: is missing" },
        {
            InSns("{\"notificationType\":\"Bounce\",\"bounce\":"
            + "{\"bounceType\":\"Permanent\",\"timestamp\":\"secret@freemail.test\"}}"),
            "fed:2: item 2, Message.bounce.timestamp: is not a time"
        },
        {
            InSns("{\"notificationType\":\"Complaint\",\"complaint\":{\"timestamp\":\"2026-11-20T08:30:00.237Z\"},"
            + "\"mail\":{\"destination\":[\"secret\",7]}}"),
            "fed:2: item 2, Message.mail.destination: names no mail address"
        },
        { "{\"Body\":\"secret@freemail.test\"}", "fed:2: item 2, Body: is not complete JSON" },
        { "{\"Messages\":[{\"Body\":\"{}\"}]}", "fed:2: item 2, Messages[1].Body: came without SNS's envelope" },
        { InSns("secret@freemail.test"), "fed:2: item 2, Message: holds no notification" },
        {
            "{\"Type\":\"SubscriptionConfirmation\",\"Message\":\"secret\",\"Token\":\"2336412f37\","
            + "\"SubscribeURL\":\"https://sns.eu-west-1.amazonaws.com/?secret\"}",
            "aws sns confirm-subscription"
        },
        { "{\"Type\":\"UnsubscribeConfirmation\",\"Message\":\"secret\"}",
        "fed:2: item 2: the subscription has ended" },
        { "{\"Type\":\"Notification\",\"Message\":\"secret@freemail.test\"}",
        "fed:2: item 2: does not have the fields of SNS" },
        { "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"\\ud800secret@freemail.test\"}}",
        "fed:2: item 2: is not complete JSON" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void WhatIsBroken_IsNamedAndTheRestIsUsed(string broken, string fault)
    {
        Assert.Equal("2 blocked", _place.Feed($"{Zahra.ToJsonString()}\n{broken}\n{Omid.ToJsonString()}\n"));
        Assert.Contains(fault, Assert.Single(_place.Faults), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _place.Faults[0], StringComparison.Ordinal);
        Assert.DoesNotContain("2336412f37", _place.Faults[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: a@b.test\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n{}\n", "several parts")]
    [InlineData("From: a@b.test\nContent-Transfer-Encoding: base64\n\n!secret!\n",
        "does not begin with a notification")]
    [InlineData("From: a@b.test\n\nYou have chosen to subscribe to the topic: secret\n", "open its link yourself")]
    [InlineData("From: a@b.test\n", "open its link yourself")]
    [InlineData("From: a@b.test\n\n{\"notificationType\":\"secret", "is not complete JSON")]
    public void MailThatIsNone_IsNamed(string mail, string fault)
    {
        Assert.Equal("0 blocked", _place.Feed(mail));
        Assert.Contains(fault, Assert.Single(_place.Faults), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _place.Faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public void BrokenItemOfAPrettyList_CostsNoOther()
    {
        const string type = "\"Type\": \"Notification\",";
        var list = new JsonArray(Zahra.DeepClone(), Omid.DeepClone()).ToJsonString(Pretty);
        var at = list.IndexOf(type, StringComparison.Ordinal);
        var cut = list[..at] + "\"Type\": \"Notifi" + list[(at + type.Length)..];
        Assert.Equal("1 blocked", _place.Feed(cut));
        Assert.StartsWith(
            "fed:3: item 1: is not complete JSON", Assert.Single(_place.Faults), StringComparison.Ordinal);
        Assert.True(_place.Blocks("omid@freemail.test"));
    }

    [Fact]
    public void FileOfSomethingElse_IsLeftAfterAThousandFaults()
    {
        var started = DateTime.UtcNow;
        Assert.Equal("0 blocked", _place.Feed(string.Concat(Enumerable.Repeat("{\n", 30_000))));
        Assert.Equal(1001, _place.Faults.Count);
        Assert.Contains("too many faults", _place.Faults[^1], StringComparison.Ordinal);
        Assert.InRange((DateTime.UtcNow - started).TotalSeconds, 0, 30);
    }

    /// <summary>Anybody can write to an address. 1.6 million parts took 1.4 GB.</summary>
    [Fact]
    public void MailOfMillionsOfParts_TakesLittleMemory()
    {
        var mail = Encoding.ASCII.GetBytes("From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n\n"
            + string.Concat(Enumerable.Repeat("--b\n\n", 1_600_000)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("0 blocked", _place.Feed(mail));
        Assert.Contains("several parts", Assert.Single(_place.Faults), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200 << 20);
    }

    [Fact]
    public void ListOfSomethingElse_IsLeftAfterAThousandFaults()
    {
        var one = "{\"Messages\":[" + string.Concat(Enumerable.Repeat("{},", 2000)) + "{}]}";
        foreach (var list in (string[])[one, $"{{\"Messages\":[{one},{one}]}}", $"From: a@b.test\n\n{one}\n"])
        {
            Assert.Equal("0 blocked", _place.Feed(list));
            Assert.Equal(1001, _place.Faults.Count);
            Assert.Contains("too many faults", _place.Faults[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Mutations_NeverThrow()
    {
        var random = new Random(11);
        var originals = Forms.Values.Concat(Mails.Values).Select(Encoding.UTF8.GetBytes).ToArray();
        for (var round = 0; round < 1500; round++)
        {
            var bytes = originals[random.Next(originals.Length)].ToArray();
            for (var i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _place.Feed(random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            foreach (var fault in _place.Faults)
            {
                Assert.DoesNotContain("zahra", fault, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("freemail", fault, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    private static string InSns(string message)
    {
        var envelope = Notifications.InSns(Zahra);
        envelope["Message"] = message;
        return envelope.ToJsonString();
    }

    private static string Lines(params JsonNode[] nodes) =>
        string.Concat(nodes.Select(node => node.ToJsonString() + "\n"));
}
