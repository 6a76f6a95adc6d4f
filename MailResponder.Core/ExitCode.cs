namespace MailResponder;

/// <summary>The exit codes of sysexits.h, and the one table from causes to codes.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Usage = 64;
    public const int DataError = 65;
    public const int NoInput = 66;
    public const int Unavailable = 69;
    public const int Software = 70;
    public const int CannotCreate = 73;
    public const int InputOutputError = 74;
    public const int TemporaryFailure = 75;
    public const int Configuration = 78;

    /// <summary>
    /// Returns the exit code with which a command reports <paramref name="cause"/>. The filter does not use these
    /// codes.
    /// </summary>
    public static int OfCommand(Cause cause) => cause switch
    {
        Cause.Usage => Usage,
        Cause.Settings or Cause.KeyFile or Cause.DkimKey => Configuration,
        Cause.ResponseBook or Cause.Backup => DataError,
        Cause.Attachment or Cause.Input => NoInput,
        Cause.Database or Cause.S3 or Cause.Metrics => Unavailable,
        Cause.Output => CannotCreate,
        Cause.Send or Cause.Deadline or Cause.InProgress or Cause.Limit or Cause.Authentication => TemporaryFailure,
        _ => Software,
    };

    /// <summary>
    /// Returns the one line that the filter may print before it exits with 75. Postfix may quote the line in a delivery
    /// report, so it contains no details. The enhanced status codes are from RFC 3463. The text is constant bytes, so
    /// that it can be written when no memory is left.
    /// </summary>
    public static ReadOnlySpan<byte> FilterNotice(Cause cause) => cause switch
    {
        Cause.Usage or Cause.Settings or Cause.KeyFile or Cause.ResponseBook or Cause.DkimKey =>
            "4.3.5 The responder is not set up correctly; the message is kept and tried again.\n"u8,
        _ => "4.3.0 The responder cannot answer now; the message is kept and tried again.\n"u8,
    };
}
