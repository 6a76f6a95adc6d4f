using System.Collections.ObjectModel;

namespace MimeKit;

/// <summary>The header block in its order. Names are compared without regard to case.</summary>
public sealed class HeaderList : Collection<Header>
{
    /// <summary>
    /// Reads header fields up to the empty line or the end; what the stream holds beyond may have been read ahead.
    /// Takes any bytes: a line that is no field is passed over together with its continuation lines.
    /// </summary>
    /// <exception cref="IOException">The stream failed.</exception>
    public static HeaderList Load(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new HeaderBlockReader(stream).Read(cancellationToken);
    }

    // Declared here too, or [0] would be taken for a HeaderId.
    public new Header this[int index]
    {
        get => base[index];
        set => base[index] = value;
    }

    /// <summary>The text of the first such field, or null. Setting replaces the first and removes the others.</summary>
    public string? this[HeaderId id]
    {
        get => IndexOf(id) is var i and >= 0 ? this[i].Value : null;
        set => Replace(new Header(id, value ?? throw new ArgumentNullException(nameof(value))));
    }

    /// <summary>The text of the first such field, or null. Setting replaces the first and removes the others.</summary>
    public string? this[string field]
    {
        get => IndexOf(field) is var i and >= 0 ? this[i].Value : null;
        set => Replace(new Header(field, value ?? throw new ArgumentNullException(nameof(value))));
    }

    public void Add(HeaderId id, string value) => Add(new Header(id, value));

    public void Add(string field, string value) => Add(new Header(field, value));

    public void Insert(int index, HeaderId id, string value) => Insert(index, new Header(id, value));

    public void Insert(int index, string field, string value) => Insert(index, new Header(field, value));

    public bool Contains(HeaderId id) => IndexOf(id) >= 0;

    public bool Contains(string field) => IndexOf(field) >= 0;

    /// <summary>The place of the first such field, or -1.</summary>
    public int IndexOf(HeaderId id)
    {
        for (var i = 0; i < Count; i++)
            if (this[i].Id == id)
                return i;
        return -1;
    }

    /// <summary>The place of the first such field, or -1.</summary>
    public int IndexOf(string field)
    {
        for (var i = 0; i < Count; i++)
            if (IsNamed(i, field))
                return i;
        return -1;
    }

    /// <summary>The place of the last such field, or -1.</summary>
    public int LastIndexOf(HeaderId id)
    {
        var i = Count - 1;
        while (i >= 0 && this[i].Id != id)
            i--;
        return i;
    }

    /// <summary>The place of the last such field, or -1.</summary>
    public int LastIndexOf(string field)
    {
        var i = Count - 1;
        while (i >= 0 && !IsNamed(i, field))
            i--;
        return i;
    }

    /// <summary>Removes the first such field; false if there is none.</summary>
    public bool Remove(HeaderId id) => RemoveFound(IndexOf(id));

    /// <summary>Removes the first such field; false if there is none.</summary>
    public bool Remove(string field) => RemoveFound(IndexOf(field));

    public void RemoveAll(HeaderId id)
    {
        for (var i = Count - 1; i >= 0; i--)
            if (this[i].Id == id)
                RemoveAt(i);
    }

    public void RemoveAll(string field)
    {
        for (var i = Count - 1; i >= 0; i--)
            if (IsNamed(i, field))
                RemoveAt(i);
    }

    /// <summary>Puts the field in place of the first of its name, or at the end, and removes the others.</summary>
    public void Replace(Header header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var first = IndexOf(header.Field);
        if (first < 0)
        {
            Add(header);
            return;
        }
        this[first] = header;
        for (var i = Count - 1; i > first; i--)
            if (IsNamed(i, header.Field))
                RemoveAt(i);
    }

    internal void WriteTo(Stream stream, ReadOnlySpan<byte> newLine)
    {
        foreach (var header in this)
            header.WriteTo(stream, newLine);
    }

    bool IsNamed(int index, string field) =>
        string.Equals(this[index].Field, field, StringComparison.OrdinalIgnoreCase);

    bool RemoveFound(int index)
    {
        if (index < 0)
            return false;
        RemoveAt(index);
        return true;
    }
}
