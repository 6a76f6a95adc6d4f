using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>Links that differ by requester, in the output of the published program.</summary>
public sealed class PooledBookTests : IDisposable
{
    private static readonly string[] Links =
    [
        .. Enumerable.Range(0, 19).Select(i => $"https://m{i}.example.net/?a=1&b={i}"),
        "https://long.example.net/" + new string('x', 1500),
    ];

    private readonly Workplace _place = new();

    public PooledBookTests() => Write(Links, each: 4, days: 30);

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Reply_HasTheRequestersLinksInBothForms()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 12; i++)
        {
            var before = _place.Outbox.Count;
            var person = RequestMail.FromSomebodyNew();
            _place.Filter(person).AssertDone();
            Assert.Equal(before + 2, _place.Outbox.Count);
            var replies = ReadMail.All(_place.Outbox.Skip(before));
            Assert.All(replies, AssertGoodMail);
            var given = Plain(replies[0]);
            Assert.Equal(4, given.Distinct().Count());
            Assert.All(given, link => Assert.Contains(link, Links));
            Assert.Equal(given, Hrefs(replies[0]));
            // The second entry, which has an attachment, contains the same links.
            Assert.Equal(given, Plain(replies[1]));
            Assert.Equal(_place.Attachment, replies[1].Attachment("tool.zip"));
            Assert.Equal(["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/zip"],
                replies[1].Types);
            Assert.Contains("{{ and {{mirrors}} stay",
                Encoding.UTF8.GetString(replies[0].Content("text/plain")), StringComparison.Ordinal);
            seen.UnionWith(given);
        }

        Assert.InRange(seen.Count, 12, 20);
    }

    [Fact]
    public void SpellingsOfAMailbox_GetTheSameLinks()
    {
        foreach (var spelling in (string[])["zahra.k@gmail.com", "ZahraK+1@googlemail.com", "z.ahrak+2@gmail.com"])
            _place.Filter(new RequestMail(spelling)).AssertDone();

        Assert.Equal(6, _place.Outbox.Count);
        Assert.Single(ReadMail.All(_place.Outbox).Select(reply => string.Join(' ', Plain(reply))).Distinct());
    }

    /// <summary>
    /// An entry is identified by its text in the book, whatever links the requester would get by now.
    /// </summary>
    [Fact]
    public void RetryWhenTheLinksAreOthers_SendsOnlyWhatIsMissing()
    {
        var request = RequestMail.FromSomebodyNew();
        File.Move(_place.PathTo("files/tools/tool.zip"), _place.PathTo("away"));
        _place.Filter(request).AssertDeferred();
        var first = Plain(ReadMail.All([Assert.Single(_place.Outbox)])[0]);
        File.Move(_place.PathTo("away"), _place.PathTo("files/tools/tool.zip"));
        Write([.. Links.Select(link => link + "&new")], each: 5, days: 1);

        for (var i = 0; i < 2; i++)
            _place.Filter(request).AssertDone();

        Assert.Equal(2, _place.Outbox.Count);
        var second = ReadMail.All(_place.Outbox)[1];
        Assert.Equal(5, Plain(second).Length);
        Assert.Empty(Plain(second).Intersect(first));
        Assert.Equal(_place.Attachment, second.Attachment("tool.zip"));
    }

    [Fact]
    public void ConfigShow_TellsWhatSomebodyGets()
    {
        var person = RequestMail.FromSomebodyNew();
        _place.Filter(person).AssertDone();
        var given = Plain(ReadMail.All(_place.Outbox)[0]);

        var shown = _place.Command("config", "show", "get@example.com", "--for", person.From);
        Assert.Equal(0, shown.ExitCode);
        Assert.Equal(given, shown.OutputText.Split('\n').Select(line => line.Trim())
            .Where(line => Links.Contains(line)).Take(4));
        Assert.DoesNotContain("{{mirrors}}\n", shown.OutputText, StringComparison.Ordinal);
        var plain = _place.Command("config", "show", "get@example.com");
        Assert.Contains("  pool mirrors: each requester gets 4 of 20 links, for 30 day(s)\n", plain.OutputText,
            StringComparison.Ordinal);
        Assert.Contains("    {{mirrors}}\n", plain.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", plain.OutputText, StringComparison.Ordinal);
    }

    /// <summary>An operator's commands, without a request, use the same key file and so give the same links.</summary>
    [Fact]
    public void SendAndDryRun_GiveTheSameLinks()
    {
        var person = RequestMail.FromSomebodyNew();
        _place.Filter(person).AssertDone();
        Assert.Equal(0, _place.Command("send", "--to", person.From, "--as", "get@example.com").ExitCode);
        Assert.Equal(4, _place.Outbox.Count);
        Assert.Single(ReadMail.All(_place.Outbox).Select(reply => string.Join(' ', Plain(reply))).Distinct());
        var dryRun = _place.Filter(person.Again(), "--dry-run");
        File.WriteAllBytes(_place.PathTo("mbox"), dryRun.Output);
        Assert.Equal(Plain(ReadMail.All(_place.Outbox)[0]), Plain(ReadMail.Mbox(_place.PathTo("mbox"))[0]));
    }

    [Fact]
    public void LinksThatMakeAReplyTooLarge_AreFoundBefore()
    {
        var book = JsonNode.Parse(File.ReadAllText(_place.PathTo("responses.json")))!;
        var attached = new FileInfo(_place.PathTo("files/tools/tool.zip"));
        using (var file = File.OpenWrite(attached.FullName))
            file.SetLength((25L * 1024 * 1024 - 16_384) / 78 * 57 - 57);
        book["entries"]![1]!["send_method"] = "sendmail";
        _place.SendThrough("cat");
        File.WriteAllText(_place.PathTo("responses.json"), book.ToJsonString());

        var run = _place.Command("config", "check");

        Assert.Contains("entry 2, attachments: encoded they are 25.0 MB", run.OutputText, StringComparison.Ordinal);
        Write([.. Links[..19]], each: 1, days: 1, bodies: "{{mirrors}}");
        Assert.DoesNotContain("encoded they are", _place.Command("config", "check").OutputText,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigInstall_TellsThatAPoolChanged()
    {
        var next = JsonNode.Parse(File.ReadAllText(_place.PathTo("responses.json")))!;
        next["pools"]!["mirrors"]!["days"] = 3;
        File.WriteAllText(_place.PathTo("next.json"), next.ToJsonString());

        var run = _place.Command("config", "install", _place.PathTo("next.json"));

        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        Assert.Contains("get@example.com: reply 1 has a different pool of links; reply 2 has a different pool of links",
            run.OutputText, StringComparison.Ordinal);
    }

    private static void AssertGoodMail(ReadMail reply)
    {
        Assert.Empty(reply.Defects);
        Assert.True(reply.IsSignedByUs);
        Assert.True(reply.IsAscii);
        Assert.InRange(reply.LongestLine, 1, 78);
    }

    private static string[] Plain(ReadMail reply) =>
        [.. Encoding.UTF8.GetString(reply.Content("text/plain")).Split('\n')
        .Select(line => line.Trim()).Where(line => line.StartsWith("https://", StringComparison.Ordinal))];

    private static string[] Hrefs(ReadMail reply) =>
    [
        .. Regex.Matches(Encoding.UTF8.GetString(reply.Content("text/html")), "<a href=\"([^\"]*)\">([^<]*)</a>")
            .Select(match => match.Groups[1].Value == match.Groups[2].Value
                ? WebUtility.HtmlDecode(match.Groups[1].Value) : "two texts"),
    ];

    private void Write(string[] pool, int each, int days, string? bodies = null)
    {
        var body = bodies is not null ? JsonValue.Create(bodies) : JsonNode.Parse("""
            [["plain", "سلام\n{{mirrors}}\n{{{{ and {{{{mirrors}} stay\n"], ["html", "<p>سلام<br>{{mirrors}}</p>"]]
            """)!;
        var book = new JsonObject
        {
            ["pools"] = new JsonObject
            {
                ["mirrors"] = new JsonObject
                {
                    ["links"] = new JsonArray([.. pool.Select(link => JsonValue.Create(link))]),
                    ["each"] = each,
                    ["days"] = days,
                },
            },
            ["entries"] = new JsonArray(
                new JsonObject { ["email_addr"] = "get@example.com", ["body"] = body },
                new JsonObject
                {
                    ["email_addr"] = "get@example.com",
                    ["body"] = body.DeepClone(),
                    ["attachments"] = new JsonArray(new JsonArray("tools", "tool.zip", "tool.zip")),
                }),
        };
        File.WriteAllText(_place.PathTo("responses.json"), book.ToJsonString());
    }
}
