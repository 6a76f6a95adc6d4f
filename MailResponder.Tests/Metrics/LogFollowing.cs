using System.Text;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Metrics;

namespace MailResponder.Tests.Metrics;

/// <summary>Every line of the log is counted once, whatever happens to the file.</summary>
public sealed class LogFollowing : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<long> _read = [];
    private LogPosition? _position;
    private long _written;

    public LogFollowing()
    {
        Add(3);
        Follow();
        Assert.Empty(_read);
        _written = 0;
    }

    private string Log => _folder.PathTo("events.log");

    private string Rotated => Log + ".1";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void NewLines_AreReadOnce()
    {
        Add(2);
        Follow();
        Follow();
        Add(1);
        AssertAllRead();
    }

    [Fact]
    public void UnfinishedLine_WaitsForItsEnd()
    {
        var line = Line();
        File.AppendAllText(Log, line[..20]);
        Follow();
        Assert.Empty(_read);
        File.AppendAllText(Log, line[20..]);
        AssertAllRead();
    }

    [Fact]
    public void NoticeOverQuota_IsAReplyAndNotAnAnsweredRequest()
    {
        var traffic = new Traffic(2, []);
        void Add(Outcome outcome) => traffic.Add(Encoding.UTF8.GetBytes(
            MessageLog.Event(outcome with { Address = "get@example.com" }, 5, DateTimeOffset.UnixEpoch)));
        for (var i = 0; i < 9; i++)
            Add(Outcome.Skipped(SkipReason.OverQuota) with { Receipts = ["a"] });
        Add(new Outcome(Result.Replied) { Receipts = ["a", "b"] });

        Assert.Equal(
            (9, 1, 11L), (traffic.Messages[Result.Skipped], traffic.Messages[Result.Replied], traffic.Replies));
        Assert.Equal(1, traffic.Durations.Count);
        // A single answered request is below the threshold.
        Assert.Empty(traffic.RepliesByAddress());
        Add(new Outcome(Result.Replied) { Receipts = ["a", "b"] });
        Assert.Equal([("get@example.com", 13L)], traffic.RepliesByAddress());
    }

    /// <summary>
    /// Two addresses, one of them rare. A reader of the metrics sees the total of each minute, so what he can subtract
    /// from it must not tell for which address the one more request was.
    /// </summary>
    [Fact]
    public void SingleRequest_ShowsUnderNoName()
    {
        var held = new Dictionary<string, HeldReplies>();
        Assert.Equal("20 get@example.com=20", Minute(20, 0));
        Assert.Equal("21 get@example.com=20", Minute(20, 1));
        Assert.Equal("21 get@example.com=20", Minute(21, 0));
        Assert.Equal("3", Minute(0, 3));
        Assert.Equal("5 fa@example.com=5 get@example.com=5", Minute(4, 1));
        Assert.Equal("1", Minute(0, 1));

        string Minute(int often, int rarely)
        {
            var traffic = new Traffic(5, held);
            foreach (var address in Enumerable.Repeat("get@example.com", often)
                .Concat(Enumerable.Repeat("fa@example.com", rarely)))
                traffic.Add(Encoding.UTF8.GetBytes(MessageLog.Event(new Outcome(Result.Replied)
                {
                    Address = address,
                    Receipts = ["a"],
                }, 5, DateTimeOffset.UnixEpoch)));
            return string.Join(' ', [$"{traffic.Replies}",
                .. traffic.RepliesByAddress().Select(one => $"{one.Address}={one.Replies}")]);
        }
    }

    [Fact]
    public void Probe_IsNoMessage()
    {
        var traffic = new Traffic(1, []);
        traffic.Add(Encoding.UTF8.GetBytes(
            Line().TrimEnd().Replace("\"replied\"", "\"probe\"", StringComparison.Ordinal)));
        Assert.Equal(0, traffic.Messages.Values.Sum() + traffic.Replies);
        traffic.Add(Encoding.UTF8.GetBytes(Line().TrimEnd()));
        Assert.Equal(1, traffic.Messages.Values.Sum());
    }

    [Fact]
    public void RenamedFile_IsReadToItsEnd()
    {
        Add(2);
        Follow();
        Add(2);
        File.Move(Log, Rotated);
        Add(2);
        AssertAllRead();
    }

    /// <summary>rsyslogd keeps writing to the renamed file until it is told to open the new one.</summary>
    [Fact]
    public void LinesThatStillComeIntoTheRenamedFile_AreRead()
    {
        Add(1);
        File.Move(Log, Rotated);
        File.WriteAllText(Log, "");
        Follow();
        Add(2, Rotated);
        Follow();
        Add(1, Rotated);
        Add(1);
        AssertAllRead();
    }

    [Fact]
    public void RenamedBeforeTheNewOneIsThere()
    {
        Add(1);
        File.Move(Log, Rotated);
        Follow();
        Add(1, Rotated);
        Follow();
        Add(1);
        AssertAllRead();
    }

    [Fact]
    public void CopiedAndCutOff()
    {
        Add(2);
        Follow();
        Add(2);
        File.Copy(Log, Rotated);
        File.WriteAllText(Log, "");
        Add(3);
        AssertAllRead();
    }

    [Fact]
    public void CutOff_AndGrownBeyondTheOldLength()
    {
        Add(1);
        Follow();
        File.WriteAllText(Log, "");
        Add(20);
        AssertAllRead();
    }

    [Fact]
    public void DatedName()
    {
        Add(1);
        File.Move(Log, Log + "-20261122");
        Add(1);
        AssertAllRead();
    }

    [Fact]
    public void SeveralRotations_LoseOnlyWhatIsCompressed()
    {
        Add(1);
        Follow();
        Add(5);
        File.Move(Log, Log + ".2.gz"); // this file is never read
        Add(4, Rotated);
        Add(2);
        Follow();
        Assert.Equal([1, 7, 8, 9, 10, 11, 12], _read);
    }

    [Fact]
    public void OldRotatedFile_IsNotCountedAgain()
    {
        Add(4);
        Follow();
        File.Move(Log, Rotated);
        Add(2);
        Follow();
        File.Delete(Log); // as an operator would; the rotated file is older than all that was read
        Add(3);
        AssertAllRead();
    }

    [Fact]
    public void EmptyDays_ChangeNothing()
    {
        for (var day = 0; day < 3; day++)
        {
            File.Move(Log, Rotated, overwrite: true);
            File.WriteAllText(Log, "");
            Follow();
        }

        Add(2);
        AssertAllRead();
    }

    [Fact]
    public void LogThatIsNotThereYet_IsReadFromItsStart()
    {
        File.Delete(Log);
        _position = null;
        Follow();
        Add(2);
        AssertAllRead();
    }

    [Fact]
    public void LinesOfAnyLengthAndKind_AreSurvived()
    {
        Add(1);
        File.AppendAllBytes(Log, [.. Encoding.ASCII.GetBytes(new string('x', 200_000)), (byte)'\n', 0xff, 0xfe, 0,
            (byte)'\n', (byte)'\n']);
        Add(1);
        Follow();
        File.AppendAllText(Log, Line().TrimEnd('\n') + new string('y', 70_000));
        Follow();
        File.AppendAllText(Log, "\n");
        Add(300);
        Follow();
        Assert.Equal([1, 2, .. Enumerable.Range(4, 300).Select(number => (long)number)], _read);
    }

    /// <summary>Cuts of any number at any places leave every line counted once.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyMixOfWritingRotatingAndFollowing(int seed)
    {
        var random = new Random(seed);
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(6))
            {
                case 0: Follow(); break;
                case 1 when step % 7 == 0: // not twice between two readings, as a day is longer than a minute
                    Follow();
                    File.Move(Log, Rotated, overwrite: true);
                    if (random.Next(2) == 0) File.WriteAllText(Log, "");
                    if (random.Next(2) == 0) Add(random.Next(3), Rotated);
                    if (random.Next(2) == 0) Follow();
                    if (random.Next(2) == 0 && new FileInfo(Log) is not { Exists: true, Length: > 0 }) Add(
                        random.Next(3), Rotated);
                    Add(1);
                    break;
                default: Add(random.Next(4)); break;
            }
        }

        AssertAllRead();
    }

    private void Add(int count, string? file = null)
    {
        for (var i = 0; i < count; i++) File.AppendAllText(file ?? Log, Line());
    }

    /// <summary>Returns a line whose milliseconds are its number.</summary>
    private string Line()
    {
        var outcome = new Outcome(Result.Replied) { Address = "get@example.com", Receipts = ["sendmail"] };
        return MessageLog.Event(outcome, ++_written, DateTimeOffset.UtcNow) + "\n";
    }

    private void Follow()
    {
        using var log = new LogFollower(Log, MessageEvent.TimeOf);
        _position = _position is null ? log.Skip(DateTimeOffset.UtcNow) : log.Read(_position, line =>
        {
            if (MessageEvent.Read(line) is { } message) _read.Add(message.Ms);
        });
    }

    private void AssertAllRead()
    {
        Follow();
        Follow();
        Assert.Equal(Enumerable.Range(1, (int)_written).Select(number => (long)number), _read);
    }
}
