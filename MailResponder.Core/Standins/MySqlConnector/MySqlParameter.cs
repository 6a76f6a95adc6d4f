using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

/// <summary>A named value; its .NET type says how it is sent.</summary>
public sealed class MySqlParameter : DbParameter
{
    public MySqlParameter()
    {
    }

    public MySqlParameter(string? name, object? value)
    {
        ParameterName = name;
        Value = value;
    }

    /// <summary>With or without the @ before it.</summary>
    [AllowNull]
    public override string ParameterName { get => field; set => field = value ?? ""; } = "";

    public override object? Value { get; set; }

    public override DbType DbType { get; set; }

    /// <summary>Input only.</summary>
    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input)
                throw new NotSupportedException($"ParameterDirection.{value} is not supported.");
        }
    }

    public override bool IsNullable { get; set; }

    public override int Size { get; set; }

    [AllowNull]
    public override string SourceColumn { get => field; set => field = value ?? ""; } = "";

    public override bool SourceColumnNullMapping { get; set; }

    internal ReadOnlySpan<char> BareName => ParameterName.AsSpan().TrimStart("@?");

    public override void ResetDbType() => DbType = default;
}
