namespace MailResponder.Store;

internal static class Verdicts
{
    public static bool IsBlocked(this Verdict verdict) => verdict is Verdict.Blocked or Verdict.BlockedByFeedback;
}
