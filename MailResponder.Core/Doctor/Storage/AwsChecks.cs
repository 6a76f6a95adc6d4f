using Amazon.SimpleEmail.Model;
using MailResponder.Aws;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Checks SES and S3 with the responder's credentials, and the certificate authorities that are trusted for AWS.
/// </summary>
internal static class AwsChecks
{
    /// <summary>The file names of the roots of Amazon Trust Services in the package ca-certificates.</summary>
    private static string[] Roots => ["Amazon_Root_CA_*.crt", "Starfield_Services_Root_Certificate_Authority_*.crt"];
    private const string FolderOfRoots = "/usr/share/ca-certificates/mozilla";
    private const double NearlyUsed = 0.8;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LatePull = TimeSpan.FromHours(3);
    private static readonly TimeSpan StalePull = TimeSpan.FromHours(24);

    public static IEnumerable<Finding> Ses(ResponderSettings settings)
    {
        if (settings.Ses is not { } ses || (settings.SendMethod != SendMethod.Ses
            && ResponseBookFile.Check(settings.ResponseBook, [])?.Entries.Any(
                entry => entry.SendMethod == SendMethod.Ses) != true))
            return [];
        var (check, account) = (new Check("ses"), new SesAccount(ses));
        return check.OrFault("see docs/ses.md; then: responder ses quota", () =>
        {
            var quota = account.Quota();
            return
            [
                .. check.Ok($"answers in {ses.Region}"),
                // SES does not report whether an account is in the sandbox. Every new account has these two limits.
                .. new Check("ses-sandbox").WarningIf(quota is { Max24HourSend: 200, MaxSendRate: 1 },
                    "probably in the sandbox: SES delivers to verified addresses only",
                    "request production access in the console of SES").OrOk("not in the sandbox"),
                .. Used(quota), .. Paused(account),
                // The configuration set says whether SES may send in the clear. Reading it needs a permission of its
                // own, so check only whether one is set.
                .. new Check("ses-tls").WarningIf(ses.ConfigurationSet is null,
                    "SES sends replies in the clear if the other side has no TLS", "create a configuration set with "
                    + "TlsPolicy REQUIRE, and name it in ses.configuration_set (docs/ses.md)")
                    .OrOk($"the configuration set {ses.ConfigurationSet} says whether replies may go out in the clear"),
            ];
        });
    }

    private static Check Used(GetSendQuotaResponse quota)
    {
        const string remedy = "ask for a higher quota in the console of SES";
        var check = new Check("ses-quota");
        var (perDay, perSecond, sent) = (quota.Max24HourSend ?? 0, quota.MaxSendRate ?? 0, quota.SentLast24Hours ?? 0);
        if (perDay < 0)
            return check.Ok("no daily limit");
        var text = $"{sent:0} of {perDay:0} sent in 24 hours, {perSecond:0.##} a second";
        return sent >= perDay ? check.Fault(text + ": replies wait", remedy)
            : sent >= perDay * NearlyUsed ? check.Warning(text, remedy)
            : check.Ok(text);
    }

    private static Check Paused(SesAccount account)
    {
        var check = new Check("ses-sending");
        try
        {
            var answer = account.Ask("ses:GetAccountSendingEnabled", (client, token) =>
                client.GetAccountSendingEnabledAsync(new GetAccountSendingEnabledRequest(), token));
            return check.FaultIf(answer.Enabled != true,
                "Amazon or an administrator has paused the account's sending", "check the account's reputation in "
                + "the console of SES, and resume sending there").OrOk("is not paused");
        }
        catch (ResponderException exception)
        {
            return check.Warning("cannot tell whether sending is paused: " + exception.Message,
                "give the user or role the permission ses:GetAccountSendingEnabled");
        }
    }

    /// <summary>Checks the bucket with the response book, and the age of the copy on this host.</summary>
    public static IEnumerable<Finding> S3(Host host, ResponderSettings settings) =>
        settings.S3 is { } s3 ? [.. Reach(host, s3), .. LastPull(host, settings)] : [];

    private static IEnumerable<Finding> Reach(Host host, S3Settings s3)
    {
        var (check, folder) = (new Check("s3"), Directory.CreateTempSubdirectory("responder-doctor-"));
        try
        {
            return check.OrFault("see docs/s3.md; then: responder config pull --check-only", () =>
            {
                using var bucket = new Bucket(s3, new Deadline(host.Clock, MaxWait));
                bucket.Fetch(s3.BookBucket, s3.BookKey, null, Path.Join(folder.FullName, "book"));
                return check.Ok($"s3://{s3.BookBucket}/{s3.BookKey} can be read");
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Check LastPull(Host host, ResponderSettings settings)
    {
        const string remedy =
            "check /etc/cron.d/mail_responder and cron's mail; for now: responder config pull";
        var check = new Check("s3-pull");
        if (PullState.LastRefusal(settings.FilesRoot) is { } refusal)
            return check.Fault($"pulls have been refused for {(host.Now - refusal.Time).InWords()}: {refusal.Fault}",
                "do what it says; then: responder config pull");
        if (PullState.LastSaved(settings.FilesRoot) is not { } saved)
            return check.Fault("nothing was ever pulled to " + settings.FilesRoot, remedy);
        var age = host.Now - saved;
        return check.NotYet(host, saved, "the last good pull was ")
            ?? (age > StalePull ? check.Fault($"the last good pull was {age.InWords()} ago", remedy)
            : age > LatePull ? check.Warning($"the last good pull was {age.InWords()} ago; one is due hourly", remedy)
            : check.Ok(age.InWords() + " ago"));
    }

    /// <summary>
    /// Checks the certificate authorities that are trusted for AWS. The host may have received new ones since
    /// install.sh wrote the file.
    /// </summary>
    public static IEnumerable<Finding> Authorities(Host host, ResponderSettings settings)
    {
        const string remedy = "run install.sh again; or see docs/ses.md, TLS";
        if (settings is not ({ Ses.Endpoint: null, Ses: not null } or { S3.Endpoint: null, S3: not null }
            or { Metrics.CloudWatch: { Endpoint: null } }))
            return [];
        var check = new Check("aws-roots");
        return check.OrFault(remedy, () =>
        {
            var known = Read(settings.AwsRoots);
            var missing = Roots.SelectMany(pattern => host.FilesIn(FolderOfRoots, pattern))
                .Where(file => Read(host.PathTo(file)).Except(known).Any()).Select(Path.GetFileName).ToList();
            return check.WarningIf(missing.Count > 0,
                $"{settings.AwsRoots} lacks {string.Join(", ", missing)}, which AWS may use", remedy)
                .OrOk($"{settings.AwsRoots} has every root of Amazon that the host has");
        });

        static List<string> Read(string file) =>
            TlsTrust.ReadEncoded(AwsClients.Setting, file).ConvertAll(Convert.ToHexString);
    }
}
