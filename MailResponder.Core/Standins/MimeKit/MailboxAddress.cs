using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MimeKit.Utils;

namespace MimeKit;

/// <summary>One person's address: a display name, which may be missing, and local-part@domain.</summary>
public sealed class MailboxAddress : InternetAddress
{
    static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false };

    /// <summary>An address given by the program; an empty one is allowed.</summary>
    /// <exception cref="ParseException"><paramref name="address"/> is no addr-spec.</exception>
    public MailboxAddress(string? name, string address) : base(name)
    {
        ArgumentNullException.ThrowIfNull(address);
        LocalPart = Domain = "";
        if (address.Length == 0)
            return;
        if (!TryParse(address, out var parsed) || parsed.Name is not null)
            throw new ParseException("Not an address of the form local-part@domain.", 0, 0);
        LocalPart = parsed.LocalPart;
        Domain = parsed.Domain;
    }

    internal MailboxAddress(string? name, string localPart, string domain) : base(name)
    {
        LocalPart = localPart;
        Domain = domain;
    }

    /// <summary>The addr-spec without comments or route; without "@" where there is no domain.</summary>
    public string Address => Domain.Length == 0 ? LocalPart : LocalPart + "@" + Domain;

    /// <summary>What stands before the last "@", quoted only where it must be.</summary>
    public string LocalPart { get; }

    /// <summary>The domain as it was written, or a literal in brackets; empty where it is missing.</summary>
    public string Domain { get; }

    /// <summary>Whether the address has characters beyond ASCII.</summary>
    public bool IsInternational => !Ascii.IsValid(LocalPart) || !Ascii.IsValid(Domain);

    /// <summary>Reads text that is one mailbox and nothing else. A domain may be missing.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MailboxAddress? mailbox)
    {
        ArgumentNullException.ThrowIfNull(text);
        var addresses = new InternetAddressList();
        var isClean = new AddressParser(text).Read(addresses);
        mailbox = isClean && addresses.Count == 1 ? addresses[0] as MailboxAddress : null;
        return mailbox is not null;
    }

    /// <summary>The same for the bytes of a header value.</summary>
    public static bool TryParse(byte[] buffer, [NotNullWhen(true)] out MailboxAddress? mailbox)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return TryParse(Charsets.DecodeUnlabelled(buffer), out mailbox);
    }

    /// <summary>The address with its domain as A-labels (for SMTP without SMTPUTF8) or as U-labels.</summary>
    public string GetAddress(bool idnEncode) => idnEncode ? EncodeAddrspec(Address) : DecodeAddrspec(Address);

    /// <summary>The domain of an addr-spec as A-labels (RFC 5891); unchanged where it has no such form.</summary>
    public static string EncodeAddrspec(string addrspec)
    {
        ArgumentNullException.ThrowIfNull(addrspec);
        var at = addrspec.LastIndexOf('@');
        return at < 0 || Ascii.IsValid(addrspec.AsSpan(at)) ? addrspec : Convert(addrspec, at, Idn.GetAscii);
    }

    /// <summary>The domain of an addr-spec as U-labels; unchanged where it has no such form.</summary>
    public static string DecodeAddrspec(string addrspec)
    {
        ArgumentNullException.ThrowIfNull(addrspec);
        var at = addrspec.LastIndexOf('@');
        return at < 0 || !addrspec.AsSpan(at).Contains("xn--", StringComparison.OrdinalIgnoreCase)
            ? addrspec
            : Convert(addrspec, at, Idn.GetUnicode);
    }

    public override string ToString() => string.IsNullOrEmpty(Name) ? Address : $"{HeaderText.Quote(Name)} <{Address}>";

    internal override void AppendTo(HeaderFolder folder, string suffix)
    {
        var address = EncodeAddrspec(Address);
        if (string.IsNullOrEmpty(Name))
        {
            folder.AppendToken(address.Length == 0 ? "<>" + suffix : address + suffix);
            return;
        }
        AppendPhrase(folder, Name);
        folder.AppendToken($"<{address}>{suffix}");
    }

    static string Convert(string addrspec, int at, Func<string, string> convert)
    {
        try
        {
            return string.Concat(addrspec.AsSpan(0, at + 1), convert(addrspec[(at + 1)..]));
        }
        catch (ArgumentException)
        {
            return addrspec;
        }
    }
}
