using System.Security.Cryptography;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Reply.Dkim;

/// <summary>
/// Changes the key that signs so that every signature can be checked at any time. The next key waits until DNS shows
/// its record. The record of the former key stays while mail that it signed may still be on its way.
/// </summary>
internal sealed class DkimRotation(DkimSettings dkim, TimeProvider clock)
{
    /// <summary>
    /// How long the former record is needed: longer than mail systems keep a message that cannot be delivered.
    /// </summary>
    private static readonly TimeSpan FormerIsNeeded = TimeSpan.FromDays(7);

    private const int LeastBits = 2048;

    /// <summary>The former key, and until when its record is needed in DNS; null if there is none.</summary>
    /// <exception cref="ResponderException">A key cannot be read.</exception>
    public (DkimKey Key, DateTimeOffset NeededUntil)? Former =>
        // If the selectors are the same, a change was interrupted after it had copied the current key.
        DkimKey.LoadFormer(dkim) is { } former && former.Selector != DkimKey.Load(dkim).Selector
            ? (former, new DateTimeOffset(File.GetLastWriteTimeUtc(former.File)) + FormerIsNeeded) : null;

    /// <summary>Makes the next key, unless one is waiting already.</summary>
    /// <param name="selector">
    /// The selector of the next key. If null, it is the current one with the next number after it.
    /// </param>
    /// <param name="group">
    /// The group that may read the key in addition to its owner; null for the group of the user who runs this.
    /// </param>
    /// <returns>The key that waits, and whether it is new.</returns>
    /// <exception cref="ResponderException">The key cannot be made, or it is too early for one.</exception>
    public (DkimKey Key, bool IsNew) Begin(string? selector, uint? group)
    {
        UnfinishedFile.DeleteThoseOf(dkim.NextKeyFile);
        if (DkimKey.LoadNext(dkim) is { } waiting)
            return (waiting, false);
        if (Former is { } former && former.NeededUntil > clock.GetUtcNow())
        {
            throw new ResponderException(Cause.InProgress,
                $"the record {former.Key.Record} is needed until {former.NeededUntil:yyyy-MM-dd HH:mm} UTC; "
                + $"wait or, if the current key is in the wrong hands: rm {former.Key.File}");
        }

        var current = DkimKey.Load(dkim);
        selector ??= Successor(current.Selector);
        if (!DkimSettings.IsSelector(selector) || selector == current.Selector)
        {
            throw new ResponderException(Cause.Usage, $"\"{selector}\" is not a valid selector, or is the one of "
                + $"{current.Record}; give --selector another one, in letters, digits and hyphens, like mail2");
        }

        using var rsa = RSA.Create(Math.Max(LeastBits, DkimRecord.PublicKey(current).Bits));
        var text = DkimKey.TextOf(selector, rsa.ExportPkcs8PrivateKeyPem());
        var isNew = SecretFile.TryCreate(dkim.NextKeyFile, text, SecretFile.Mode, group);
        return (DkimKey.LoadNext(dkim)!, isNew);
    }

    /// <summary>
    /// Makes the next key the one that signs. A single rename brings it into force. If the process is killed before
    /// that, the current key continues to sign.
    /// </summary>
    /// <param name="group">The group that may read the former key in addition to its owner.</param>
    /// <exception cref="ResponderException">The files cannot be written.</exception>
    public void Switch(uint? group)
    {
        var former = System.Text.Encoding.UTF8.GetBytes(DkimKey.Load(dkim).TextWithSelector);
        SecretFile.Put(dkim.FormerKeyFile, SecretFile.Mode, group, stream => stream.Write(former));
        SecretFile.Move(dkim.NextKeyFile, dkim.KeyFile);
    }

    /// <summary>Returns "mail2" after "mail", and "mail3" after "mail2".</summary>
    private static string Successor(string selector)
    {
        var digits = selector.Length - selector.AsSpan().TrimEnd("0123456789").Length;
        return ulong.TryParse(selector.AsSpan(selector.Length - digits), out var number)
            ? $"{selector.AsSpan(0, selector.Length - digits)}{number + 1}"
            : selector + "2";
    }
}
