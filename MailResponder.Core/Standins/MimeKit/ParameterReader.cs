using System.Text;
using MimeKit.Utils;

namespace MimeKit;

/// <summary>Reads "value; name=value" fields leniently, with RFC 2231 and RFC 2047 values.</summary>
sealed class ParameterReader(string text)
{
    readonly AddressScanner _scanner = new(text);
    readonly List<(string Name, int Section, bool IsEncoded, string Value)> _pieces = [];

    /// <summary>The token that stands next, empty if none.</summary>
    internal string ReadToken()
    {
        _scanner.SkipBlanks();
        var start = _scanner.Position;
        while (!_scanner.AtEnd && _scanner.Current is > ' ' and not (';' or '=' or '/' or '"' or '(' or ')' or ','))
            _scanner.Advance();
        var token = text[start.._scanner.Position];
        _scanner.SkipBlanks();
        return token;
    }

    /// <summary>Passes the character if it stands next.</summary>
    internal bool TryPass(char mark)
    {
        if (_scanner.AtEnd || _scanner.Current != mark)
            return false;
        _scanner.Advance();
        return true;
    }

    /// <summary>Reads all that follows; what is no parameter is passed over, the first of a name wins.</summary>
    internal void ReadInto(ParameterList parameters)
    {
        while (!_scanner.AtEnd)
        {
            _scanner.SkipTo(";");
            if (!TryPass(';'))
                break;
            var name = ReadToken();
            if (!TryPass('='))
                continue;
            _scanner.SkipBlanks();
            var value = !_scanner.AtEnd && _scanner.Current == '"' && _scanner.TryReadQuoted(out var quoted)
                ? quoted
                : ReadValue();
            Collect(name, value);
        }
        foreach (var (name, section, isEncoded, value) in _pieces)
            if (section <= 0 && ParameterWriter.IsToken(name) && !parameters.Contains(name))
                parameters.Add(name, section < 0 && !isEncoded ? Rfc2047.Decode(value) : Join(name, section));
    }

    string ReadValue()
    {
        var start = _scanner.Position;
        while (!_scanner.AtEnd && _scanner.Current is > ' ' and not ';')
            _scanner.Advance();
        return text[start.._scanner.Position];
    }

    // name, name*, name*0, name*0* (RFC 2231 3 and 4).
    void Collect(string name, string value)
    {
        const int maxPieces = 500;
        if (_pieces.Count >= maxPieces)
            return;
        var isEncoded = name.EndsWith('*');
        var bare = isEncoded ? name[..^1] : name;
        var star = bare.IndexOf('*', StringComparison.Ordinal);
        var section = -1;
        if (star >= 0 && byte.TryParse(bare.AsSpan(star + 1), out var number))
        {
            section = number;
            bare = bare[..star];
        }
        _pieces.Add((bare, section, isEncoded, value));
    }

    string Join(string name, int first)
    {
        var bytes = new List<byte>();
        var charset = "";
        for (var section = first; ; section++)
        {
            var at = _pieces.FindIndex(p => p.Section == section && (section >= 0 || p.IsEncoded)
                && p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (at < 0)
                break;
            var value = _pieces[at].Value;
            if (_pieces[at].IsEncoded && section == first && value.Split('\'', 3) is [var named, _, var rest])
                (charset, value) = (named, rest);
            AddBytes(bytes, value, _pieces[at].IsEncoded);
            if (section < 0)
                break;
        }
        return Charsets.Decode(bytes.ToArray(), charset);
    }

    static void AddBytes(List<byte> bytes, string value, bool isEncoded)
    {
        var raw = Encoding.UTF8.GetBytes(value);
        for (var i = 0; i < raw.Length; i++)
        {
            if (isEncoded && raw[i] == '%' && i + 2 < raw.Length
                && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                bytes.Add(Convert.FromHexString([(char)raw[i + 1], (char)raw[i + 2]])[0]);
                i += 2;
            }
            else
                bytes.Add(raw[i]);
        }
    }
}
