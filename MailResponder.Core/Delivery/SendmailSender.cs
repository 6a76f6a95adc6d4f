using System.ComponentModel;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Reply;
using MimeKit;

namespace MailResponder.Delivery;

/// <summary>
/// Hands replies to the host's sendmail program (sendmail(1)). Its sysexits code decides what became of a reply. Its
/// own words reach the log, but without anything that could name the recipient. Only To names the recipient (-t),
/// because every local user can read the arguments of a process (proc_pid_cmdline(5)).
/// </summary>
internal sealed class SendmailSender(string program, Deadline deadline) : ISender
{
    /// <summary>
    /// The most that large providers accept, with encoded attachments. Gmail, Outlook and Yahoo state 25 MB; a larger
    /// reply would come back.
    /// </summary>
    public const int MaxMessageBytes = 25 * 1024 * 1024;

    /// <summary>The recipient does not exist (EX_NOUSER of sysexits.h).</summary>
    private const int NoUser = 67;

    private const string TooLong = "the reply is larger than large providers accept (25 MB with encoded attachments)";

    /// <summary>
    /// Postfix's words for a message that is larger than its message_size_limit. The exit code alone means "later".
    /// </summary>
    private static readonly byte[] TooBig = [.. "message file too big"u8];

    public SendResult Send(OutgoingReply reply)
    {
        if (!NamesItsRecipientAlone(reply))
            return SendResult.Refused("its header must name its recipient and nobody else");
        if (reply.WireBytes > MaxMessageBytes)
            return SendResult.AttachmentsRefused(TooLong);
        var isStarted = false;
        try
        {
            using var process = FedProgram.Start(reply.WriteTo, program, "-i", "-t", "-f", reply.Sender);
            isStarted = true;
            // Kills the program before the deadline, so that this process has time left to record what happened.
            using var watch = new Alarm(process.Kill, deadline.ForOneCall);
            return Meaning(process.WaitForExit(), process, reply);
        }
        catch (Win32Exception exception)
        {
            if (isStarted)
                return SendResult.Unknown($"{program} left no exit code: system error {exception.NativeErrorCode}");
            var problem = FileTrouble.OfProgram(program, exception.NativeErrorCode);
            return SendResult.Temporary($"{program} cannot be started: it {problem}");
        }
    }

    /// <summary>
    /// Whether the fields from which -t takes recipients (To, Cc, Bcc, and the same with Resent-) name exactly the one
    /// recipient of the envelope.
    /// </summary>
    private static bool NamesItsRecipientAlone(OutgoingReply reply)
    {
        string? recipient = null;
        foreach (var header in reply.Message.Headers)
        {
            if (header.Id is HeaderId.Cc or HeaderId.Bcc || recipient is not null && header.Id == HeaderId.To
                || header.Field.StartsWith("Resent-", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            if (header.Id == HeaderId.To && InternetAddressList.TryParse(header.RawValue, out var list)
                && list is [MailboxAddress one])
                recipient = one.GetAddress(idnEncode: true);
        }

        return recipient == reply.Recipient;
    }

    /// <summary>
    /// Returns what the exit code and the words of the program mean. The receipt has the reply's name: as the local
    /// part of the Message-ID, the mail system's log has it too.
    /// </summary>
    private SendResult Meaning(int exitCode, FedProgram process, OutgoingReply reply)
    {
        if (exitCode == 0)
            return SendResult.Sent("sendmail:" + reply.Name);
        var said = process.ReadErrors();
        var words = SendmailWords.Of(said, reply.Recipient, reply.Message.Subject ?? "");
        var reason = $"with exit code {exitCode}" + (words.Length > 0 ? ": " + words : "");
        if (said.AsSpan().IndexOf(TooBig) >= 0)
        {
            return SendResult.AttachmentsRefused(
                $"{program} refused it {reason}; see message_size_limit of Postfix, and: responder config check");
        }

        if (FedProgram.WasKilled(exitCode))
            return SendResult.Unknown($"{program} did not finish in time, or was killed");
        return exitCode is ExitCode.DataError or NoUser
            ? SendResult.Refused($"{program} refused it {reason}")
            : SendResult.Temporary($"{program} failed {reason}");
    }
}
