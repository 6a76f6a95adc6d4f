using System.Text;
using System.Text.RegularExpressions;
using MailResponder.Book;
using MailResponder.Settings;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>Tests the response books of README.md and docs/response-book.md exactly as printed there.</summary>
public sealed class DocumentedBookTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    public static TheoryData<string, string> Books => new()
    {
        { "README.md", "A minimal response book" },
        { "docs/response-book.md", "Entries" },
        { "docs/response-book.md", "A language by its tag" },
        { "docs/response-book.md", "Links that differ by requester" },
        { "docs/response-book.md", "An answer in place of silence" },
    };

    [Theory]
    [MemberData(nameof(Books))]
    public void HasNoFault(string page, string section)
    {
        var faults = new List<Fault>();
        Assert.NotNull(ResponseBookFile.Check(Encoding.UTF8.GetBytes(Read(page, section)), page, faults));
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("README.md", "A minimal response book", 2)]
    [InlineData("docs/response-book.md", "A language by its tag", 1)]
    public void Tag_ChoosesTheLanguage(string page, string section, int inTheFirst)
    {
        Use(page, section);
        Directory.CreateDirectory(_place.PathTo("files/example-tools"));
        File.WriteAllBytes(_place.PathTo("files/example-tools/tool.zip"), _place.Attachment);

        Ask("get+fa@example.com");
        Assert.Contains("https://example.com/fa.html", Text(Assert.Single(_place.Outbox)), StringComparison.Ordinal);
        Ask("get+de@example.com");
        Ask("get@example.com");

        Assert.Equal(1 + 2 * inTheFirst, _place.Outbox.Count);
        Assert.Equal(2, _place.Outbox.Count(
            file => Text(file).Contains("https://example.com/en.html", StringComparison.Ordinal)));
    }

    [Fact]
    public void AnswerInPlaceOfSilence_IsAsThePageSays()
    {
        const string section = "An answer in place of silence";
        Use("docs/response-book.md", section);
        Assert.Contains("`\"over_quota\": \"over-quota@example.com\"`", Page("docs/response-book.md", section),
            StringComparison.Ordinal);
        _place.Settings["over_quota"] = "over-quota@example.com";
        _place.Settings["authserv_id"] = "mx.example.com";
        File.WriteAllText(_place.SettingsFile, _place.Settings.ToJsonString());
        var person = RequestMail.FromSomebodyNew();
        _place.Filter(person, "--recipient", "gett@example.com").AssertDone();
        Assert.Empty(_place.Outbox);

        person = person with
        {
            MoreHeaders = "Authentication-Results: mx.example.com; dkim=pass header.d=freemail.test\r\n",
        };
        foreach (var address in (string[])["gett", "gte", "get", "get", "get", "get"])
            _place.Filter(person.Again(), "--recipient", address + "@example.com").AssertDone();

        Assert.Equal(["There is no such", "Links: https://e", "Links: https://e", "You have had thr"],
            _place.Outbox.Select(file => Text(file)[..16]));
    }

    [Fact]
    public void Pool_GivesEachRequesterSoMany()
    {
        Use("docs/response-book.md", "Links that differ by requester");
        for (var i = 0; i < 6; i++)
            Ask("get@example.com");

        var sets = _place.Outbox.Select(Text).Select(text => text.Trim()).ToList();
        Assert.All(sets, text => Assert.Equal(3, text.Split('\n').Length));
        Assert.InRange(sets.Distinct().Count(), 2, 6);
    }

    private void Use(string page, string section) =>
        File.WriteAllText(_place.PathTo("responses.json"), Read(page, section));

    private void Ask(string address) =>
        _place.Filter(RequestMail.FromSomebodyNew(), "--recipient", address).AssertDone();

    private static string Text(string file) => Encoding.UTF8.GetString(ReadMail.All([file])[0].Content("text/plain"));

    /// <summary>Returns the first book of a section.</summary>
    private static string Read(string page, string section) =>
        Regex.Match(Page(page, section), "(?s)\n```json\n(.*?\n)```\n").Groups[1].Value;

    private static string Page(string page, string section) =>
        File.ReadAllText(Repository.PathTo(page)).Split($"\n## {section}\n")[1].Split("\n## ")[0];
}
