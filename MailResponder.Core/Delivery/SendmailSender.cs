using System.ComponentModel;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Reply;
using MimeKit;

namespace MailResponder.Delivery;

/// <summary>
/// Hands replies to the host's sendmail program (sendmail(1)). Its sysexits code decides, and its own words reach the
/// log without what could name the recipient. The recipient stands in To alone (-t): every local user can read the
/// arguments of a process (proc_pid_cmdline(5)).
/// </summary>
internal sealed class SendmailSender(string program, Deadline deadline) : ISender
{
    /// <summary>
    /// What large providers take at most, with encoded attachments (Gmail, Outlook and Yahoo say 25 MB): beyond it the
    /// reply would come back.
    /// </summary>
    public const int MaxMessageBytes = 25 * 1024 * 1024;

    private const string TooLong = "the reply is longer than large providers take (25 MB with encoded attachments)";

    /// <summary>
    /// Postfix's words when a message is larger than its message_size_limit; the exit code alone means "later".
    /// </summary>
    private static readonly byte[] TooBig = [.. "message file too big"u8];

    private const int BrokenPipe = 32;

    public SendResult Send(OutgoingReply reply)
    {
        if (!NamesItsRecipientAlone(reply))
            return SendResult.Refused("its header does not name exactly its recipient");
        if (reply.WireBytes > MaxMessageBytes)
            return SendResult.AttachmentsRefused(TooLong);
        try
        {
            using var process = FedProgram.Start(program, "-i", "-t", "-f", reply.Sender);
            var isLate = false;
            // Before this process ends at the deadline: at the end of its input it would send the part that it has.
            using var watch = new Alarm(End, deadline.ForOneCall);
            var exitCode = Feed(process, reply);
            return exitCode == FedProgram.Killed && Volatile.Read(ref isLate)
                ? SendResult.Temporary($"{program} did not finish in time") : Meaning(exitCode, process, reply);

            void End()
            {
                // First, or its end might be seen before it is known why.
                Volatile.Write(ref isLate, true);
                process.Kill();
            }
        }
        catch (Win32Exception exception)
        {
            var problem = FileTrouble.OfProgram(program, exception.NativeErrorCode);
            return SendResult.Temporary($"{program} cannot be started: it {problem}");
        }
    }

    /// <summary>
    /// Whether the fields that -t takes recipients from (To, Cc, Bcc, and these with Resent-) name the one recipient,
    /// as it is in the envelope.
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

    /// <exception cref="IOException">An attachment cannot be read to its end.</exception>
    private static int Feed(FedProgram process, OutgoingReply reply)
    {
        try
        {
            reply.WriteTo(process.Input);
        }
        catch (IOException exception) when ((exception.HResult & 0xffff) == BrokenPipe)
        {
            // It stopped reading; its exit code says why.
        }
        catch
        {
            // At the end of its input it would send the part that it has.
            process.Kill();
            process.WaitForExit();
            throw;
        }

        process.Input.Dispose();
        return process.WaitForExit();
    }

    // By the name, the local part of its Message-ID, the reply is found again in the mail system's log.
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

        return exitCode is ExitCode.DataError or 67 or 68
            ? SendResult.Refused($"{program} refused it {reason}")
            : SendResult.Temporary($"{program} failed {reason}");
    }
}
