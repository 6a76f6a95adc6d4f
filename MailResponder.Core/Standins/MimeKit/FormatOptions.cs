namespace MimeKit;

/// <summary>Choices for writing a message. Sign and write with the same.</summary>
public sealed class FormatOptions
{
    readonly bool _isDefault;
    NewLineFormat _newLineFormat = Environment.NewLine.Length == 1 ? NewLineFormat.Unix : NewLineFormat.Dos;

    public FormatOptions()
    {
    }

    FormatOptions(bool isDefault) => _isDefault = isDefault;

    /// <summary>The shared options, which cannot be changed; <see cref="Clone"/> them.</summary>
    public static FormatOptions Default { get; } = new(true);

    /// <exception cref="InvalidOperationException">These are the shared options.</exception>
    public NewLineFormat NewLineFormat
    {
        get => _newLineFormat;
        set => _newLineFormat = _isDefault
            ? throw new InvalidOperationException("The default options cannot be changed.")
            : value == NewLineFormat.Mixed ? throw new ArgumentOutOfRangeException(nameof(value)) : value;
    }

    /// <summary>Whether headers may be raw UTF-8 (RFC 6532). Headers are always written in ASCII here.</summary>
    public bool International { get; set; }

    public FormatOptions Clone() => new() { _newLineFormat = _newLineFormat };

    internal ReadOnlySpan<byte> NewLine => _newLineFormat == NewLineFormat.Dos ? "\r\n"u8 : "\n"u8;
}
