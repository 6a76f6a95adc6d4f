namespace MailResponder.Tests.Faults;

/// <summary>Invalid data that a server may send. Each method ends when the receiver stops reading.</summary>
internal static class Noise
{
    /// <summary>Sends random bytes, the same in each run.</summary>
    public static void WithoutEnd(Stream to, byte[] last)
    {
        var bytes = new byte[1 << 16];
        for (var random = new Random(1); ;)
        {
            random.NextBytes(bytes);
            to.Write(bytes);
        }
    }

    /// <summary>Sends packets of the largest size, each of which continues in the next.</summary>
    public static void OnePacketWithoutEnd(Stream to, byte[] last)
    {
        var bytes = new byte[0xffffff];
        for (byte number = 0; ; number++)
        {
            to.Write([0xff, 0xff, 0xff, number]);
            to.Write(bytes);
        }
    }

    /// <summary>Sends a row of the server again and again.</summary>
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
