using System.ComponentModel;
using MailResponder.Reply;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Delivery;

/// <summary>
/// Hands replies to the host's sendmail program (sendmail(1)). What it prints is dropped, because it may name the
/// recipient; its sysexits code tells enough. The recipient stands in To alone (-t): every local user can read the
/// arguments of a process (proc_pid_cmdline(5)).
/// </summary>
internal sealed class SendmailSender(string program, Deadline deadline) : ISender
{
    private const int BrokenPipe = 32;

    public bool ReplacesDateAndMessageId => false;

    public SendResult Send(OutgoingReply reply)
    {
        if (!NamesItsRecipientAlone(reply))
            return SendResult.Refused("its header does not name exactly its recipient");
        try
        {
            using var process = FedProgram.Start(program, "-i", "-t", "-f", reply.Sender);
            var isLate = false;
            // Before this process ends at the deadline: at the end of its input it would send the part that it has.
            using var watch = new Alarm(End, deadline.ForOneCall);
            var exitCode = Feed(process, reply);
            return exitCode == FedProgram.Killed && Volatile.Read(ref isLate)
                ? SendResult.Temporary($"{program} did not finish in time") : Meaning(exitCode, reply);

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
    /// Whether the fields that -t takes recipients from (To, Cc, Bcc, and these with Resent-) name the one recipient, as
    /// it is in the envelope.
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

            if (header.Id == HeaderId.To && InternetAddressList.TryParse(header.RawValue, out var list) && list is [MailboxAddress one])
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
    private SendResult Meaning(int exitCode, OutgoingReply reply) => exitCode switch
    {
        0 => SendResult.Sent("sendmail:" + reply.Name),
        ExitCode.DataError or 67 or 68 => SendResult.Refused($"{program} refused it with exit code {exitCode}"),
        _ => SendResult.Temporary($"{program} failed with exit code {exitCode}"),
    };
}
