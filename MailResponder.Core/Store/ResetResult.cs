namespace MailResponder.Store;

/// <summary>What a reset of the quotas did.</summary>
/// <param name="Requesters">How many had a quota in the window that ended.</param>
/// <param name="Messages">How many were forgotten.</param>
/// <param name="KeyIsNew">Whether another address key is in force now.</param>
/// <param name="ClockJump">
/// Time since the last reset when it is two days and more, or negative; zero when it is usual. With another value
/// nothing was forgotten. </param>
internal readonly record struct ResetResult(long Requesters, long Messages, bool KeyIsNew, TimeSpan ClockJump);
