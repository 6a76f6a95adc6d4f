using System.Globalization;
using System.Text;
using MailResponder.Addresses;
using MailResponder.Files;

namespace MailResponder.Book;

/// <summary>
/// Writes lookup tables for Postfix that match the response book. One lists the domains that the book answers for, the
/// other the addresses that it knows. If the book has an entry for all unknown addresses of a domain, the second table
/// lists the whole domain, so that Postfix does not reject them. The tables are plain text, for the type texthash.
/// </summary>
internal static class PostfixMaps
{
    /// <summary>Writes the tables <c>domains</c> and <c>addresses</c>.</summary>
    /// <param name="folder">The folder for the tables. It is created if missing, readable by every user.</param>
    /// <returns>Whether any table changed, so that Postfix must read it again.</returns>
    /// <exception cref="ResponderException">A table cannot be written (<see cref="Cause.Output"/>).</exception>
    public static bool Write(string folder, ResponseBook book)
    {
        var domains = new SortedSet<string>(StringComparer.Ordinal);
        var addresses = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var address in book.Addresses)
        {
            var own = MailDomain.Of(address);
            foreach (var domain in Spellings(own))
            {
                addresses.Add(ResponseEntry.IsForUnknownOf(address) ? "@" + domain : address[..^own.Length] + domain);
                domains.Add(domain);
            }
        }

        return FileTrouble.InWords(Cause.Output, $"postfix_maps {folder}", () =>
        {
            NewFolder.Make(folder, NewFolder.OpenToAll);
            return AtomicFile.Write(Path.Join(folder, "domains"), Table(domains))
                | AtomicFile.Write(Path.Join(folder, "addresses"), Table(addresses));
        });
    }

    /// <summary>
    /// Returns the domain in its ASCII form and, for an internationalized domain, also in its Unicode form. A client
    /// with SMTPUTF8 may send either form, and Postfix does not convert one to the other.
    /// </summary>
    private static IEnumerable<string> Spellings(string domain)
    {
        yield return domain;
        var letters = InternationalForm(domain);
        if (MailDomain.TryNormalize(letters, out var back) && back == domain && letters != domain)
            yield return letters!;
    }

    private static string? InternationalForm(string domain)
    {
        try
        {
            return new IdnMapping().GetUnicode(domain);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Table(SortedSet<string> keys) => Encoding.UTF8.GetBytes(
        "# Made by `responder config pull` from the response book; changes here are lost.\n"
        + string.Concat(keys.Select(key => key + " OK\n")));
}
