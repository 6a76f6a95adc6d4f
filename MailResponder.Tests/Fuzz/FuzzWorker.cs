using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace MailResponder.Tests.Fuzz;

/// <summary>
/// Runs one target on one thread. The input of a number depends only on the seed, the target and the number.
/// </summary>
internal sealed class FuzzWorker
{
    /// <summary>
    /// The limit for one input. Inputs of some kilobytes take microseconds. The fuzzer looks for quadratic time.
    /// </summary>
    private static readonly TimeSpan Suspicious = TimeSpan.FromMilliseconds(300);

    private const int MaxInput = 16 * 1024;

    /// <summary>The memory allowed for any input: twice the 200 KiB that a few readers use for every input.</summary>
    private const long MaxAllocation = 400 * 1024;

    private const int MaxAllocationPerByte = 1000;

    private readonly FuzzTarget _target;
    private readonly Action<byte[]> _trial;
    private readonly byte[][] _corpus;
    private readonly Mutator _mutator;
    private readonly FuzzBuffer _buffer = new(MaxInput);
    private readonly ulong _seed;

    public FuzzWorker(FuzzTarget target, ulong seed)
    {
        _target = target;
        _trial = target.NewTrial();
        _corpus = target.Corpus();
        _mutator = new Mutator(target.Grammar.Words, _corpus);
        _seed = seed ^ BitConverter.ToUInt64(HashOf(target.Name));
    }

    /// <summary>Returns which promise the input breaks. Null if it breaks none.</summary>
    public string? Run(byte[] input)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        try
        {
            _trial(input);
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > MostAllocated(input))
        {
            // Measured again, because the first use of a charset loads its tables.
            allocated = GC.GetAllocatedBytesForCurrentThread();
            _trial(input);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (allocated > MostAllocated(input))
                return $"takes {allocated} bytes of memory for {input.Length}";
        }

        return Stopwatch.GetElapsedTime(start) > Suspicious && IsSlow(input, out var time)
            ? $"takes {time.TotalMilliseconds} ms of processor time for {input.Length} bytes" : null;
    }

    private static long MostAllocated(byte[] input) => MaxAllocation + ((long)input.Length * MaxAllocationPerByte);

    public byte[] Input(long number)
    {
        var random = new FuzzRandom(_seed + ((ulong)number * 0xD1342543DE82EF95));
        _buffer.Clear();
        var isFromGrammar = _corpus.Length == 0 || random.OneIn(2);
        if (isFromGrammar)
            _target.Grammar.Write(_target.Rule, ref random, _buffer);
        else
            _buffer.Append(_corpus[random.Below(_corpus.Length)]);
        if (!isFromGrammar || random.OneIn(2))
            _mutator.Mutate(_buffer, ref random);
        return _buffer.Span.ToArray();
    }

    private bool IsSlow(byte[] input, out TimeSpan time)
    {
        var start = ThreadClock.Now;
        _trial(input);
        time = ThreadClock.Now - start;
        return time > Suspicious;
    }

    private static byte[] HashOf(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));
}
