using System.Text;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Settings;

namespace MailResponder.Tests.Incoming;

/// <summary>
/// A case is a pair of files in Authentication: <c>NN-name.eml</c> is a message that seems to prove more than it does,
/// and <c>NN-name.benign.eml</c> is as similar as possible but does prove it. X-Expected says how much is proven and,
/// after a comma, what might have been proven if a look-up had not failed.
/// </summary>
public sealed class AuthenticationVerdicts
{
    private static readonly string Folder = Repository.PathTo("MailResponder.Tests", "Incoming", "Authentication");

    private static readonly ResponderSettings Settings = TestSettings.In("/nowhere") with
    {
        AuthservId = "mx.example.com",
        MaxMessageBytes = 1 << 30,
    };

    public static TheoryData<string> Cases => [.. Files];

    private static IEnumerable<string> Files =>
        Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_ProvesWhatItsFileSays(string file)
    {
        var message = File.ReadAllBytes(Path.Join(Folder, file));

        var expected = IncomingMessage.Read(new MemoryStream(message)).Headers["X-Expected"];
        Assert.Equal(expected, InWords(Judge(message, Settings)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void WithoutAuthservId_NothingIsProven(string file) =>
        Assert.Equal(
            "none", InWords(Judge(File.ReadAllBytes(Path.Join(Folder, file)), Settings with { AuthservId = null })));

    [Fact]
    public void Case_HasItsTwin()
    {
        var names = Files.Select(file => file.Replace(".benign", "", StringComparison.Ordinal));

        Assert.All(names.CountBy(name => name), pair => Assert.Equal(2, pair.Value));
    }

    /// <remarks>
    /// The look-up is awaited for an hour after the message's Date. The header does not change, so the wait cannot
    /// grow.
    /// </remarks>
    [Theory]
    [InlineData("", 59, "none, full")]
    [InlineData("", 61, "none")]
    [InlineData("", -61, "none")]
    [InlineData("Received: by mail.example.com; Mon, 2 Mar 2026 09:00:00 +0000\n", 59 + 45, "none, full")]
    [InlineData("Received: by mail.example.com; Mon, 2 Mar 2026 09:00:00 +0000\n", 61 + 45, "none")]
    [InlineData("Received: by mail.example.com\n", 59, "none, full")]
    public void OpenLookUp_IsWaitedForAnHour(string received, int minutes, string expected)
    {
        var message = received + File.ReadAllText(Path.Join(Folder, "39-signature-open.eml"));

        Assert.Equal(expected, InWords(Judge(Encoding.UTF8.GetBytes(message), Settings, minutes)));
    }

    [Fact]
    public void OpenLookUpWithoutAnyDate_IsNotWaitedFor()
    {
        var message = File.ReadAllText(Path.Join(Folder, "39-signature-open.eml"))
            .Replace("Date: ", "X-Date: ", StringComparison.Ordinal);

        Assert.Equal("none", InWords(Judge(Encoding.UTF8.GetBytes(message), Settings)));
    }

    [Fact]
    public void AnyBytes_AreRead()
    {
        var random = new Random(20260302);
        var alphabet = "mx.example.com; dkim=pass header.d=\"\\()/1\r\n\0\u00ff"u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var value = random.GetItems(alphabet, random.Next(60));
            foreach (var result in AuthenticationResults.Read([.. "mx;"u8, .. value])!.Results)
                Assert.NotEmpty(result.Method + result.Result);
        }
    }

    private static AuthenticationVerdict Judge(byte[] message, ResponderSettings settings, int minutesLater = 0)
    {
        var clock = new FixedClock(FixedClock.Start.AddMinutes(minutesLater));
        Assert.Null(new Guard(settings, clock)
            .ReasonNotToReply(IncomingMessage.Read(new MemoryStream(message)), new Envelope(), out var request));
        return request!.Authentication;
    }

    private static string InWords(AuthenticationVerdict verdict) =>
        verdict.Proven.Hyphenated() + (verdict.IsOpen ? ", " + verdict.Possible.Hyphenated() : "");
}
