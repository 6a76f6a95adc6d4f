using System.Buffers.Binary;
using System.Numerics;

namespace MailResponder.Rendering;

/// <summary>CRC-32C, by which damage is found: not the work of an enemy, who could write the folder as well.</summary>
internal static class Checksum
{
    /// <param name="bytes">What is summed up.</param>
    /// <param name="place">Where it stands: the same bytes elsewhere have another sum.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint place = 0)
    {
        var sum = BitOperations.Crc32C(~0u, place);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            sum = BitOperations.Crc32C(sum, b);
        return ~sum;
    }
}
