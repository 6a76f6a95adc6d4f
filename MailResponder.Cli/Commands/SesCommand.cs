using MailResponder.Delivery;

namespace MailResponder.Cli;

/// <summary>`responder ses …`: asks Amazon SES about the account that the settings name.</summary>
internal static class SesCommand
{
    public static Command New() => new("ses", "The Amazon SES account") { Quota() };

    private static Command Quota() => CommandLine.New(
        "quota", "Show how much the account may send, and whether it is in the sandbox", result =>
    {
        var settings = SettingsPath.Load(result);
        var ses = settings.Ses ?? throw new ResponderException(Cause.Settings, $"{settings.File}: ses: is missing");
        var quota = new SesAccount(ses).Quota();
        var (perDay, perSecond) = (quota.Max24HourSend ?? 0, quota.MaxSendRate ?? 0);
        var text = Console.Out;
        text.WriteLine("region:                " + ses.Region);
        text.WriteLine("recipients a day:      " + (perDay < 0 ? "no limit" : $"{perDay:0}"));
        text.WriteLine($"sent in 24 hours:      {quota.SentLast24Hours ?? 0:0}");
        text.WriteLine($"recipients a second:   {perSecond:0.##}");
        // SES does not report the sandbox. Every account starts in it, with these two limits.
        text.WriteLine(perDay == 200 && perSecond == 1
            ? "sandbox:               probably: SES delivers to verified addresses only; request production access "
            + "in its console"
            : "sandbox:               no");
        return ExitCode.Ok;
    });
}
