namespace MailResponder.Tests.Fuzz;

/// <summary>
/// A real file as an input changes it, so that the inputs stay good when the format becomes another one. The input is a
/// byte that says which checksums are right all the same, and changes: a byte for the kind, two for the place, one for
/// the number of bytes, and what is written or inserted.
/// </summary>
internal static class ChangedFile
{
    public static byte[] Make(byte[] good, ReadOnlySpan<byte> input, out int mended)
    {
        var file = new List<byte>(good);
        mended = input.IsEmpty ? 0 : input[0];
        for (var rest = input.IsEmpty ? input : input[1..]; rest.Length >= 4;)
        {
            var (kind, place, count) = (rest[0], (rest[1] | (rest[2] << 8)) % (file.Count + 1), rest[3]);
            rest = rest[4..];
            var bytes = rest[..Math.Min(count, rest.Length)];
            switch (kind % 4)
            {
                case 0:
                    for (var i = 0; i < bytes.Length && place + i < file.Count; i++)
                        file[place + i] = bytes[i];
                    rest = rest[bytes.Length..];
                    break;
                case 1:
                    file.InsertRange(place, bytes.ToArray());
                    rest = rest[bytes.Length..];
                    break;
                case 2:
                    file.RemoveRange(place, Math.Min(count, file.Count - place));
                    break;
                default:
                    file.RemoveRange(place, file.Count - place);
                    break;
            }
        }

        return [.. file];
    }
}
