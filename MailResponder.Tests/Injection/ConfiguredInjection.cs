using System.Text.Json.Nodes;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Logs;
using MailResponder.Settings;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Injection;

/// <summary>
/// Settings and answers of services cannot break a line either. A fault in them is reported on one line.
/// </summary>
public sealed class ConfiguredInjection : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("response_from")]
    [InlineData("bounce_address")]
    [InlineData("dkim.selector")]
    [InlineData("dkim.domain")]
    [InlineData("ses.configuration_set")]
    [InlineData("ses.tags.fleet")]
    [InlineData("ses.region")]
    public void SettingThatReachesAHeader_IsTakenOnOneLineOrNotAtAll(string setting)
    {
        foreach (var text in Hostile.Texts)
        {
            var value = setting is "response_from" or "bounce_address" ? $"\"{text}\" <get-help@example.com>" : text;
            var (settings, faults) = Check(setting, value);
            Assert.All(faults, fault => Hostile.AssertTame(fault, setting));
            if (settings is null)
                Assert.NotEmpty(faults);
            else
                Hostile.AssertTame(string.Join(
                    ' ', settings.ResponseFrom.Name, settings.ResponseFrom.Address, settings.BounceAddress,
                    settings.Dkim!.Selector, settings.Dkim.Domain, settings.Ses!.Region, settings.Ses.ConfigurationSet),
                    setting);
            Assert.True(settings is null || setting is "response_from" or "bounce_address", $"{setting} takes {text}");
        }
    }

    [Theory]
    [InlineData("=?utf-8?Q?a=0D=0ABcc:_x?= <get-help@example.com>")]
    [InlineData("=?utf-8?Q?a=C2=85b?= <get-help@example.com>")]
    [InlineData("=?utf-8?Q?a=E2=80=A8b?= <get-help@example.com>")]
    public void EncodedDisplayName_HidesNoLineEnd(string value)
    {
        var (settings, faults) = Check("response_from", value);
        Assert.True(settings is null ? faults.Count == 1 : faults.Count == 0);
        Hostile.AssertTame(settings?.ResponseFrom.Name ?? "", value);
    }

    /// <summary>Message-ID and X-Loop accept only ASCII, and a reply must not fail because of that.</summary>
    [Fact]
    public void InternationalResponseDomain_IsWrittenInAscii()
    {
        var (settings, faults) = Check("response_from", "Werkzeug <hilfe@bücher.example>");
        Assert.Empty(faults);
        Assert.Equal("hilfe@xn--bcher-kva.example", settings!.ResponseAddress);
        Assert.Single(Check("response_from", "hölfe@example.com").Faults);
    }

    [Theory]
    [InlineData("email_addr")]
    [InlineData("subject")]
    [InlineData("attachment")]
    [InlineData("send_method")]
    public void FieldOfTheBook_IsRefused(string field)
    {
        foreach (var text in Hostile.Texts)
        {
            var entry = JsonNode.Parse("""
                { "email_addr": "get@example.com", "body": "x", "attachments": [["tools", "tool.zip", "tool.zip"]] }
                """)!;
            if (field == "attachment")
                entry["attachments"]![0]![2] = text;
            else
                entry[field] = field == "email_addr" ? $"get{text}@example.com" : text;
            var faults = CheckBook(entry);
            Assert.NotEmpty(faults);
            Assert.All(faults, fault => Hostile.AssertTame(fault, field));
        }
    }

    [Theory]
    [InlineData("get,all@example.com")]
    [InlineData("<get@example.com")]
    [InlineData("get(all)@example.com")]
    [InlineData("get:all@example.com")]
    [InlineData("\"get@example.com")]
    public void AddressThatCannotStandInReplyTo_IsRefused(string address) =>
        Assert.Contains("is not a whole mail address", Assert.Single(CheckBook(
            JsonNode.Parse($$"""
                { "email_addr": {{JsonValue.Create(address).ToJsonString()}}, "body": "x", "attachments": null }
                """)!)), StringComparison.Ordinal);

    [Fact]
    public void ProblemAndReceipt_StayOnTheirLine()
    {
        foreach (var text in Hostile.Texts)
            Hostile.AssertTame(MessageLog.Line(Outcome.Deferred(Cause.Send, text + "\u202e\ufeff"), 1), "log line");
    }

    [Theory]
    [InlineData("id&#10;replied address=x")]
    [InlineData("id&#27;[31m")]
    [InlineData("id&#133;x")]
    [InlineData("id&#8232;x")]
    [InlineData("id receipts=x")]
    [InlineData("requester@example.net")]
    public void IdOfSesThatIsNone_IsNoReceipt(string id)
    {
        using var ses = SesDouble.That(SesAnswer.Accept(id));
        using var place = new SesPlace(ses.Url);
        var outcome = place.Reply(SesPlace.Entry());
        Assert.Equal(Result.Deferred, outcome.Result);
        Assert.Empty(outcome.Receipts);
        Hostile.AssertTame(MessageLog.Line(outcome, 1), id);
    }

    [Theory]
    [InlineData("Throttled&#10;replied", "Daily&#27;[2J&#133;")]
    [InlineData("MessageRejected", "a&#13;&#10;replied address=x&#8232;")]
    public void ErrorOfSes_IsNotRepeated(string code, string message)
    {
        using var ses = SesDouble.That(SesAnswer.Error(400, code, message));
        using var place = new SesPlace(ses.Url);
        var line = MessageLog.Line(place.Reply(SesPlace.Entry()), 1);
        Hostile.AssertTame(line, code);
        Assert.DoesNotContain("replied", line, StringComparison.Ordinal);
    }

    private (ResponderSettings? Settings, IReadOnlyList<string> Faults) Check(string setting, string value)
    {
        var json = JsonNode.Parse("""
            {
              "response_from": "get-help@example.com", "bounce_address": "bounces@example.com",
              "own_domains": ["example.com"], "response_book": "book.json", "address_key_file": "key",
              "database": { "sqlite": "db" }, "send_method": "outbox",
              "dkim": { "domain": "example.com", "selector": "mail", "key_file": "key" },
              "ses": { "region": "eu-west-1", "configuration_set": "replies", "tags": { "fleet": "blue" } }
            }
            """)!;
        var path = setting.Split('.');
        var node = path[..^1].Aggregate(json, (at, name) => at[name]!);
        node[path[^1]] = value;
        var faults = new List<Fault>();
        var settings = SettingsFile.Check(_folder.Write("settings.json", json.ToJsonString()), faults);
        return (settings, [.. faults.Where(fault => !fault.IsWarning).Select(fault => fault.ToString())]);
    }

    private List<string> CheckBook(JsonNode entry)
    {
        var faults = new List<Fault>();
        ResponseBookFile.Check(_folder.Write("book.json", new JsonArray(entry).ToJsonString()), faults);
        return [.. faults.Where(fault => !fault.IsWarning).Select(fault => fault.ToString())];
    }
}
