using System.Diagnostics;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Store;

/// <summary>
/// A message's whole conversation with the server, broken at one byte after another. Like Postfix, the test delivers
/// the message again until it is answered. Both replies are then sent once, or twice if the first time could not be
/// recorded, and the quota is charged once.
/// </summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlCutTests(PrivateMariaDb server) : IDisposable
{
    // Every 13th byte, so that each packet's header and content are hit in many places.
    private const int Stride = 13;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxRun = TimeSpan.FromSeconds(15);

    private readonly StoreKey _key = new();

    [Theory]
    [InlineData(ConnectionFault.Cut, true, Stride)]
    [InlineData(ConnectionFault.Cut, false, Stride)]
    [InlineData(ConnectionFault.Delayed, true, 12 * Stride)]
    [InlineData(ConnectionFault.Delayed, false, 12 * Stride)]
    [InlineData(ConnectionFault.Swallowed, true, 24 * Stride)]
    [InlineData(ConnectionFault.Swallowed, false, 24 * Stride)]
    public void BrokenConnection_LosesNothingAndSendsNothingThrice(string kind, bool isToServer, int stride)
    {
        var settings = server.NewDatabase();
        var (copiesOfWhole, deferralsOfWhole) = Answer(settings, null, out var bytes);
        Assert.True(copiesOfWhole is [1, 1] && deferralsOfWhole == 0, "a connection that is whole");
        var length = isToServer ? bytes.ToServer : bytes.ToClient;
        Assert.True(length > 500, $"{length} bytes");

        for (var at = 0; at < length; at += stride)
        {
            var (copies, deferrals) = Answer(settings, new ConnectionFault(kind, isToServer, at), out _);
            Assert.True(copies.All(count => count is 1 or 2) && deferrals <= 1,
                $"{kind} at {at}: {copies[0]} and {copies[1]} copies, {deferrals} deferrals");
            Assert.True(kind != ConnectionFault.Delayed || (copies is [1, 1] && deferrals == 0), $"delayed at {at}");
        }
    }

    public void Dispose() => _key.Dispose();

    /// <returns>
    /// How often each of the message's two replies was sent, and how often the message was deferred before it was done.
    /// </returns>
    private (int[] Copies, int Deferrals) Answer(
        MySqlSettings settings, ConnectionFault? fault, out (int ToClient, int ToServer) bytes)
    {
        using var proxy = new FaultyProxy(server.Socket, fault);
        var (message, somebody, copies) = (StoreKey.NewMessage(), _key.Somebody(), new int[2]);
        for (var deferrals = 0; ; deferrals++)
        {
            Assert.True(deferrals < 5, "it is never answered");
            var watch = Stopwatch.StartNew();
            var isDone = Try(settings with { Socket = proxy.Socket }, message, somebody, copies);
            Assert.True(watch.Elapsed < MaxRun, $"{fault}: {watch.Elapsed}");
            if (!isDone) continue;
            using var store = Open(settings);
            Assert.Equal(1, store.Used(somebody));
            StoreContract.AssertRetry(store.Claim(message, somebody, 3), 0, 1);
            bytes = proxy.Bytes;
            return (copies, deferrals);
        }
    }

    private bool Try(MySqlSettings settings, MessageKey message, Requester somebody, int[] copies)
    {
        try
        {
            using var store = Open(settings);
            using var entered = store.EnterMessage(message);
            if (entered is null) return false;
            var claim = store.Claim(message, somebody, 3);
            var entries = claim.Entries ?? new EntryStates();
            for (var entry = 0; entry < copies.Length; entry++)
            {
                if (entries.IsDone((ulong)entry)) continue;
                copies[entry]++;
                entries.SetDone((ulong)entry, isSent: true);
                store.Record(claim, entries);
            }

            return true;
        }
        catch (ResponderException exception)
        {
            Assert.Equal(Cause.Database, exception.Cause);
            return false;
        }
    }

    private RequesterStore Open(MySqlSettings settings) =>
        RequesterStore.Open(new DatabaseSettings(null, settings), _key.Key, MaxWait, TimeProvider.System);
}
