using System.Collections;
using System.Data.Common;

namespace MySqlConnector;

/// <summary>The parameters of a command; names are found in any case, with or without the @.</summary>
public sealed class MySqlParameterCollection : DbParameterCollection
{
    readonly List<MySqlParameter> _parameters = [];

    public override int Count => _parameters.Count;

    public override object SyncRoot => ((ICollection)_parameters).SyncRoot;

    public new MySqlParameter this[int index] { get => _parameters[index]; set => _parameters[index] = value; }

    public new MySqlParameter this[string name]
    {
        get => _parameters[Existing(name)];
        set => _parameters[Existing(name)] = value;
    }

    public MySqlParameter AddWithValue(string parameterName, object? value) => Add(new MySqlParameter(parameterName, value));

    public MySqlParameter Add(MySqlParameter parameter)
    {
        _parameters.Add(parameter);
        return parameter;
    }

    public override int Add(object value)
    {
        _parameters.Add((MySqlParameter)value);
        return _parameters.Count - 1;
    }

    public override void AddRange(Array values)
    {
        foreach (var value in values)
            Add(value!);
    }

    public override void Clear() => _parameters.Clear();

    public override bool Contains(object value) => _parameters.Contains((MySqlParameter)value);

    public override bool Contains(string value) => IndexOf(value) >= 0;

    public override void CopyTo(Array array, int index) => ((ICollection)_parameters).CopyTo(array, index);

    public override IEnumerator GetEnumerator() => _parameters.GetEnumerator();

    public override int IndexOf(object value) => _parameters.IndexOf((MySqlParameter)value);

    public override int IndexOf(string parameterName)
    {
        var bare = parameterName.AsSpan().TrimStart("@?");
        for (var i = 0; i < _parameters.Count; i++)
        {
            if (_parameters[i].BareName.Equals(bare, StringComparison.OrdinalIgnoreCase))
                return i;
        }

        return -1;
    }

    public override void Insert(int index, object value) => _parameters.Insert(index, (MySqlParameter)value);

    public override void Remove(object value) => _parameters.Remove((MySqlParameter)value);

    public override void RemoveAt(int index) => _parameters.RemoveAt(index);

    public override void RemoveAt(string parameterName) => _parameters.RemoveAt(Existing(parameterName));

    internal MySqlParameter? Find(string name) => IndexOf(name) is >= 0 and var index ? _parameters[index] : null;

    protected override DbParameter GetParameter(int index) => _parameters[index];

    protected override DbParameter GetParameter(string parameterName) => this[parameterName];

    protected override void SetParameter(int index, DbParameter value) => _parameters[index] = (MySqlParameter)value;

    protected override void SetParameter(string parameterName, DbParameter value) => this[parameterName] = (MySqlParameter)value;

    int Existing(string name) => IndexOf(name) is >= 0 and var index ? index
        : throw new ArgumentException($"Parameter '{name}' not found in the collection", nameof(name));
}
