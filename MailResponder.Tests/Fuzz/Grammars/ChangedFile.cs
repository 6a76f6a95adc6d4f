namespace MailResponder.Tests.Fuzz;

/// <summary>
/// Applies an input's changes to a real file, so that inputs stay useful when the file format changes. The first byte
/// of the input says which checksums are corrected afterwards. Each change has a byte for its kind, two for the
/// position, one for the number of bytes, and the bytes to write or insert.
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
