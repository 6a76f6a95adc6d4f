namespace MailResponder.Statistics;

/// <summary>
/// A part of the report that something else than the log tells: it may be missing without spoiling the rest.
/// </summary>
/// <param name="Value">Null: it could not be had, or there is no such thing here.</param>
/// <param name="Problem">Why it could not be had, for the operator.</param>
internal readonly record struct Part<T>(T? Value, string? Problem) where T : class
{
    /// <param name="ask">Returns null when there is no such thing here.</param>
    public static Part<T> Of(Func<T?> ask)
    {
        try
        {
            return new Part<T>(ask(), null);
        }
        catch (ResponderException exception)
        {
            return new Part<T>(null, exception.Message);
        }
    }
}
