namespace MimeKit;

/// <summary>Counts what matters for the choice of a transfer encoding.</summary>
sealed class TextCensus : OutputFilter
{
    long _total;
    long _beyondAscii;
    int _column;
    int _longestLine;
    bool _hasNul;
    bool _hasRiskyLine;
    int _fromMatched;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _total += buffer.Length;
        foreach (var b in buffer)
        {
            if (b == '\n')
            {
                EndLine();
                continue;
            }
            if (b >= 0x80)
                _beyondAscii++;
            else if (b == 0)
                _hasNul = true;
            if (_column == _fromMatched && _fromMatched < 5 && b == "From "u8[_fromMatched] && ++_fromMatched == 5)
                _hasRiskyLine = true;
            if (_column == 0 && b == '.')
                _hasRiskyLine = true;
            _column++;
        }
    }

    internal override void Complete() => EndLine();

    internal ContentEncoding Choose(EncodingConstraint constraint, int maxLineLength)
    {
        EndLine();
        var isRisky = _longestLine > maxLineLength || _hasRiskyLine;
        if (constraint == EncodingConstraint.None && !isRisky && !_hasNul)
            return _beyondAscii > 0 ? ContentEncoding.EightBit : ContentEncoding.SevenBit;
        if (_hasNul)
            return ContentEncoding.Base64;
        if (_beyondAscii == 0)
            return isRisky ? ContentEncoding.QuotedPrintable : ContentEncoding.SevenBit;
        if (constraint == EncodingConstraint.EightBit && !isRisky)
            return ContentEncoding.EightBit;
        // Above about a sixth quoted-printable is longer than base64, and no longer readable by eye.
        return _beyondAscii * 100 >= _total * 17 ? ContentEncoding.Base64 : ContentEncoding.QuotedPrintable;
    }

    void EndLine()
    {
        _longestLine = Math.Max(_longestLine, _column);
        _column = 0;
        _fromMatched = 0;
    }
}
