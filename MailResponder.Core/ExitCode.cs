namespace MailResponder;

/// <summary>Exit codes of sysexits.h, and the one table from causes to codes.</summary>
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

    /// <summary>The code with which a command, run by hand or from cron, reports <paramref name="cause"/>.</summary>
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
    /// The one line that the filter may print before it exits with 75. Postfix may put it into a delivery report, so it
    /// names nothing. The enhanced status codes are those of RFC 3463. Bytes, so that it can be written where there is
    /// no memory left to make any.
    /// </summary>
    public static ReadOnlySpan<byte> FilterNotice(Cause cause) => cause switch
    {
        Cause.Usage or Cause.Settings or Cause.KeyFile or Cause.ResponseBook or Cause.DkimKey =>
            "4.3.5 The responder is not set up correctly; the message is kept and tried again.\n"u8,
        _ => "4.3.0 The responder cannot answer now; the message is kept and tried again.\n"u8,
    };
}
