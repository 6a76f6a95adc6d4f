using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using MailResponder.Files;

namespace MailResponder.Logs;

/// <summary>
/// Counts the messages in Postfix's queue. As root, it counts the files and never opens them, because they name the
/// senders. The users in authorized_mailq_users may run postqueue(1), but that opens each file, which is slow for a
/// long queue.
/// </summary>
internal static class PostfixQueue
{
    /// <summary>The folder where messages stay until an operator releases them.</summary>
    public const string Held = "hold";

    /// <summary>The folders from which pickup(8) and qmgr(8) take messages.</summary>
    public static readonly string[] Delivered = ["maildrop", "incoming", "active", "deferred"];

    private const string Postqueue = "/usr/sbin/postqueue";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>Returns the number of messages in each folder of the queue, without empty folders.</summary>
    /// <exception cref="ResponderException">
    /// There is no Postfix, it does not report its queue directory, or the user may not read that (root may).
    /// </exception>
    public static OrderedDictionary<string, long> Count()
    {
        var postconf = new HostPrograms(MaxWait).Run("postconf", ["-h", "queue_directory"]);
        if (!postconf.Succeeded)
            throw new ResponderException(Cause.Unexpected, "postconf " + postconf.Complaint);
        var queue = postconf.Output.Trim();
        try
        {
            return new OrderedDictionary<string, long>(Delivered.Append(Held)
                .Select(folder => KeyValuePair.Create(folder, (long)Visit(queue, folder, static _ => { })))
                .Where(counted => counted.Value > 0));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ResponderException(Cause.Unexpected, $"only root may count the messages in {queue}", exception);
        }
    }

    /// <summary>
    /// Visits the file of each message in one folder of the queue, and returns their number. Keeps none of them in
    /// memory: there may be hundreds of thousands. A missing folder has none.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The user may not read the folder.</exception>
    public static int Visit(string queue, string folder, Action<string> visitor)
    {
        var count = 0;
        try
        {
            foreach (var file in Directory.EnumerateFiles(
                Path.Join(queue, folder), "*", SearchOption.AllDirectories))
            {
                visitor(file);
                count++;
            }
        }
        catch (IOException)
        {
            // Postfix keeps deferred mail in subfolders named by the first letter of the queue id, and may remove one
            // meanwhile.
        }

        return count;
    }

    /// <summary>Runs postqueue(1) and returns the number of messages by queue, the longest queue first.</summary>
    /// <exception cref="ResponderException">postqueue cannot be run, fails, or does not end in time.</exception>
    public static OrderedDictionary<string, long> CountByName()
    {
        var start = new ProcessStartInfo(Postqueue, "-j")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            using var timeout = new CancellationTokenSource(MaxWait);
            using var kill = timeout.Token.Register(process.Kill);
            // There is one line per message, so count them without keeping them.
            var counts = Lines(process.StandardOutput).CountBy(NameOf).ToList();
            process.WaitForExit();
            if (timeout.IsCancellationRequested)
                throw Failure($"did not end within {MaxWait.TotalSeconds} s");
            if (process.ExitCode != 0)
                throw Failure($"failed with exit code {process.ExitCode}; is Postfix running, and may this user list "
                    + "the queue (authorized_mailq_users)?");
            return new(counts.Select(pair => KeyValuePair.Create(pair.Key, (long)pair.Value))
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal));
        }
        catch (Win32Exception exception)
        {
            throw Failure("cannot be started: it " + FileTrouble.OfProgram(Postqueue, exception.NativeErrorCode));
        }
    }

    /// <summary>Returns the name of the queue in a line of `postqueue -j`. Reads nothing else in the line.</summary>
    private static string NameOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("queue_name").GetString() ?? "";
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Failure("did not print its JSON form: Postfix 3.1 or later is needed");
        }
    }

    private static IEnumerable<string> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static ResponderException Failure(string problem) => new(Cause.Unexpected, $"{Postqueue} {problem}");
}
