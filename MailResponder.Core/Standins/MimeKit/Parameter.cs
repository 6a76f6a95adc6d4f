namespace MimeKit;

/// <summary>A parameter of Content-Type or Content-Disposition. Control characters in its value are dropped.</summary>
public sealed class Parameter
{
    string _value;
    ParameterEncodingMethod _encodingMethod;

    /// <exception cref="ArgumentException">The name is no RFC 2045 token.</exception>
    public Parameter(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!ParameterWriter.IsToken(name))
            throw new ArgumentException("A parameter name is a token (RFC 2045 5.1).", nameof(name));
        Name = name;
        _value = HeaderText.Clean(value);
    }

    internal event Action? Changed;

    public string Name { get; }

    public string Value
    {
        get => _value;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _value = HeaderText.Clean(value);
            Changed?.Invoke();
        }
    }

    /// <summary>How the value is written where it is not ASCII.</summary>
    public ParameterEncodingMethod EncodingMethod
    {
        get => _encodingMethod;
        set
        {
            _encodingMethod = value;
            Changed?.Invoke();
        }
    }

    public override string ToString() => $"{Name}=\"{Value}\"";
}
