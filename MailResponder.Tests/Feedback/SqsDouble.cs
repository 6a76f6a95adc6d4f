using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Feedback;

/// <summary>
/// A test double of an Amazon SQS queue with a dead-letter queue, on a port of this host. It refuses calls with a wrong
/// signature. A message that was received stays hidden until it is deleted, or until the test ends its visibility
/// timeout.
/// </summary>
internal sealed class SqsDouble : IDisposable
{
    public const string Region = "eu-west-1";

    /// <summary>The maxReceiveCount of aws/autoscaling.yaml.</summary>
    public const int MostReceives = 5;

    private readonly HttpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly Func<int, string, SqsTrouble?> _troubleOf;
    private readonly LinkedList<SqsMessage> _visible = [];
    private readonly Dictionary<string, SqsMessage> _hidden = [];
    private readonly Lock _changes = new();
    private int _calls;
    private int _handles;

    /// <param name="troubleOf">
    /// Returns what goes wrong with a call, given its number, counted from 1, and its action; null for nothing.
    /// </param>
    public SqsDouble(Func<int, string, SqsTrouble?>? troubleOf = null)
    {
        _troubleOf = troubleOf ?? ((_, _) => null);
        _listener = Loopback.Listen(out var port);
        Url = $"http://127.0.0.1:{port}/123456789012/responder-feedback";
        _ = AcceptAll();
    }

    /// <summary>The URL of the queue.</summary>
    public string Url { get; }

    /// <summary>The calls that were signed correctly, each with its action and its request.</summary>
    public ConcurrentQueue<(string Action, JsonNode Request)> Calls { get; } = [];

    public ConcurrentQueue<string> SignatureFaults { get; } = [];

    public ConcurrentQueue<SqsMessage> DeadLetters { get; } = [];

    /// <summary>The number of messages not deleted.</summary>
    public int Left
    {
        get
        {
            lock (_changes) return _visible.Count + _hidden.Count;
        }
    }

    /// <returns>The id of the new message.</returns>
    public string Put(string body)
    {
        var message = new SqsMessage(Guid.NewGuid().ToString(), body);
        lock (_changes) _visible.AddLast(message);
        return message.Id;
    }

    /// <summary>Ends the visibility timeout of all messages received but not deleted.</summary>
    public void ShowHidden()
    {
        lock (_changes)
        {
            foreach (var message in _hidden.Values) _visible.AddLast(message);
            _hidden.Clear();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Close();
        _end.Dispose();
    }

    private async Task AcceptAll()
    {
        try
        {
            while (true) _ = Serve(await _listener.GetContextAsync());
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    private async Task Serve(HttpListenerContext context)
    {
        try
        {
            var call = await Read(context.Request);
            var action = call.Headers["x-amz-target"].Split('.')[1];
            if (SignatureV4.Fault(call, (Region, "sqs"), SecretOf) is { } fault)
            {
                SignatureFaults.Enqueue(fault);
                await Answer(context, 403, Error("InvalidSignatureException"));
                return;
            }

            var request = JsonNode.Parse(call.Body)!;
            Calls.Enqueue((action, request));
            var trouble = _troubleOf(Interlocked.Increment(ref _calls), action);
            if (trouble is null or { IsDone: true })
            {
                var answer = Do(action, request);
                if (trouble is null) await Answer(context, 200, answer);
            }

            if (trouble is { Status: 0 })
                await Cut(context);
            else if (trouble is { Status: 200 })
                await Answer(context, 200, Refuse(request["Entries"]!.AsArray(), trouble.Code));
            else if (trouble is { Status: var status, Code: var code })
                await (status is null ? Task.Delay(Timeout.Infinite, _end.Token)
                    : Answer(context, status.Value, Error(code)));
        }
        catch (Exception exception) when (
            exception is IOException or HttpListenerException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private JsonObject Do(string action, JsonNode request)
    {
        Assert.Equal(Url, request["QueueUrl"]!.GetValue<string>());
        lock (_changes)
        {
            return action switch
            {
                "ReceiveMessage" => Give(request["MaxNumberOfMessages"]!.GetValue<int>()),
                "DeleteMessageBatch" => Delete(request["Entries"]!.AsArray()),
                _ => throw new InvalidOperationException("no action of this double: " + action),
            };
        }
    }

    private JsonObject Give(int most)
    {
        var given = new JsonArray();
        while (given.Count < most && _visible.First is { Value: var message })
        {
            _visible.RemoveFirst();
            if (++message.Receives > MostReceives)
            {
                DeadLetters.Enqueue(message);
                continue;
            }

            var handle = $"handle+/{++_handles}==";
            _hidden.Add(handle, message);
            given.Add(new JsonObject
            {
                ["MessageId"] = message.Id,
                ["ReceiptHandle"] = handle,
                ["MD5OfBody"] = Checksum(message.Body),
                ["Body"] = message.Body,
            });
        }

        return given.Count == 0 ? [] : new JsonObject { ["Messages"] = given };
    }

    [SuppressMessage("Security", "CA5351", Justification = "It is what SQS sends, and the SDK compares it.")]
    private static string Checksum(string body) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(body)));

    private JsonObject Delete(JsonArray entries)
    {
        Assert.InRange(entries.Count, 1, 10);
        var deleted = new JsonArray();
        foreach (var entry in entries)
        {
            _hidden.Remove(entry!["ReceiptHandle"]!.GetValue<string>());
            deleted.Add(new JsonObject { ["Id"] = entry["Id"]!.GetValue<string>() });
        }

        return new JsonObject { ["Successful"] = deleted, ["Failed"] = new JsonArray() };
    }

    private static JsonObject Refuse(JsonArray entries, string code) => new()
    {
        ["Successful"] = new JsonArray(),
        ["Failed"] = new JsonArray([.. entries.Select(entry => new JsonObject
        {
            ["Id"] = entry!["Id"]!.GetValue<string>(), ["SenderFault"] = false, ["Code"] = code,
            ["Message"] = SesAnswer.Leak,
        })]),
    };

    private static string? SecretOf(string key) => key switch
    {
        SesDouble.AccessKey => SesDouble.SecretKey,
        MetadataDouble.InstanceKey => MetadataDouble.Secret,
        _ => null,
    };

    private static JsonObject Error(string code) =>
        new() { ["__type"] = "com.amazonaws.sqs#" + code, ["message"] = SesAnswer.Leak };

    private static async Task Cut(HttpListenerContext context)
    {
        context.Response.ContentLength64 = 100;
        await context.Response.OutputStream.WriteAsync("{"u8.ToArray());
        await context.Response.OutputStream.FlushAsync();
        context.Response.Abort();
    }

    private static async Task Answer(HttpListenerContext context, int status, JsonObject answer)
    {
        var body = Encoding.UTF8.GetBytes(answer.ToJsonString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/x-amz-json-1.0";
        context.Response.ContentLength64 = body.Length;
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }

    private static async Task<SesCall> Read(HttpListenerRequest request)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        var headers = request.Headers.AllKeys.ToDictionary(
            name => name!.ToLowerInvariant(), name => request.Headers[name]!);
        return new SesCall($"{request.HttpMethod} {request.RawUrl} HTTP/1.1", headers, body.ToArray());
    }
}
