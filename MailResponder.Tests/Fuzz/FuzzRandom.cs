namespace MailResponder.Tests.Fuzz;

/// <summary>SplitMix64. It is quick to reseed for each input, and gives the same numbers on every machine.</summary>
internal struct FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>
    /// Returns a number from 0 up to but not including <paramref name="limit"/>; 0 if the limit is 0.
    /// </summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    public bool OneIn(int times) => Below(times) == 0;
}
