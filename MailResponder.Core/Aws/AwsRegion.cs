namespace MailResponder.Aws;

/// <summary>Names of AWS regions. New ones come, so only their form is looked at.</summary>
internal static class AwsRegion
{
    /// <summary>Whether it could be one, like eu-west-1 or us-gov-east-1.</summary>
    public static bool IsName(string text)
    {
        var labels = text.Split('-');
        return labels.Length >= 3 && labels[^1].Length > 0 && labels[^1].All(char.IsAsciiDigit)
            && Array.TrueForAll(labels, label =>
            label.Length > 0 && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
    }
}
