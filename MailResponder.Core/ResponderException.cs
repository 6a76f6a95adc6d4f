namespace MailResponder;

/// <summary>
/// A failure on our side, in words for the operator: what is wrong, where, and what to do. The text never contains a
/// requester's address or any part of a message. The code that knows the cause throws it; the program catches it in one
/// place.
/// </summary>
internal sealed class ResponderException(Cause cause, string problem, Exception? inner = null)
    : Exception(problem, inner)
{
    public Cause Cause { get; } = cause;

    /// <summary>
    /// Returns the result of the work, or null if the work fails. Use it for work whose failure another command
    /// reports.
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
