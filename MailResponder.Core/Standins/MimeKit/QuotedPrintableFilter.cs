namespace MimeKit;

/// <summary>
/// Writes quoted-printable (RFC 2045 6.7) from text whose lines end in LF. Lines stay within 76 characters, and
/// none begins with a dot or with "From ", which mail programs on the way have been known to change.
/// </summary>
sealed class QuotedPrintableFilter(Stream target, bool usesCrLf) : OutputFilter
{
    const int MaxLine = 76;

    readonly byte[] _line = new byte[MaxLine + 4];
    int _count;

    // One place for "=" of the soft break; two more where the first character may yet be encoded.
    int Limit => _count > 0 && _line[0] is (byte)'F' or (byte)'.' ? MaxLine - 3 : MaxLine - 1;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        foreach (var b in buffer)
        {
            if (b == '\n')
            {
                EncodeFinalBlank();
                EndLine();
            }
            else if (b is (byte)' ' or (byte)'\t' || (b is > 32 and < 127 && b != '='))
                Put(b);
            else
                PutEncoded(b);
        }
    }

    internal override void Complete()
    {
        EncodeFinalBlank();
        WriteLine();
    }

    void Put(byte b)
    {
        if (_count + 1 > Limit)
            BreakLine();
        _line[_count++] = b;
    }

    void PutEncoded(byte b)
    {
        if (_count + 3 > Limit)
            BreakLine();
        _line[_count++] = (byte)'=';
        _line[_count++] = Hex(b >> 4);
        _line[_count++] = Hex(b & 15);
    }

    void BreakLine()
    {
        _line[_count++] = (byte)'=';
        EndLine();
    }

    // Transports strip white space at the end of a line.
    void EncodeFinalBlank()
    {
        if (_count == 0 || _line[_count - 1] is not ((byte)' ' or (byte)'\t'))
            return;
        PutEncoded(_line[--_count]);
    }

    void EndLine()
    {
        WriteLine();
        target.Write(usesCrLf ? "\r\n"u8 : "\n"u8);
    }

    void WriteLine()
    {
        var line = _line.AsSpan(0, _count);
        _count = 0;
        if (line.StartsWith("From "u8) || line.StartsWith("."u8))
        {
            target.Write([(byte)'=', Hex(line[0] >> 4), Hex(line[0] & 15)]);
            line = line[1..];
        }
        target.Write(line);
    }

    static byte Hex(int digit) => "0123456789ABCDEF"u8[digit];
}
