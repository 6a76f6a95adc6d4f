using System.Runtime.InteropServices;

namespace MySqlConnector;

/// <summary>MYSQL_BIND: a buffer for one parameter or one column. 112 bytes on every 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct NativeBind
{
    public nuint* Length;
    public byte* IsNull;
    public void* Buffer;
    public byte* Error;
    readonly void* _row;
    readonly void* _storeParameter;
    readonly void* _fetchResult;
    readonly void* _skipResult;
    public nuint BufferLength;
    readonly nuint _offset;
    readonly nuint _lengthValue;
    readonly uint _flags;
    readonly uint _packLength;
    public NativeType BufferType;
    readonly byte _errorValue;
    public byte IsUnsigned;
    readonly byte _longDataUsed;
    readonly byte _isNullValue;
    readonly void* _extension;
}
