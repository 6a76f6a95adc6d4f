using System.Diagnostics.CodeAnalysis;
using MimeKit;

namespace MailResponder.Addresses;

/// <summary>Reads the addresses of a From, To or Cc field (RFC 5322, section 3.4) with MimeKit.</summary>
internal static class AddressList
{
    /// <summary>
    /// The most bytes that MimeKit may scan. At each word without a domain it scans the rest of the field: 45,000 such
    /// words in a header took 16 s, and 500 before a long rest half a second. A list of 150 addresses stays below.
    /// </summary>
    private const int MostScanned = 1_000_000;

    /// <summary>Parses a field. False if it cannot be parsed, or has more addresses than anyone writes.</summary>
    public static bool TryParse(byte[] value, [NotNullWhen(true)] out InternetAddressList? list)
    {
        list = null;
        var separators = (long)value.AsSpan().Count((byte)',') + value.AsSpan().Count((byte)';');
        return separators * value.Length <= MostScanned && InternetAddressList.TryParse(value, out list);
    }
}
