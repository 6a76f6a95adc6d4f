using MailResponder.Logs;

namespace MailResponder.Tests.Logs;

/// <summary>Counts the files in a folder of Postfix's queue.</summary>
public sealed class QueueCount
{
    [Fact]
    public void LongQueue_IsNotKeptInMemory()
    {
        using var folder = new TemporaryFolder();
        foreach (var i in Enumerable.Range(0, 2000))
            folder.Write($"deferred/{i % 16:X}/{i:X8}", "");
        var (seen, kept) = (new List<WeakReference>(), 0);

        var count = PostfixQueue.Visit(folder.Path, "deferred", path =>
        {
            seen.Add(new WeakReference(path));
            if (seen.Count < 2000)
                return;
            GC.Collect();
            kept = seen.Count(one => one.IsAlive);
        });

        Assert.Equal(2000, count);
        Assert.InRange(kept, 1, 100);
    }

    [Fact]
    public void MissingFolder_HasNoMessages()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, PostfixQueue.Visit(folder.Path, "hold", _ => { }));
    }
}
