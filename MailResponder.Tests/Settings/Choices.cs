using System.Text.Json.Nodes;
using MailResponder.Settings;

namespace MailResponder.Tests.Settings;

/// <summary>Each value that a fault lists as possible is accepted, and is then in force.</summary>
public sealed class Choices
{
    /// <summary>The value in force, by the place of the setting. A new choice must be added here.</summary>
    private static readonly Dictionary<string, Func<ResponderSettings, string>> All = new()
    {
        ["send_method"] = settings => settings.SendMethod.Hyphenated(),
        ["log_to"] = settings => settings.LogTo.Hyphenated(),
        ["syslog_facility"] = settings => settings.SyslogFacility.Hyphenated(),
        ["event_facility"] = settings => settings.EventFacility.Hyphenated(),
        ["limits.when_reached"] = settings => settings.Limits.WhenReached.Hyphenated(),
        ["require_authentication.links"] = settings => settings.RequireAuthentication.Links!.Value.Hyphenated(),
        ["require_authentication.attachments"] = settings =>
        settings.RequireAuthentication.Attachments!.Value.Hyphenated(),
        ["canary.0.imap.tls"] = settings => settings.Canary[0].Imap.Tls.Hyphenated(),
        ["database.mysql.ssl_mode"] = settings => settings.Database.MySql!.Tls.Hyphenated(),
    };

    public static TheoryData<string> Places => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Places))]
    public void EachValueThatTheFaultLists_IsTaken(string place)
    {
        Check(place, "?", out var fault);
        const string list = "must be one of ";
        var start = fault.IndexOf(list, StringComparison.Ordinal) + list.Length;
        var values = fault[start..fault.IndexOf(", but is", StringComparison.Ordinal)].Split(", ");
        Assert.True(values.Length > 1, fault);

        foreach (var value in values)
        {
            foreach (var spelling in (string[])[value, value.ToUpperInvariant()])
            {
                var settings = Check(place, spelling, out fault);
                Assert.True(settings is not null, fault);
                Assert.Equal(value, All[place](settings));
            }
        }
    }

    [Fact]
    public void EveryChoice_IsAmongThem()
    {
        var sources = Directory.EnumerateFiles(Repository.PathTo("MailResponder.Core", "Settings"), "*.cs",
            SearchOption.AllDirectories).Select(File.ReadAllText);
        // One line of code reads the levels of authentication of two settings.
        Assert.Equal(All.Count - 1, sources.Sum(source => source.Split(".Choice(").Length - 1));
    }

    private static ResponderSettings? Check(string place, string value, out string fault)
    {
        var json = JsonNode.Parse("""
            {
              "response_from": "a@example.com", "bounce_address": "b@example.com", "own_domains": ["example.com"],
              "response_book": "r.json", "address_key_file": "k", "send_method": "outbox",
              "authserv_id": "mx.example.com", "require_authentication": {},
              "ses": { "region": "eu-west-1" }, "limits": { "domain_per_day": 9 },
              "canary": [{ "name": "n", "address": "c@example.net", "submission": { "server": "s" },
                "imap": { "server": "s" }, "password_file": "p", "requests": ["get@example.com"] }],
              "database": {
                "mysql": { "server": "db.example.com", "user": "u", "password_file": "p", "database": "d" }
              }
            }
            """)!;
        var names = place.Split('.');
        var parent = names[..^1].Aggregate(
            json, (node, name) => int.TryParse(name, out var index) ? node[index]! : node[name]!);
        parent[names[^1]] = value;
        var faults = new List<Fault>();
        var settings = SettingsFile.Check(
            System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), "/settings.json", faults);
        fault = string.Join('\n', faults);
        return settings;
    }
}
