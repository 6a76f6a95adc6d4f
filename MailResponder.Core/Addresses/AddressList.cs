using System.Diagnostics.CodeAnalysis;
using MimeKit;

namespace MailResponder.Addresses;

/// <summary>The addresses of a From, To or Cc field (RFC 5322, section 3.4), as MimeKit reads them.</summary>
internal static class AddressList
{
    /// <summary>
    /// The most commas and semicolons that a field may have. MimeKit scans the rest of the field at each word without a
    /// domain: 45,000 of them, which fit into a header, took 16 s.
    /// </summary>
    private const int MostSeparators = 500;

    /// <summary>False also when the field holds more than anybody writes.</summary>
    public static bool TryParse(byte[] value, [NotNullWhen(true)] out InternetAddressList? list)
    {
        list = null;
        return value.AsSpan().Count((byte)',') + value.AsSpan().Count((byte)';') <= MostSeparators
            && InternetAddressList.TryParse(value, out list);
    }
}
