using System.Globalization;
using Amazon.SimpleEmail.Model;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Amazon SES, asked with the credentials that the responder would use.</summary>
internal static class SesChecks
{
    private const string Name = "ses";
    private const double NearlyUsed = 0.8;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    public static IEnumerable<Finding> Look(ResponderSettings settings)
    {
        var book = ResponseBookFile.Check(settings.ResponseBook, []);
        var isUsed = settings.SendMethod == SendMethod.Ses
            || book?.Entries.Any(entry => entry.SendMethod == SendMethod.Ses) == true;
        return settings.Ses is { } ses && isUsed ? Ask(ses) : [];
    }

    private static List<Finding> Ask(SesSettings ses)
    {
        var account = new SesAccount(ses);
        try
        {
            var quota = account.Call(MaxWait, (client, token) =>
                client.GetSendQuotaAsync(new GetSendQuotaRequest(), token));
            return [Finding.Ok(Name, $"answers in {ses.Region}"), .. Quota(quota), Paused(account)];
        }
        catch (ResponderException exception)
        {
            return [Finding.Fault(Name, exception.Message, "see docs/ses.md; then: responder ses quota")];
        }
        catch (Exception exception)
        {
            return [Finding.Fault(Name, SesFailure.Of(exception, "ses:GetSendQuota").Problem,
                "see docs/ses.md; then: responder ses quota")];
        }
    }

    private static IEnumerable<Finding> Quota(GetSendQuotaResponse quota)
    {
        var (perDay, perSecond, sent) = (quota.Max24HourSend ?? 0, quota.MaxSendRate ?? 0, quota.SentLast24Hours ?? 0);
        // SES tells nobody outright; every account starts with these two numbers.
        yield return perDay == 200 && perSecond == 1
            ? Finding.Warning("ses-sandbox", "probably in the sandbox: SES delivers to verified addresses only",
            "request production access in the console of SES")
            : Finding.Ok("ses-sandbox", "not in the sandbox");
        var text = perDay < 0 ? "no daily limit"
            : string.Create(CultureInfo.InvariantCulture,
            $"{sent:0} of {perDay:0} sent in 24 hours, {perSecond:0.##} a second");
        const string remedy = "ask for a higher quota in the console of SES";
        yield return perDay >= 0 && sent >= perDay ? Finding.Fault("ses-quota", text + ": replies wait", remedy)
            : perDay >= 0 && sent >= perDay * NearlyUsed ? Finding.Warning("ses-quota", text, remedy)
            : Finding.Ok("ses-quota", text);
    }

    private static Finding Paused(SesAccount account)
    {
        const string name = "ses-sending";
        try
        {
            var answer = account.Call(MaxWait, (client, token) =>
                client.GetAccountSendingEnabledAsync(new GetAccountSendingEnabledRequest(), token));
            return answer.Enabled == true ? Finding.Ok(name, "is not paused")
                : Finding.Fault(name, "Amazon or an administrator has paused the account's sending",
                "look at the account's reputation in the console of SES, and resume sending there");
        }
        catch (Exception exception)
        {
            var problem = exception is ResponderException ? exception.Message
                : SesFailure.Of(exception, "ses:GetAccountSendingEnabled").Problem;
            return Finding.Warning(name, "whether sending is paused cannot be seen: " + problem,
                "allow ses:GetAccountSendingEnabled to the user or role");
        }
    }
}
