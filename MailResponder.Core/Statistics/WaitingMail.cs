using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using MailResponder.Files;

namespace MailResponder.Statistics;

/// <summary>How many messages wait in Postfix, by queue.</summary>
internal static class WaitingMail
{
    private const string Program = "/usr/sbin/postqueue";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>Runs postqueue(1). Of what it prints only the queues' names are read.</summary>
    /// <exception cref="ResponderException">It cannot be run, fails, or does not end in time.</exception>
    public static OrderedDictionary<string, long> Count()
    {
        var start = new ProcessStartInfo(Program, "-j") { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            using var timeout = new CancellationTokenSource(MaxWait);
            using var kill = timeout.Token.Register(process.Kill);
            var queues = Count(process.StandardOutput);
            process.WaitForExit();
            if (timeout.IsCancellationRequested)
                throw Failure($"did not end within {MaxWait.TotalSeconds} s");
            return process.ExitCode == 0 ? queues
                : throw Failure($"failed with exit code {process.ExitCode}; does Postfix run?");
        }
        catch (Win32Exception exception)
        {
            throw Failure("cannot be started: it " + FileTrouble.OfProgram(Program, exception.NativeErrorCode));
        }
    }

    private static OrderedDictionary<string, long> Count(StreamReader lines)
    {
        var queues = new NameCounts();
        while (lines.ReadLine() is { } line)
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                queues.Add(json.RootElement.GetProperty("queue_name").GetString() ?? "");
            }
            catch (Exception exception) when (
                exception is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw Failure("printed what is not its JSON form: Postfix 3.1 or later is needed");
            }
        }

        return queues.Sorted();
    }

    private static ResponderException Failure(string problem) => new(Cause.Unexpected, $"{Program} {problem}");
}
