namespace MimeKit;

/// <summary>How lines end in what is written: Unix for sendmail and files, Dos for SMTP and SES.</summary>
public enum NewLineFormat : byte
{
    Unix,
    Dos,
    Mixed,
}
