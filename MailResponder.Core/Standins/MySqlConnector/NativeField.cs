using System.Runtime.InteropServices;

namespace MySqlConnector;

/// <summary>MYSQL_FIELD: what the server says of a column. 128 bytes on every 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct NativeField
{
    public const uint UnsignedFlag = 32;

    /// <summary>The "character set" of bytes that are no text.</summary>
    public const uint BinaryCharacterSet = 63;

    public byte* Name;
    readonly void* _originalName;
    readonly void* _table;
    readonly void* _originalTable;
    readonly void* _database;
    readonly void* _catalog;
    readonly void* _default;
    public nuint Length;

    /// <summary>Bytes of the longest value in the stored result, when the statement was asked to measure it.</summary>
    public nuint MaxLength;

    public uint NameLength;
    readonly uint _originalNameLength;
    readonly uint _tableLength;
    readonly uint _originalTableLength;
    readonly uint _databaseLength;
    readonly uint _catalogLength;
    readonly uint _defaultLength;
    public uint Flags;
    public uint Decimals;
    public uint CharacterSet;
    public NativeType Type;
    readonly void* _extension;
}
