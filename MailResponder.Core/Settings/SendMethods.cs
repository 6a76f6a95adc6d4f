namespace MailResponder.Settings;

/// <summary>The names under which operators write a <see cref="SendMethod"/>.</summary>
internal static class SendMethods
{
    public static readonly string[] Names = ["sendmail", "outbox"];

    /// <summary>Any case; <c>SMTP</c>, as the predecessor's books have it, means the local mail system.</summary>
    public static bool TryParse(string text, bool ignoreCase, out SendMethod method)
    {
        if (text.Equals("smtp", StringComparison.OrdinalIgnoreCase))
            text = nameof(SendMethod.Sendmail);
        // Enum.TryParse takes numbers and lists of names too.
        method = default;
        return text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase, out method);
    }
}
