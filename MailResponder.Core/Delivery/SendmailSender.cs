using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>
/// Hands replies to the host's sendmail program (sendmail(1)). What it prints is dropped, because it may name the
/// recipient; its sysexits code tells enough.
/// </summary>
internal sealed class SendmailSender(string program, Deadline deadline) : ISender
{
    public bool ReplacesDateAndMessageId => false;

    public SendResult Send(OutgoingReply reply)
    {
        // "--": an address that begins with a hyphen is an address.
        var start = new ProcessStartInfo(program, ["-i", "-f", reply.Sender, "--", reply.Recipient])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            Feed(process, reply);
            if (!process.WaitForExit(deadline.Remaining))
            {
                process.Kill();
                return SendResult.Temporary($"{program} did not finish before the deadline");
            }

            return Meaning(process.ExitCode, reply);
        }
        catch (Win32Exception exception)
        {
            return SendResult.Temporary($"{program} cannot be started (error {exception.NativeErrorCode})");
        }
    }

    /// <exception cref="IOException">An attachment cannot be read to its end.</exception>
    private static void Feed(Process process, OutgoingReply reply)
    {
        try
        {
            reply.WriteTo(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        // .NET's pipe to a program is a socket.
        catch (IOException exception) when (exception.InnerException is SocketException)
        {
            // It stopped reading; its exit code says why.
        }
        catch
        {
            // At the end of its input it would send the part that it has.
            process.Kill();
            throw;
        }
    }

    // By the name, the local part of its Message-ID, the reply is found again in the mail system's log.
    private SendResult Meaning(int exitCode, OutgoingReply reply) => exitCode switch
    {
        0 => SendResult.Sent("sendmail:" + reply.Name),
        ExitCode.DataError or 67 or 68 => SendResult.Refused($"{program} refused it with exit code {exitCode}"),
        _ => SendResult.Temporary($"{program} failed with exit code {exitCode}"),
    };
}
