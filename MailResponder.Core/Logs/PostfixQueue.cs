using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using MailResponder.Files;

namespace MailResponder.Logs;

/// <summary>The messages that wait in Postfix's queue.</summary>
internal static class PostfixQueue
{
    private const string Postconf = "/usr/sbin/postconf";
    private const string Postqueue = "/usr/sbin/postqueue";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>qmgr(8) and pickup(8). Messages in "corrupt" wait for nobody.</summary>
    private static readonly string[] Folders = ["maildrop", "incoming", "active", "deferred", "hold"];

    /// <summary>
    /// How many there are; null where there is no Postfix, or when the user may not look into its folders (root may).
    /// Counts the files. postqueue(1) reads each of them, which takes too long when the queue is long.
    /// </summary>
    public static long? Count()
    {
        try
        {
            string[] folder = File.Exists(Postconf)
                ? [.. Ask(Postconf, ["-h", "queue_directory"], lines => lines)] : [];
            return folder is [{ Length: > 0 } queue] ? Folders.Sum(name => Files(Path.Join(queue, name))) : null;
        }
        catch (Exception exception) when (
            exception is ResponderException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>How many wait, by queue, the most first. Any user may ask postqueue(1).</summary>
    /// <exception cref="ResponderException">It cannot be run, fails, or does not end in time.</exception>
    public static OrderedDictionary<string, long> CountByName() => new(
        Ask(Postqueue, ["-j"], lines => lines.CountBy(NameOf)).Select(pair =>
            KeyValuePair.Create(pair.Key, (long)pair.Value)).OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal));

    private static long Files(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).LongCount();
        }
        catch (DirectoryNotFoundException)
        {
            // Postfix may remove a hash folder meanwhile, and a new Postfix has no queue folders yet.
            return 0;
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
            throw Failure(Postqueue, "printed what is not its JSON form: Postfix 3.1 or later is needed");
        }
    }

    /// <summary>Runs a program. Returns what <paramref name="read"/> makes of its lines.</summary>
    private static List<T> Ask<T>(string program, string[] arguments, Func<IEnumerable<string>, IEnumerable<T>> read)
    {
        var start = new ProcessStartInfo(program, arguments)
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
            var answer = read(Lines(process.StandardOutput)).ToList();
            process.WaitForExit();
            if (timeout.IsCancellationRequested)
                throw Failure(program, $"did not end within {MaxWait.TotalSeconds} s");
            return process.ExitCode == 0 ? answer
                : throw Failure(program, $"failed with exit code {process.ExitCode}; does Postfix run?");
        }
        catch (Win32Exception exception)
        {
            throw Failure(program,
                "cannot be started: it " + FileTrouble.OfProgram(program, exception.NativeErrorCode));
        }
    }

    private static IEnumerable<string> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static ResponderException Failure(string program, string problem) =>
        new(Cause.Unexpected, $"{program} {problem}");
}
