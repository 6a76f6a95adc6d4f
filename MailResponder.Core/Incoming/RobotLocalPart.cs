namespace MailResponder.Incoming;

/// <summary>
/// Local parts of addresses where nobody reads a reply (RFC 3834, section 2; RFC 2142; and those of list servers).
/// </summary>
internal static class RobotLocalPart
{
    private static readonly string[] Whole = ["mailerdaemon", "postmaster", "complaints", "listserv", "majordomo"];

    /// <summary>Exchange sends its own reports from an address that begins with the last one.</summary>
    private static readonly string[] Beginnings = ["noreply", "donotreply", "microsoftexchange329e71ec88ae"];

    /// <summary>
    /// These match anywhere, with or without punctuation inside (files-no-reply), and with a number after them
    /// (noreply2). "bounce" and "bounces" are in the return addresses of Mailman, Sympa and mass mailers.
    /// </summary>
    private static readonly string[] Phrases =
    [
        "noreply", "noresponse", "norespond", "donotreply", "donotrespond", "donotanswer", "dontreply", "autoreply",
        "autoresponse", "autoresponder", "notreply", "noreplies", "bounce", "bounces",
        // Spanish, Portuguese, Italian, French, German, Dutch.
        "noresponder", "noresponda", "nocontestar", "naoresponder", "naoresponda", "nonrispondere", "nepasrepondre",
        "nichtantworten", "keineantwort", "nietbeantwoorden",
        // Swedish, Danish, Polish, Russian, Turkish.
        "svaraej", "svarainte", "ikkesvar", "svarikke", "nieodpowiadaj", "neotvechat", "cevaplamayiniz",
        "yanitlamayiniz",
    ];

    /// <summary>A word may also end in these: pleasedonotreply, emailnoreply.</summary>
    private static readonly string[] Endings = ["noreply", "donotreply"];

    /// <summary>Majordomo and similar programs send a list from such addresses.</summary>
    private static readonly string[] ListEndings = ["-owner", "-request", "-relay", "-outgoing"];

    /// <summary>
    /// Tags after mlmmj's delimiter, for the commands of a list. A mlmmj list writes no List- field unless it is
    /// configured to.
    /// </summary>
    private static readonly string[] ListTags = ["help", "owner", "confsub", "confunsub", "subscribe", "unsubscribe"];

    private static readonly char[] Digits = [.. "0123456789"];

    /// <summary>
    /// Whether the local part is a robot's. Case does not matter, nor does punctuation inside no-reply, do_not.reply
    /// and the like.
    /// </summary>
    /// <remarks>
    /// This does not detect VERP. Relays that hide people's addresses write the hidden address into From in the same
    /// form, such as alias+zahra=mail.example.net (addy.io).
    /// </remarks>
    public static bool Matches(string localPart)
    {
        var local = Unwrapped(localPart.Trim('"').ToLowerInvariant());
        // MDaemon is a mail server; m.daemon may be a person.
        if (local == "mdaemon" || IsOfListServer(local))
            return true;
        var plus = local.IndexOf('+');
        var name = string.Concat((plus > 0 ? local[..plus] : local).Split('-', '_', '.'));
        if (Whole.Contains(name) || Array.Exists(Beginnings, name.StartsWith))
            return true;
        return HasPhrase(local.Split('.', '-', '_', '+', '='));
    }

    /// <summary>Whether the local part of an envelope sender or Return-Path is a robot's.</summary>
    public static bool MatchesReturnPath(string localPart) =>
        Matches(localPart) || IsVerp(Unwrapped(localPart.Trim('"').ToLowerInvariant()));

    /// <summary>
    /// Whether the local part ends in the recipient's address, like get=example.com. List servers make such a sender
    /// for each subscriber.
    /// </summary>
    public static bool IsMadeOf(string recipient, string localPart) =>
        recipient.IndexOf('@') > 0
        && Unwrapped(localPart.ToLowerInvariant())
            .EndsWith(recipient.Replace('@', '='), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether both are the same mailbox's, apart from what forwarders put around it.</summary>
    public static bool IsOf(string author, string localPart) =>
        Unwrapped(localPart.Trim('"').ToLowerInvariant())
            .Equals(author.Trim('"'), StringComparison.OrdinalIgnoreCase);

    private static bool IsOfListServer(string local) =>
        local.StartsWith("owner-", StringComparison.Ordinal) || Array.Exists(ListEndings, local.EndsWith)
        || (local.IndexOf('+') is > 0 and var plus && Array.Exists(ListTags, local[(plus + 1)..].Split('-')[0].Equals));

    private static bool HasPhrase(string[] words)
    {
        for (var first = 0; first < words.Length; first++)
        {
            if (Array.Exists(Endings, words[first].TrimEnd(Digits).EndsWith))
                return true;
            var phrase = "";
            // The longest phrase, do-not-reply, has three words.
            for (var last = first; last < words.Length && last < first + 3; last++)
            {
                phrase += words[last];
                if (Phrases.Contains(phrase.TrimEnd(Digits)))
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Removes what forwarders and senders put around a person's local part: SRS0=hash=day=domain=joe, SRS1=…==…=joe
    /// and Microsoft 365's joe.x+SRS=hash=day=domain=joe (nothing is left of bounces+SRS=hash=day), BATV's prvs=tag=joe
    /// and btv1==tag==joe, Gmail's joe+caf_=forwarding-address and QQ Mail's 123456+auto_=forwarding-address. QQ Mail
    /// marks its automatic replies, whose sender has the same form, with X-QQ-AUTO-REPLY.
    /// </summary>
    private static string Unwrapped(string local)
    {
        if (local.IndexOf("+caf_=", StringComparison.Ordinal) is > 0 and var forwarding)
            return local[..forwarding];
        if (local.IndexOf("+auto_=", StringComparison.Ordinal) is > 0 and var number
            && !local.AsSpan(0, number).ContainsAnyExceptInRange('0', '9'))
        {
            return local[..number];
        }

        if (local.StartsWith("prvs=", StringComparison.Ordinal) || local.StartsWith("btv1=", StringComparison.Ordinal))
            return Behind(local["prvs=".Length..].TrimStart('='), 1).TrimStart('=');
        // A forwarder may write the first separator as + or -. SRS1 keeps the one of the SRS0 in it.
        if (local is ['s', 'r', 's', '0', '=' or '+' or '-', .. var once])
            return Behind(once, 3);
        if (local is ['s', 'r', 's', '1', '=' or '+' or '-', .. var twice])
            return Behind(twice, 2) is ['=' or '+' or '-', .. var inner] ? Behind(inner, 3) : "";
        return local.IndexOf("+srs=", StringComparison.Ordinal) is > 0 and var srs ? Behind(local[srs..], 4) : local;
    }

    /// <summary>Returns the text after that many equals signs; empty if there are fewer.</summary>
    private static string Behind(string text, int signs)
    {
        for (; signs > 0; signs--)
            text = text.IndexOf('=') is >= 0 and var at ? text[(at + 1)..] : "";
        return text;
    }

    /// <summary>
    /// Whether this is a variable envelope return path (VERP), which contains the recipient: list-7-get=example.com.
    /// </summary>
    private static bool IsVerp(string local)
    {
        if (local.Contains("-return-", StringComparison.Ordinal))
            return true;
        var equals = local.LastIndexOf('=');
        return equals > 0 && local.LastIndexOf('.') is var dot && dot > equals + 1 && dot < local.Length - 2
            && local.AsSpan(0, equals).ContainsAny('-', '+');
    }
}
