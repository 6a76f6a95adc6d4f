using MailResponder.Aws;
using MailResponder.Doctor;
using MailResponder.Settings;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Doctor;

/// <summary>The doctor's findings from the answers of Amazon SES.</summary>
public sealed class SesFindings : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(50_000, 14, 100, true, "ok ses, ok ses-quota, ok ses-sandbox, ok ses-sending, warning ses-tls")]
    [InlineData(200, 1, 0, true, "ok ses, ok ses-quota, warning ses-sandbox, ok ses-sending, warning ses-tls")]
    [InlineData(50_000, 14, 45_000, true, "ok ses, warning ses-quota, ok ses-sandbox, ok ses-sending, warning ses-tls")]
    [InlineData(50_000, 14, 50_000, true, "ok ses, fault ses-quota, ok ses-sandbox, ok ses-sending, warning ses-tls")]
    [InlineData(-1, 14, 50_000, true, "ok ses, ok ses-quota, ok ses-sandbox, ok ses-sending, warning ses-tls")]
    [InlineData(50_000, 14, 100, false, "ok ses, ok ses-quota, ok ses-sandbox, fault ses-sending, warning ses-tls")]
    public void Account_IsJudged(int perDay, int perSecond, int sent, bool isEnabled, string expected)
    {
        using var ses = new SesDouble(number => number == 1
            ? SesAnswer.Xml(
                200, "<GetSendQuotaResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><GetSendQuotaResult>"
                + $"<SentLast24Hours>{sent}</SentLast24Hours><Max24HourSend>{perDay}</Max24HourSend>"
                + $"<MaxSendRate>{perSecond}</MaxSendRate>"
                + "</GetSendQuotaResult></GetSendQuotaResponse>")
            : SesAnswer.Xml(
                200, "<GetAccountSendingEnabledResponse "
                + "xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><GetAccountSendingEnabledResult>"
                + $"<Enabled>{(isEnabled ? "true" : "false")}</Enabled>"
                + "</GetAccountSendingEnabledResult></GetAccountSendingEnabledResponse>"));
        Assert.Equal(expected, Look(ses.Url));
        Assert.Empty(ses.SignatureFaults);
    }

    [Fact]
    public void PausedState_ThatMayNotBeSeen_IsAWarning()
    {
        using var ses = new SesDouble(number => number == 1
            ? SesAnswer.Xml(
                200, "<GetSendQuotaResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><GetSendQuotaResult>"
                + "<SentLast24Hours>0</SentLast24Hours><Max24HourSend>50000</Max24HourSend>"
                + "<MaxSendRate>14</MaxSendRate></GetSendQuotaResult></GetSendQuotaResponse>")
            : SesAnswer.Error(403, "AccessDenied", SesAnswer.Leak));
        Assert.Equal("ok ses, ok ses-quota, ok ses-sandbox, warning ses-sending, warning ses-tls", Look(ses.Url));
    }

    [Fact]
    public void ConfigurationSet_MayRequireTls()
    {
        using var ses = new SesDouble(_ => SesAnswer.Xml(
            200, "<GetSendQuotaResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"/>"));
        Assert.EndsWith(", ok ses-tls", Look(ses.Url, "replies"), StringComparison.Ordinal);
    }

    [Fact]
    public void RefusedCredentials_AreAFault()
    {
        using var ses = SesDouble.That(SesAnswer.Error(403, "InvalidClientTokenId", SesAnswer.Leak));
        Assert.Equal("fault ses", Look(ses.Url));
    }

    [Fact]
    public void SilentSes_IsAFaultInTime()
    {
        using var ses = SesDouble.That(SesAnswer.Stall);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal("fault ses", Look(ses.Url));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void AccountThatNothingUses_IsNotAsked()
    {
        Assert.Empty(
            AwsChecks.Ses(TestSettings.In(_folder.Path) with { Ses = new SesSettings { Region = SesDouble.Region } }));
    }

    /// <summary>Some day an update of the host's package ca-certificates brings Amazon's next root.</summary>
    [Theory]
    [InlineData("", "fault", "contains no certificate")]
    [InlineData(
        "1", "warning", "lacks Amazon_Root_CA_2.crt, Starfield_Services_Root_Certificate_Authority_-_G2.crt, which")]
    [InlineData("1 2 3 4", "ok", "has every root of Amazon that the host has")]
    public void RootsOfTheHost_AreLookedForInTheFile(string known, string state, string text)
    {
        using var host = new FakeHost();
        const string certificates = "usr/share/ca-certificates/mozilla/";
        List<string> names =
            ["Amazon_Root_CA_1", "Amazon_Root_CA_2", "Starfield_Services_Root_Certificate_Authority_-_G2", "Another"];
        var roots = names.ConvertAll(name =>
        {
            using var chain = new TlsChain();
            return host.Folder.Write($"{certificates}{name}.crt", chain.Root.ExportCertificatePem() + "\n");
        });
        var settings = TestSettings.In(_folder.Path) with
        {
            Ses = new SesSettings { Region = SesDouble.Region },
            AwsRoots = _folder.Write("roots.pem", string.Concat(known.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(number => File.ReadAllText(roots[number[0] - '1'])))),
        };

        var finding = Assert.Single(AwsChecks.Authorities(host.Host, settings));

        Assert.Equal((state, "aws-roots"), (finding.State.Hyphenated(), finding.Name));
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
        var ofOurOwn = settings.Ses with { Endpoint = new Uri("https://ses.example.net") };
        Assert.Empty(AwsChecks.Authorities(host.Host, settings with { Ses = ofOurOwn }));
    }

    private string Look(string url, string? configurationSet = null)
    {
        var credentials = _folder.Write(
            "aws", $"[default]\naws_access_key_id = {SesDouble.AccessKey}\naws_secret_access_key = "
            + $"{SesDouble.SecretKey}\n");
        File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var findings = AwsChecks.Ses(TestSettings.In(_folder.Path) with
        {
            SendMethod = SendMethod.Ses,
            Ses = new SesSettings
            {
                Region = SesDouble.Region,
                Endpoint = new Uri(url),
                CredentialsFile = credentials,
                ConfigurationSet = configurationSet,
            },
        }).ToList();
        Assert.DoesNotContain(findings, finding =>
            $"{finding.Text} {finding.Remedy}".Contains("requester@", StringComparison.Ordinal));
        return string.Join(", ", findings.Select(finding => $"{finding.State.Hyphenated()} {finding.Name}")
            .OrderBy(text => text.Split(' ')[1], StringComparer.Ordinal));
    }
}
