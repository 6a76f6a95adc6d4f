using System.Globalization;
using System.Text;
using MailResponder.Addresses;
using MailResponder.Files;

namespace MailResponder.Book;

/// <summary>
/// Lookup tables for Postfix that follow the response book: the domains that it answers for, and the addresses that
/// it knows. Where it has an entry for those that it does not know, the domain as a whole: Postfix must not refuse them
/// then. Plain text, for the types texthash and (domains, without values) a file name in a list.
/// </summary>
internal static class PostfixMaps
{
    /// <returns>Whether any table changed, so that Postfix has to read it again.</returns>
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
    /// As it is in the DNS and, when it is a name in other letters, in these: a client with SMTPUTF8 may write either,
    /// and Postfix compares them as they are.
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
