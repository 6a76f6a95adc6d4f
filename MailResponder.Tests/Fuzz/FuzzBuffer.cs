namespace MailResponder.Tests.Fuzz;

/// <summary>An input under construction, in reused memory. Bytes that do not fit are dropped.</summary>
internal sealed class FuzzBuffer(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public int Room => _bytes.Length - Length;

    public Span<byte> Span => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Append(ReadOnlySpan<byte> piece) => Insert(Length, piece);

    public void Insert(int at, ReadOnlySpan<byte> piece)
    {
        if (piece.Length > Room)
            return;
        _bytes.AsSpan(at, Length - at).CopyTo(_bytes.AsSpan(at + piece.Length));
        piece.CopyTo(_bytes.AsSpan(at));
        Length += piece.Length;
    }

    public void Remove(int at, int count)
    {
        _bytes.AsSpan(at + count, Length - at - count).CopyTo(_bytes.AsSpan(at));
        Length -= count;
    }

    /// <summary>Inserts a part of the input again, the given number of times.</summary>
    public void Repeat(int at, int count, int times)
    {
        Span<byte> piece = stackalloc byte[Math.Min(count, 256)];
        _bytes.AsSpan(at, piece.Length).CopyTo(piece);
        for (var i = 0; i < times; i++)
            Insert(at, piece);
    }
}
