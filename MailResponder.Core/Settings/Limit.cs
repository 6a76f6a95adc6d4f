namespace MailResponder.Settings;

/// <summary>The limits beyond the single requester.</summary>
internal enum Limit
{
    DomainPerMinute,
    DomainPerDay,
    ServicePerMinute,
    ServicePerDay,
}
