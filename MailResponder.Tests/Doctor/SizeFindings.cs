using MailResponder.Doctor;

namespace MailResponder.Tests.Doctor;

/// <summary>The doctor's findings about Postfix's size limits: incoming at each smtpd, outgoing in main.cf.</summary>
public sealed class SizeFindings : IDisposable
{
    private const string Shipped = "smtpd pass - - y - - smtpd -o message_size_limit=8192000";

    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Theory]
    [InlineData(Shipped, "", "ok")]
    [InlineData("smtpd pass - - y - - smtpd", "", "warning")]
    [InlineData("smtpd pass - - y - - smtpd -o message_size_limit=8192001", "", "warning")]
    [InlineData("smtpd pass - - y - - smtpd -o message_size_limit=0", "", "warning")]
    [InlineData("smtpd pass - - y - - smtpd -o message_size_limit=50000", "", "warning")]
    [InlineData(Shipped + "\nsubmission inet n - y - - smtpd", "", "warning")]
    [InlineData(Shipped, "mailbox_size_limit = 31457279", "fault")]
    [InlineData(Shipped, "mailbox_size_limit = 31457280", "ok")]
    [InlineData(Shipped, "virtual_mailbox_limit = 20000000", "ok")]
    [InlineData(Shipped, "virtual_mailbox_limit = 20000000\nvirtual_mailbox_domains = example.org", "fault")]
    public void Sizes_AreJudgedAtEachEnd(string services, string parameters, string expected)
    {
        _fake.Folder.Write("services", services + "\n");
        _fake.Folder.Write("parameters", "message_size_limit = 31457280\nmailbox_size_limit = 0\n" + parameters + "\n");
        _fake.With("postconf", $"[ \"$1\" = -M ] && exec /bin/cat {_fake.Folder.PathTo("services")}; "
            + $"/bin/cat {_fake.Folder.PathTo("parameters")}");
        var host = _fake.BareHost;
        var settings = TestSettings.In("/nowhere") with { MaxMessageBytes = 8_192_000 };

        var findings = TransportChecks.Look(host, settings, PostfixSettings.Load(host)!);

        var finding = Assert.Single(findings, finding => finding.Name == "postfix-size");
        Assert.Equal(expected, finding.State.Hyphenated());
    }

    [Theory]
    [InlineData("echo 10240000", 10_240_000L)]
    [InlineData("echo 0", 0L)]
    [InlineData("echo 'postconf: fatal: open main.cf' >&2; exit 1", null)]
    public void LimitOfReplies_IsAsPostconfSays(string postconf, long? expected) =>
        Assert.Equal(expected, PostfixSettings.MessageSizeLimit(_fake.With("postconf", postconf).BareHost.Programs));

    [Fact]
    public void HostWithoutPostfix_HasNoLimit() =>
        Assert.Null(PostfixSettings.MessageSizeLimit(_fake.BareHost.Programs));
}
