using MailResponder.Tests.Faults;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Backup;

/// <summary>
/// Backup and restore fail at every single call that changes something, one run per call. A second run completes what
/// the first one should have done.
/// </summary>
public sealed class BrokenOffRestorations
{
    [Theory]
    [InlineData("kill9")]
    [InlineData("28")]
    public void RestoreThatBreaksOff_IsCompletedByTheNext(string action)
    {
        using var away = new TemporaryFolder();
        var archive = away.PathTo("backup.tar.gz");
        var request = RequestMail.FromSomebodyNew();
        using (var old = new Workplace())
        {
            old.Filter(request).AssertDone();
            Good(old.Command("backup", archive));
        }

        BreakEach(["restore", archive, "--replace"], action, place =>
        {
            // Whatever files exist by now, no answered request is answered again, and no mail is returned.
            var before = place.Filter(request);
            var status = before.Errors.StartsWith("4.3.5", StringComparison.Ordinal) ? "4.3.5 " : "4.3.0 ";
            if (before.ExitCode != 0) before.AssertDeferred(status);
            Good(place.Command("restore", archive, "--replace"));
            var sent = place.Outbox.Count;
            place.Filter(request).AssertDone();
            Assert.Equal(sent, place.Outbox.Count);
            var holds = place.Command("database", "status").OutputText;
            Assert.Contains("1 requester(s) with a quota, 1 message(s)", holds, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(place.Folder, "*.new*"));
        });
    }

    [Theory]
    [InlineData("kill9")]
    [InlineData("28")]
    public void BackupThatBreaksOff_LeavesTheOlderOneWhole(string action) =>
        BreakEach(["backup", "backups/backup.tar.gz"], action, place =>
        {
            using var fresh = new Workplace();
            Good(fresh.Command("restore", place.PathTo("backups/backup.tar.gz"), "--replace"));
            Good(place.Command("backup", place.PathTo("backups/backup.tar.gz")));
            Good(fresh.Command("restore", place.PathTo("backups/backup.tar.gz"), "--replace"));
            Assert.Single(Directory.GetFiles(place.PathTo("backups")));
            Assert.Empty(Directory.GetFiles(place.Folder, "*.new*"));
        });

    private static void BreakEach(string[] command, string action, Action<Workplace> check)
    {
        var calls = CallsOf(command);
        Assert.NotEmpty(calls);
        var failures = new List<string>();
        Parallel.For(0, calls.Count, new ParallelOptions { MaxDegreeOfParallelism = 3 }, i =>
        {
            try
            {
                using var place = NewPlace();
                var run = Run(place, command, $"write,*,{i + 1},1,{action}");
                Assert.DoesNotContain("a bug", run.Errors, StringComparison.Ordinal);
                check(place);
            }
            catch (Exception exception)
            {
                lock (failures) failures.Add($"{action} at {i + 1}, {calls[i]}: {exception.Message}");
            }
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static List<string> CallsOf(string[] command)
    {
        using var place = NewPlace();
        Good(Run(place, command, "write,*,1,1,0", $"FAULTS_COUNT={place.PathTo("calls")}"));
        return [.. File.ReadAllLines(place.PathTo("calls"))];
    }

    private static ProgramRun Run(Workplace place, string[] command, string rule, string more = "")
    {
        var faults = $"LD_PRELOAD={FaultLibrary.File} FAULTS_LOG={place.PathTo("log")} 'FAULTS={rule}' {more}";
        string[] whole = [.. command, "--settings", place.SettingsFile];
        return ResponderProcess.Run($"""cd {place.Folder}; exec env {faults} "$@" """, [], whole);
    }

    /// <summary>Makes a host that is in use and has an earlier backup.</summary>
    private static Workplace NewPlace()
    {
        var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Directory.CreateDirectory(place.PathTo("backups"));
        Good(place.Command("backup", place.PathTo("backups/backup.tar.gz")));
        return place;
    }

    private static void Good(ProgramRun run) =>
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}: {run.OutputText}{run.Errors}");
}
