using System.Diagnostics.CodeAnalysis;
using MimeKit;

namespace MailResponder.Addresses;

/// <summary>Reads the addresses of a From, To or Cc field (RFC 5322, section 3.4) with MimeKit.</summary>
internal static class AddressList
{
    /// <summary>
    /// The most commas and semicolons that a field may have. MimeKit scans the rest of the field at each word without a
    /// domain. A header has room for 45,000 such words, which took 16 s.
    /// </summary>
    private const int MostSeparators = 500;

    /// <summary>Parses a field. False if it cannot be parsed, or has more addresses than anyone writes.</summary>
    public static bool TryParse(byte[] value, [NotNullWhen(true)] out InternetAddressList? list)
    {
        list = null;
        return value.AsSpan().Count((byte)',') + value.AsSpan().Count((byte)';') <= MostSeparators
            && InternetAddressList.TryParse(value, out list);
    }
}
