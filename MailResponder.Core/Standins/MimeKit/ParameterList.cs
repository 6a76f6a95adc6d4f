using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace MimeKit;

/// <summary>The parameters of Content-Type or Content-Disposition; a name stands once, whatever its case.</summary>
public sealed class ParameterList : Collection<Parameter>
{
    internal event Action? Changed;

    /// <summary>The value, or null if there is no such parameter. Setting adds or replaces.</summary>
    public string? this[string name]
    {
        get => TryGetValue(name, out Parameter? parameter) ? parameter.Value : null;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (TryGetValue(name, out Parameter? parameter))
                parameter.Value = value;
            else
                Add(name, value);
        }
    }

    public void Add(string name, string value) => Add(new Parameter(name, value));

    public bool Contains(string name) => IndexOf(name) >= 0;

    public int IndexOf(string name)
    {
        for (var i = 0; i < Count; i++)
            if (string.Equals(this[i].Name, name, StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }

    public bool Remove(string name)
    {
        var index = IndexOf(name);
        if (index >= 0)
            RemoveAt(index);
        return index >= 0;
    }

    public bool TryGetValue(string name, [NotNullWhen(true)] out Parameter? param)
    {
        param = IndexOf(name) is var i and >= 0 ? this[i] : null;
        return param is not null;
    }

    public bool TryGetValue(string name, [NotNullWhen(true)] out string? value)
    {
        value = this[name];
        return value is not null;
    }

    protected override void InsertItem(int index, Parameter item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (Contains(item.Name))
            throw new ArgumentException("There is a parameter of that name.", nameof(item));
        base.InsertItem(index, item);
        item.Changed += Raise;
        Raise();
    }

    protected override void SetItem(int index, Parameter item)
    {
        ArgumentNullException.ThrowIfNull(item);
        this[index].Changed -= Raise;
        base.SetItem(index, item);
        item.Changed += Raise;
        Raise();
    }

    protected override void RemoveItem(int index)
    {
        this[index].Changed -= Raise;
        base.RemoveItem(index);
        Raise();
    }

    protected override void ClearItems()
    {
        while (Count > 0)
            RemoveItem(Count - 1);
    }

    void Raise() => Changed?.Invoke();
}
