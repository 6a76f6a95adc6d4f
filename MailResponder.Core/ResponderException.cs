namespace MailResponder;

/// <summary>
/// A failure of ours, in words for the operator: what is wrong, where, and what to do. It never holds a requester's
/// address or any part of a message. Thrown at the boundary that knows the cause; caught once, in the program.
/// </summary>
internal sealed class ResponderException(Cause cause, string problem, Exception? inner = null)
    : Exception(problem, inner)
{
    public Cause Cause { get; } = cause;

    /// <summary>
    /// What the work makes; null also when it fails. For work that may fail here, because another command tells why.
    /// </summary>
    public static T? OrNull<T>(Func<T?> work) where T : class
    {
        try
        {
            return work();
        }
        catch (ResponderException)
        {
            return null;
        }
    }
}
