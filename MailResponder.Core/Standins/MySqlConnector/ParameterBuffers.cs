using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MySqlConnector;

/// <summary>Parameter values in memory that stays in its place while the library reads it.</summary>
sealed unsafe class ParameterBuffers
{
    readonly NativeBind[] _binds;
    readonly nuint[] _lengths;
    readonly List<byte[]> _values = [];

    /// <exception cref="NotSupportedException">A value of a type that has no place in a database.</exception>
    public ParameterBuffers(IReadOnlyList<MySqlParameter> parameters)
    {
        _binds = GC.AllocateArray<NativeBind>(Math.Max(1, parameters.Count), pinned: true);
        _lengths = GC.AllocateArray<nuint>(Math.Max(1, parameters.Count), pinned: true);
        for (var i = 0; i < parameters.Count; i++)
            Set(i, parameters[i].Value);
    }

    /// <summary>Valid as long as this object is kept alive.</summary>
    public NativeBind* Binds => (NativeBind*)Marshal.UnsafeAddrOfPinnedArrayElement(_binds, 0);

    void Set(int index, object? value)
    {
        if (value is Enum)
            value = Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()), CultureInfo.InvariantCulture);
        switch (value)
        {
            case null or DBNull:
                _binds[index].BufferType = NativeType.Null;
                break;
            case bool or sbyte or byte or short or ushort or int or uint or long:
                Copy(index, NativeType.LongLong, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                Copy(index, NativeType.LongLong, number);
                _binds[index].IsUnsigned = 1;
                break;
            case float or double:
                Copy(index, NativeType.Double, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case decimal number:
                Set(index, NativeType.NewDecimal, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
                break;
            case DateTime time:
                Copy(index, NativeType.DateTime, NativeTime.Of(time));
                break;
            case DateTimeOffset time:
                Copy(index, NativeType.DateTime, NativeTime.Of(time.UtcDateTime));
                break;
            case TimeSpan span:
                Copy(index, NativeType.Time, NativeTime.Of(span));
                break;
            case byte[] bytes:
                Set(index, NativeType.Blob, bytes);
                break;
            case ReadOnlyMemory<byte> bytes:
                Set(index, NativeType.Blob, bytes.Span);
                break;
            case string or char or Guid:
                Set(index, NativeType.String, Encoding.UTF8.GetBytes(value.ToString()!));
                break;
            default:
                throw new NotSupportedException($"Parameter type {value.GetType().Name} is not supported.");
        }
    }

    void Copy<T>(int index, NativeType type, T value) where T : unmanaged =>
        Set(index, type, new ReadOnlySpan<byte>(&value, sizeof(T)));

    void Set(int index, NativeType type, ReadOnlySpan<byte> bytes)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(Math.Max(1, bytes.Length), pinned: true);
        bytes.CopyTo(buffer);
        _values.Add(buffer);
        _lengths[index] = (nuint)bytes.Length;
        ref var bind = ref _binds[index];
        bind.BufferType = type;
        bind.Buffer = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0);
        bind.BufferLength = (nuint)bytes.Length;
        bind.Length = (nuint*)Unsafe.AsPointer(ref _lengths[index]);
    }
}
