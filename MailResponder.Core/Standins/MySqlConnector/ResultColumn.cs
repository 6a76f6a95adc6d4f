using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MySqlConnector;

/// <summary>One column of a result: its name, its .NET type, and the buffer into which the library puts each row's value.</summary>
sealed unsafe class ResultColumn
{
    const uint SignedTinyAsBoolean = 1;
    readonly NativeType _type;
    readonly bool _unsigned;
    readonly bool _binary;
    readonly byte[] _buffer;
    readonly nuint[] _length = GC.AllocateArray<nuint>(1, pinned: true);
    readonly byte[] _null = GC.AllocateArray<byte>(1, pinned: true);

    public ResultColumn(in NativeField field)
    {
        Name = Encoding.UTF8.GetString(field.Name, (int)field.NameLength);
        _type = field.Type;
        _unsigned = (field.Flags & NativeField.UnsignedFlag) != 0;
        _binary = field.CharacterSet == NativeField.BinaryCharacterSet;
        Type = TypeOf(field.Length);
        _buffer = GC.AllocateArray<byte>(Math.Max(sizeof(NativeTime), (int)field.MaxLength), pinned: true);
    }

    public string Name { get; }

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public Type Type { get; }

    public string TypeName => _type.ToString().ToUpperInvariant();

    /// <summary>Valid as long as this column is kept alive.</summary>
    public NativeBind Bind() => new()
    {
        BufferType = _type switch
        {
            NativeType.Tiny or NativeType.Short or NativeType.Int24 or NativeType.Long or NativeType.LongLong or NativeType.Year => NativeType.LongLong,
            NativeType.Float or NativeType.Double => NativeType.Double,
            NativeType.Date or NativeType.DateTime or NativeType.Timestamp or NativeType.Time => _type,
            _ => NativeType.Blob,
        },
        IsUnsigned = (byte)(_unsigned ? 1 : 0),
        Buffer = Address(_buffer),
        BufferLength = (nuint)_buffer.Length,
        Length = (nuint*)Address(_length),
        IsNull = (byte*)Address(_null),
    };

    /// <summary>The value of the row that was fetched last; <see cref="DBNull"/> for NULL.</summary>
    public object Value()
    {
        if (_null[0] != 0)
            return DBNull.Value;
        switch (_type)
        {
            case NativeType.Tiny or NativeType.Short or NativeType.Int24 or NativeType.Long or NativeType.LongLong or NativeType.Year:
                var number = BitConverter.ToInt64(_buffer);
                return Type == typeof(ulong) ? (ulong)number : Type == typeof(long) ? number
                    : Convert.ChangeType(number, Type, CultureInfo.InvariantCulture);
            case NativeType.Float:
                return (float)BitConverter.ToDouble(_buffer);
            case NativeType.Double:
                return BitConverter.ToDouble(_buffer);
            case NativeType.Date or NativeType.DateTime or NativeType.Timestamp:
                return MemoryMarshal.Read<NativeTime>(_buffer).ToDateTime();
            case NativeType.Time:
                return MemoryMarshal.Read<NativeTime>(_buffer).ToTimeSpan();
        }

        var bytes = _buffer.AsSpan(0, (int)_length[0]);
        if (_type == NativeType.Bit)
            return BigEndian(bytes);
        if (Type == typeof(byte[]))
            return bytes.ToArray();
        var text = Encoding.UTF8.GetString(bytes);
        return Type == typeof(decimal) ? decimal.Parse(text, CultureInfo.InvariantCulture) : text;
    }

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    Type TypeOf(nuint length) => _type switch
    {
        NativeType.Tiny => length == SignedTinyAsBoolean && !_unsigned ? typeof(bool) : _unsigned ? typeof(byte) : typeof(sbyte),
        NativeType.Short => _unsigned ? typeof(ushort) : typeof(short),
        NativeType.Int24 or NativeType.Long => _unsigned ? typeof(uint) : typeof(int),
        NativeType.Year => typeof(int),
        NativeType.LongLong => _unsigned ? typeof(ulong) : typeof(long),
        NativeType.Float => typeof(float),
        NativeType.Double => typeof(double),
        NativeType.Decimal or NativeType.NewDecimal => typeof(decimal),
        NativeType.Date or NativeType.DateTime or NativeType.Timestamp => typeof(DateTime),
        NativeType.Time => typeof(TimeSpan),
        NativeType.Bit => typeof(ulong),
        _ => _binary ? typeof(byte[]) : typeof(string),
    };

    static ulong BigEndian(ReadOnlySpan<byte> bytes)
    {
        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        whole.Clear();
        bytes.CopyTo(whole[^bytes.Length..]);
        return BinaryPrimitives.ReadUInt64BigEndian(whole);
    }

    static void* Address<T>(T[] pinned) => (void*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
