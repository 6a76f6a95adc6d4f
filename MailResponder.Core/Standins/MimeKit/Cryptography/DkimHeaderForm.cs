using System.Text;

namespace MimeKit.Cryptography;

/// <summary>Header fields in canonical form (RFC 6376 3.4.1, 3.4.2).</summary>
static class DkimHeaderForm
{
    /// <summary>Appends the field, with its final CRLF unless it is the signature field itself.</summary>
    internal static void Append(Stream target, Header header, DkimCanonicalizationAlgorithm form, bool endsLine)
    {
        if (form == DkimCanonicalizationAlgorithm.Relaxed)
            AppendRelaxed(target, header);
        else
            AppendSimple(target, header);
        if (endsLine)
            target.Write("\r\n"u8);
    }

    static void AppendSimple(Stream target, Header header)
    {
        using var written = new MemoryStream();
        header.WriteTo(written, "\r\n"u8);
        target.Write(written.GetBuffer(), 0, (int)written.Length - 2);
    }

    static void AppendRelaxed(Stream target, Header header)
    {
        target.Write(Encoding.ASCII.GetBytes(header.Field.ToLowerInvariant()));
        target.WriteByte((byte)':');
        var blank = false;
        var hasText = false;
        foreach (var b in header.RawValue)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                blank = true;
                continue;
            }
            if (blank && hasText)
                target.WriteByte((byte)' ');
            target.WriteByte(b);
            hasText = true;
            blank = false;
        }
    }
}
