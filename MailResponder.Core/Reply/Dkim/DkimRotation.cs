using System.Security.Cryptography;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Reply.Dkim;

/// <summary>
/// Changes the key that signs, so that each signature can be checked all the time: the next key waits until DNS shows
/// it, and the record of the former one stays while mail is on its way that it signed.
/// </summary>
internal sealed class DkimRotation(DkimSettings dkim, TimeProvider clock)
{
    /// <summary>Longer than mail systems keep a message that cannot be delivered.</summary>
    private static readonly TimeSpan FormerIsNeeded = TimeSpan.FromDays(7);

    private const int LeastBits = 2048;

    /// <summary>The key whose record is still in DNS, and until when it is needed; null when there is none.</summary>
    /// <exception cref="ResponderException">It cannot be read.</exception>
    public (DkimKey Key, DateTimeOffset NeededUntil)? Former =>
        // The same one: whoever was to change the key got no further.
        DkimKey.LoadFormer(dkim) is { } former && former.Selector != DkimKey.Load(dkim).Selector
            ? (former, new DateTimeOffset(File.GetLastWriteTimeUtc(former.File)) + FormerIsNeeded) : null;

    /// <summary>Makes the next key, or finds that one waits already.</summary>
    /// <param name="selector">Null: that of the key that signs, with the next number behind it.</param>
    /// <param name="group">Who may read it beside its owner; null: the group of the user who runs this.</param>
    /// <returns>The key that waits, and whether it is new.</returns>
    /// <exception cref="ResponderException">It cannot be made, or it is too early.</exception>
    public (DkimKey Key, bool IsNew) Begin(string? selector, uint? group)
    {
        UnfinishedFile.DeleteThoseOf(dkim.NextKeyFile);
        if (DkimKey.LoadNext(dkim) is { } waiting)
            return (waiting, false);
        if (Former is { } former && former.NeededUntil > clock.GetUtcNow())
        {
            throw new ResponderException(Cause.InProgress,
                $"the record {former.Key.Record} is needed until {former.NeededUntil:yyyy-MM-dd HH:mm} UTC; "
                + $"wait, or when the key of now is in wrong hands: rm {former.Key.File}");
        }

        var current = DkimKey.Load(dkim);
        selector ??= Successor(current.Selector);
        if (!DkimSettings.IsSelector(selector) || selector == current.Selector)
        {
            throw new ResponderException(Cause.Usage, $"\"{selector}\" is no name for another DNS record than "
                + $"{current.Record}; give --selector, in letters, digits and hyphens, like mail2");
        }

        using var rsa = RSA.Create(Math.Max(LeastBits, DkimRecord.PublicKey(current).Bits));
        var text = DkimKey.TextOf(selector, rsa.ExportPkcs8PrivateKeyPem());
        var isNew = SecretFile.TryCreate(dkim.NextKeyFile, text, SecretFile.Mode, group);
        return (DkimKey.LoadNext(dkim)!, isNew);
    }

    /// <summary>Has the next key sign, from the one rename on. Killed before it, the one of now goes on.</summary>
    /// <param name="group">Who may read the former key beside its owner.</param>
    /// <exception cref="ResponderException">The files cannot be written.</exception>
    public void Switch(uint? group)
    {
        var former = System.Text.Encoding.UTF8.GetBytes(DkimKey.Load(dkim).TextWithSelector);
        SecretFile.Put(dkim.FormerKeyFile, SecretFile.Mode, group, stream => stream.Write(former));
        SecretFile.Move(dkim.NextKeyFile, dkim.KeyFile);
    }

    /// <summary>"mail2" after "mail", "mail3" after "mail2".</summary>
    private static string Successor(string selector)
    {
        var digits = selector.Length - selector.AsSpan().TrimEnd("0123456789").Length;
        return ulong.TryParse(selector.AsSpan(selector.Length - digits), out var number)
            ? $"{selector.AsSpan(0, selector.Length - digits)}{number + 1}"
            : selector + "2";
    }
}
