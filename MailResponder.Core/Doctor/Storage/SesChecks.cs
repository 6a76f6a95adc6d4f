using System.Globalization;
using Amazon.SimpleEmail.Model;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Amazon SES, asked with the credentials that the responder would use.</summary>
internal static class SesChecks
{
    private const double NearlyUsed = 0.8;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    public static IEnumerable<Finding> Look(ResponderSettings settings)
    {
        if (settings.Ses is not { } ses || (settings.SendMethod != SendMethod.Ses
            && ResponseBookFile.Check(settings.ResponseBook, [])?.Entries.Any(
                entry => entry.SendMethod == SendMethod.Ses) != true))
            return [];
        var (check, account) = (new Check("ses"), new SesAccount(ses));
        try
        {
            var quota = account.Call(MaxWait, (client, token) =>
                client.GetSendQuotaAsync(new GetSendQuotaRequest(), token));
            return [.. check.Ok($"answers in {ses.Region}"), .. Sandbox(quota), .. Quota(quota), .. Paused(account),
                .. Tls(ses)];
        }
        catch (Exception exception)
        {
            return check.Fault(Problem(exception, "ses:GetSendQuota"), "see docs/ses.md; then: responder ses quota");
        }
    }

    /// <summary>SES does not say so; every account starts with these two limits.</summary>
    private static Check Sandbox(GetSendQuotaResponse quota)
    {
        var check = new Check("ses-sandbox");
        return quota is { Max24HourSend: 200, MaxSendRate: 1 }
            ? check.Warning("probably in the sandbox: SES delivers to verified addresses only",
                "request production access in the console of SES")
            : check.Ok("not in the sandbox");
    }

    private static Check Quota(GetSendQuotaResponse quota)
    {
        const string remedy = "ask for a higher quota in the console of SES";
        var check = new Check("ses-quota");
        var (perDay, perSecond, sent) = (quota.Max24HourSend ?? 0, quota.MaxSendRate ?? 0, quota.SentLast24Hours ?? 0);
        if (perDay < 0)
            return check.Ok("no daily limit");
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{sent:0} of {perDay:0} sent in 24 hours, {perSecond:0.##} a second");
        return sent >= perDay ? check.Fault(text + ": replies wait", remedy)
            : sent >= perDay * NearlyUsed ? check.Warning(text, remedy)
            : check.Ok(text);
    }

    /// <summary>
    /// Whether SES may send in the clear stands in the configuration set, which takes a right of its own to read.
    /// </summary>
    private static Check Tls(SesSettings ses)
    {
        var check = new Check("ses-tls");
        return ses.ConfigurationSet is { } name
            ? check.Ok($"the configuration set {name} says whether replies may go out in the clear")
            : check.Warning("SES sends replies in the clear where the other side has no TLS",
                "make a configuration set with TlsPolicy REQUIRE, and name it in ses.configuration_set (docs/ses.md)");
    }

    private static Check Paused(SesAccount account)
    {
        var check = new Check("ses-sending");
        try
        {
            var answer = account.Call(MaxWait, (client, token) =>
                client.GetAccountSendingEnabledAsync(new GetAccountSendingEnabledRequest(), token));
            return answer.Enabled == true ? check.Ok("is not paused")
                : check.Fault("Amazon or an administrator has paused the account's sending",
                    "look at the account's reputation in the console of SES, and resume sending there");
        }
        catch (Exception exception)
        {
            return check.Warning(
                "whether sending is paused cannot be seen: " + Problem(exception, "ses:GetAccountSendingEnabled"),
                "allow ses:GetAccountSendingEnabled to the user or role");
        }
    }

    private static string Problem(Exception exception, string right) =>
        exception is ResponderException ? exception.Message : SesFailure.Of(exception, right).Problem;
}
