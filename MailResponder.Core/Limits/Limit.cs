namespace MailResponder.Limits;

/// <summary>The limits beyond the single requester.</summary>
internal enum Limit
{
    DomainPerMinute,
    DomainPerDay,
    ServicePerMinute,
    ServicePerDay,
}
