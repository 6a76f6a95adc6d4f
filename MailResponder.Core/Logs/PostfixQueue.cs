using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using MailResponder.Files;

namespace MailResponder.Logs;

/// <summary>
/// The messages in Postfix's queue. For root they are files that are counted and never opened, because they name who
/// wrote; postqueue(1), which every user may ask, opens each, which takes long in a long queue.
/// </summary>
internal static class PostfixQueue
{
    /// <summary>Where messages wait until somebody releases them.</summary>
    public const string Held = "hold";

    /// <summary>Where pickup(8) and qmgr(8) take messages from.</summary>
    public static readonly string[] Delivered = ["maildrop", "incoming", "active", "deferred"];

    private const string Postqueue = "/usr/sbin/postqueue";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>How many messages wait in each of its folders, empty ones left out.</summary>
    /// <exception cref="ResponderException">
    /// There is no Postfix, it does not say where its queue is, or this user may not look into it (root may).
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
                .Select(folder => KeyValuePair.Create(folder, (long)MessagesIn(queue, folder).Count))
                .Where(counted => counted.Value > 0));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ResponderException(Cause.Unexpected, $"only root may count the messages in {queue}", exception);
        }
    }

    /// <summary>The messages in one of its folders. A missing folder has none.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not look into the folder.</exception>
    public static List<FileInfo> MessagesIn(string queue, string folder)
    {
        var found = new List<FileInfo>();
        try
        {
            found.AddRange(
                new DirectoryInfo(Path.Join(queue, folder)).EnumerateFiles("*", SearchOption.AllDirectories));
        }
        catch (IOException)
        {
            // Deferred mail lies in folders by the first letter of its id, and such a folder may go meanwhile.
        }

        return found;
    }

    /// <summary>How many wait, by queue, the most first, as postqueue(1) tells it.</summary>
    /// <exception cref="ResponderException">It cannot be run, fails, or does not end in time.</exception>
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
            // A line a message: they are not kept.
            var counts = Lines(process.StandardOutput).CountBy(NameOf).ToList();
            process.WaitForExit();
            if (timeout.IsCancellationRequested)
                throw Failure($"did not end within {MaxWait.TotalSeconds} s");
            if (process.ExitCode != 0)
                throw Failure($"failed with exit code {process.ExitCode}; does Postfix run?");
            return new(counts.Select(pair => KeyValuePair.Create(pair.Key, (long)pair.Value))
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal));
        }
        catch (Win32Exception exception)
        {
            throw Failure("cannot be started: it " + FileTrouble.OfProgram(Postqueue, exception.NativeErrorCode));
        }
    }

    /// <summary>The queue's name in a line of `postqueue -j`, of which nothing else is read.</summary>
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
            throw Failure("printed what is not its JSON form: Postfix 3.1 or later is needed");
        }
    }

    private static IEnumerable<string> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static ResponderException Failure(string problem) => new(Cause.Unexpected, $"{Postqueue} {problem}");
}
