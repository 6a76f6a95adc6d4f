using MailResponder.Canary;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Whether the mailboxes of the setting `canary` got their replies of late.</summary>
internal static class CanaryChecks
{
    public const string Name = "canary";
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        const string remedy = "run: responder canary, which says why; docs/canary.md";
        var check = new Check(Name);
        var records = CanaryRecord.Load(settings);
        foreach (var name in settings.Canary.Select(mailbox => mailbox.Name))
        {
            var record = records.GetValueOrDefault(name);
            if (record?.LastSuccess is not { } success)
                check.Warning($"{name} has never got its replies as they should be", remedy);
            else if (host.Now - success > Long)
                check.Warning($"{name} last got its replies as they should be "
                    + $"{(host.Now - success).InWords()} ago", remedy);
            else if (record.IsWrong)
                check.Warning($"something was wrong with the last replies to {name}", remedy);
        }

        return settings.Canary.Count == 0 ? [] : check.OrOk($"all well within the last day: {settings.Canary.Count}");
    }
}
