using System.Text;
using MimeKit.Utils;

namespace MimeKit;

/// <summary>One header field: its name, and its value both as bytes of the message and as readable text.</summary>
public sealed class Header
{
    byte[] _rawValue;
    string? _value;

    /// <summary>
    /// A new field. Line breaks and control characters in <paramref name="value"/> cannot reach the message;
    /// what is not ASCII is written as RFC 2047 words, and addresses are recognised where the field holds them.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty or has characters that RFC 5322 2.2 forbids.</exception>
    public Header(string field, string value)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(value);
        if (!IsFieldName(field))
            throw new ArgumentException("A header field name is printable ASCII without a colon.", nameof(field));
        Field = field;
        Id = field.ToHeaderId();
        _value = HeaderText.Clean(value);
        _rawValue = HeaderValueEncoder.Encode(Field, Id, _value);
    }

    /// <summary>A new field named by its number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number stands for no name.</exception>
    public Header(HeaderId id, string value) : this(id.ToHeaderName(), value)
    {
    }

    internal Header(string field, byte[] rawValue)
    {
        Field = field;
        Id = field.ToHeaderId();
        _rawValue = rawValue;
    }

    internal static bool IsFieldName(ReadOnlySpan<char> name) =>
        !name.IsEmpty && !name.ContainsAnyExceptInRange('!', '~') && !name.Contains(':');

    /// <summary>The name without colon or surrounding white space, in the case in which it was written.</summary>
    public string Field { get; }

    /// <summary>The number of the name, or <see cref="HeaderId.Unknown"/>.</summary>
    public HeaderId Id { get; }

    /// <summary>
    /// The text without folding, RFC 2047 words decoded, trimmed. Never holds CR or LF.
    /// Not fit for parsing addresses: a decoded word may look like syntax. Parse <see cref="RawValue"/> for that.
    /// </summary>
    public string Value
    {
        get => _value ??= HeaderText.Unfold(Rfc2047.DecodeText(_rawValue));
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _value = HeaderText.Clean(value);
            _rawValue = HeaderValueEncoder.Encode(Field, Id, _value);
        }
    }

    /// <summary>Everything after the colon as it stands in the message, folding and final line end included.</summary>
    public byte[] RawValue => _rawValue;

    /// <summary>Replaces the bytes after the colon; they are written as they are.</summary>
    /// <exception cref="ArgumentException">They do not end in a line feed.</exception>
    public void SetRawValue(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length == 0 || value[^1] != (byte)'\n')
            throw new ArgumentException("A raw header value ends in a line feed.", nameof(value));
        _rawValue = value;
        _value = null;
    }

    public override string ToString() => $"{Field}: {Value}";

    /// <summary>Writes the field with the wanted line ends, exactly as it is signed.</summary>
    internal void WriteTo(Stream stream, ReadOnlySpan<byte> newLine)
    {
        Span<byte> name = stackalloc byte[256];
        if (Encoding.ASCII.TryGetBytes(Field, name, out var length))
            stream.Write(name[..length]);
        else
            stream.Write(Encoding.ASCII.GetBytes(Field));
        stream.Write(":"u8);
        for (var rest = _rawValue.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            stream.Write(line is [.., (byte)'\r'] ? line[..^1] : line);
            stream.Write(newLine);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
    }
}
