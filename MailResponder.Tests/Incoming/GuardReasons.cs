using System.Text;
using MailResponder.Incoming;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Tests.Incoming;

/// <summary>
/// A case is a pair of files in Guard/reason. <c>NN-name.eml</c> must not be answered for that reason.
/// <c>NN-name.benign.eml</c>, as similar as a person's mail can be, must be answered. <c>.sender</c> holds an envelope
/// sender.
/// </summary>
public sealed class GuardReasons
{
    public static TheoryData<string, string> Unanswerable => GuardCases.Mails(benign: false);

    public static TheoryData<string, string> Benign => GuardCases.Mails(benign: true);

    private static readonly ResponderSettings Settings = TestSettings.In("/nowhere") with
    {
        // These are outside our own domains, so that only the address counts.
        ResponseFrom = new MailboxAddress("", "get-help@answers.example.net"),
        BounceAddress = "returned@answers.example.net",
        OwnDomains = ["example.com", "example.org", "xn--bcher-kva.example"],
    };

    [Theory]
    [MemberData(nameof(Unanswerable))]
    public void Named_IsNotAnswered(string mail, string form)
    {
        var reason = Judge(mail, form, Settings, out var request);

        Assert.True(reason?.Hyphenated() == Path.GetDirectoryName(mail),
            $"{mail} ({form}): expected {Path.GetDirectoryName(mail)}, but was {reason?.Hyphenated() ?? "answered"}");
        Assert.Null(request);
    }

    [Theory]
    [MemberData(nameof(Benign))]
    public void BenignTwin_IsAnswered(string mail, string form)
    {
        // A benign twin may use the domain that is ours only in its pair's case.
        var settings = mail.StartsWith("own-address/", StringComparison.Ordinal) ? Settings
            : Settings with { OwnDomains = ["example.com", "example.org"] };
        var reason = Judge(mail, form, settings, out var request);

        Assert.True(reason is null, $"{mail} ({form}): expected answered, but was {reason?.Hyphenated()}");
        Assert.NotNull(request);
    }

    [Theory]
    [InlineData("list.7.get=example.com@lists.example.net", true)]
    [InlineData("get=example.com@lists.example.net", true)]
    [InlineData("joe+caf_=get=example.com@example.net", false)]
    [InlineData("joe.get.example.com@example.net", false)]
    public void SenderThatIsMadeOfTheRecipient_IsARobot(string sender, bool isRobot)
    {
        var reason = Judge("joe@example.net", new Envelope("Get@example.com", sender));

        Assert.Equal(isRobot ? SkipReason.RobotSender : null, reason);
    }

    /// <summary>An address of a person may look like that of a list server.</summary>
    [Theory]
    [InlineData("tax-return-2026@example.net", "tax-return-2026@example.net", false)]
    [InlineData("Tax-Return-2026@example.net", "SRS0=x1=9z=example.net=tax-return-2026@forward.example", false)]
    [InlineData("alias+joe=mail.example.net@relay.example", "alias+joe=mail.example.net@relay.example", false)]
    [InlineData("joe@example.net", "tax-return-2026@example.net", true)]
    [InlineData("news+get=example.com@example.net", "news+get=example.com@example.net", true)]
    [InlineData("team-noreply@example.net", "team-noreply@example.net", true)]
    public void SenderThatIsTheAuthor_IsAPerson_IfItsFormIsTheOnlyMark(string from, string sender, bool isRobot)
    {
        var reason = Judge(from, new Envelope("get@example.com", sender));

        Assert.Equal(isRobot ? SkipReason.RobotSender : null, reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("get")]
    [InlineData("@example.com")]
    public void RecipientThatIsNoAddress_MakesNobodyARobot(string recipient)
    {
        var envelope = new Envelope(recipient,
            recipient.Length > 3 ? "x=example.com@example.net" : "widget@example.net");

        Assert.Null(Judge("joe@example.net", envelope));
    }

    [Fact]
    public void Each_HasACase()
    {
        // Reasons that apply after the guard: from the response book and the limits.
        SkipReason[] laterReasons =
            [SkipReason.UnknownAddress, SkipReason.NotAuthenticated, SkipReason.Blocked, SkipReason.OverQuota,
            SkipReason.DomainLimit, SkipReason.ServiceLimit];
        var expected = Enum.GetValues<SkipReason>().Except(laterReasons).Select(reason => reason.Hyphenated());

        var found = Directory.EnumerateDirectories(GuardCases.Folder).Select(Path.GetFileName);

        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Case_HasItsTwin()
    {
        var files = Directory.EnumerateFiles(GuardCases.Folder, "*.eml", SearchOption.AllDirectories).ToList();

        var alone = files.Where(file => !files.Contains(file.EndsWith(".benign.eml", StringComparison.Ordinal)
            ? file.Replace(".benign.eml", ".eml", StringComparison.Ordinal)
            : Path.ChangeExtension(file, ".benign.eml")));

        Assert.Empty(alone);
    }

    private static SkipReason? Judge(string from, Envelope envelope)
    {
        var message = IncomingMessage.Read(new MemoryStream(Encoding.ASCII.GetBytes($"From: {from}\n\nhello\n")));
        return new Guard(Settings).ReasonNotToReply(message, envelope, out _);
    }

    private static SkipReason? Judge(string mail, string form, ResponderSettings settings, out Request? request)
    {
        var message = IncomingMessage.Read(new MemoryStream(GuardCases.Read(mail, form)));
        // The other mails have dates of any age.
        if (mail.StartsWith("stale/", StringComparison.Ordinal))
            settings = settings with { MaxRequestAge = TimeSpan.FromHours(48) };
        return new Guard(settings, hostName: "mx7.host.example")
            .ReasonNotToReply(message, new Envelope(Sender: GuardCases.SenderOf(mail)), out request);
    }
}
