namespace MailResponder.Tests.Faults;

/// <summary>What a server may send that makes no sense. Each ends when nobody takes it any more.</summary>
internal static class Noise
{
    /// <summary>Bytes at random, the same in each run.</summary>
    public static void WithoutEnd(Stream to, byte[] last)
    {
        var bytes = new byte[1 << 16];
        for (var random = new Random(1); ;)
        {
            random.NextBytes(bytes);
            to.Write(bytes);
        }
    }

    /// <summary>Packets of the largest size, each of which is continued by the next.</summary>
    public static void OnePacketWithoutEnd(Stream to, byte[] last)
    {
        var bytes = new byte[0xffffff];
        for (byte number = 0; ; number++)
        {
            to.Write([0xff, 0xff, 0xff, number]);
            to.Write(bytes);
        }
    }

    /// <summary>A row of the server's, again and again.</summary>
    public static void RowsWithoutEnd(Stream to, byte[] row)
    {
        var rows = new byte[256 * row.Length];
        for (var i = 0; i < 256; i++)
        {
            row[3]++;
            row.CopyTo(rows, i * row.Length);
        }

        while (true) to.Write(rows);
    }
}
