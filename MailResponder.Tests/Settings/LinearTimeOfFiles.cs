using System.Text;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Feedback;
using MailResponder.Settings;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Settings;

/// <summary>Reading a file takes time and memory in proportion to its length, whatever it contains.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class LinearTimeOfFiles
{
    private const int Length = 100_000;
    private const int MaxAllocationPerByte = 400;

    public static TheoryData<string> Shapes => new(JsonShapes.Names);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SettingsFile_TakesItsLength(string shape) =>
        AssertLinear(shape, text => SettingsFile.Check(text, "/etc/settings.json", []));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ResponseBook_TakesItsLength(string shape) =>
        AssertLinear(shape, text => ResponseBookFile.Check(text, "/etc/responses.json", []));

    /// <summary>Reads up to the point where the same reader would read each text.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Feedback_TakesItsLength(string shape) => AssertLinear(shape, text => _ = JsonTexts.Of(text).Count());

    [Fact]
    public void NotificationOfManyRecipients_TakesItsLength() => LinearCost.Assert(
        bytes =>
        {
            var addresses = Enumerable.Range(0, bytes / 60).Select(i => $"\"person{i}@a.example\"");
            var complained = addresses.Reverse().Select(address => $"{{\"emailAddress\":{address}}}");
            return Encoding.UTF8.GetBytes($$"""
                { "notificationType": "Complaint", "mail": { "destination": [{{string.Join(',', addresses)}}] },
                  "complaint": { "timestamp": "2026-03-02T08:15:00.000Z",
                    "complainedRecipients": [{{string.Join(',', complained)}}] } }
                """);
        },
        Length, text => Assert.NotNull(
        SesNotification.Read(LocatedJson.Parse(text, "file", [])!, (_, problem) => Assert.Fail(problem))));

    [Theory]
    [InlineData("{{")]
    [InlineData("{{{{")]
    [InlineData("{{}}")]
    [InlineData("{{none}}")]
    [InlineData("{{pool-1}}")]
    public void BookOfManyPools_TakesItsLength(string body) => LinearCost.Assert(
        bytes =>
        {
            var pools = Enumerable.Range(0, bytes / 200).Select(i =>
                $$"""
                "pool-{{i}}": { "links": ["https://a{{i}}.example.net/", "https://b.example.net/"],
                  "each": 1, "days": 1 }
                """);
            var text = string.Concat(Enumerable.Repeat(body, bytes / 2 / body.Length));
            return Encoding.UTF8.GetBytes(
                $"{{ \"pools\": {{ {string.Join(',', pools)} }}, "
                + $"\"entries\": [ {{ \"email_addr\": \"get@example.com\", \"body\": \"{text}\" }} ] }}");
        },
        Length, text => ResponseBookFile.Check(text, "/etc/responses.json", []));

    [Theory]
    [InlineData("{{m}}")]
    [InlineData("<a href='{{m}}'>")]
    [InlineData("<!--{{m}}")]
    [InlineData("<!-- -->{{m}}")]
    [InlineData("<style>{{m}}")]
    [InlineData("<title></title>{{m}}")]
    [InlineData("<'{{m}}")]
    [InlineData("<aaaaaaaaaaaaaaaa")]
    public void HtmlOfManyPools_TakesItsLength(string body) => LinearCost.Assert(
        bytes => Encoding.UTF8.GetBytes(
            "{ \"pools\": { \"m\": { \"links\": [\"https://a.example.net/\"], \"each\": 1, \"days\": 1 } }, "
            + "\"entries\": [ { \"email_addr\": \"get@example.com\", \"body\": [[\"html\", "
            + $"\"{string.Concat(Enumerable.Repeat(body, bytes / body.Length))}\"]] }} ] }}"),
        Length, text => ResponseBookFile.Check(text, "/etc/responses.json", []));

    /// <summary>So many names are compared with one another for typos, each as long as DNS allows.</summary>
    [Fact]
    public void BookOfEndlessDomains_IsCheckedSoon()
    {
        var labels = string.Join('.', Enumerable.Repeat(new string('x', 58), 4));
        var entries = Enumerable.Range(0, 120).Select(i => $$"""
            { "email_addr": "get@{{(char)('a' + i / 15)}}{{labels}}{{(char)('a' + i % 15)}}", "body": "x" }
            """);
        var text = Encoding.UTF8.GetBytes($"[{string.Join(',', entries)}]");
        var faults = new List<Fault>();

        var start = ThreadClock.Now;
        ResponseBookFile.Check(text, "/etc/responses.json", faults);

        Assert.InRange((ThreadClock.Now - start).TotalSeconds, 0, 1.5);
        Assert.Contains(faults, fault => fault.Problem.Contains("looks like", StringComparison.Ordinal));
    }

    private static void AssertLinear(string shape, Action<byte[]> read)
    {
        LinearCost.Assert(bytes => JsonShapes.Make(shape, bytes), Length, read);
        var text = JsonShapes.Make(shape, Length);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        read(text);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, (long)Length * MaxAllocationPerByte);
    }
}
