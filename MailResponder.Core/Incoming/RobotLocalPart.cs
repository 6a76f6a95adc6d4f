namespace MailResponder.Incoming;

/// <summary>
/// Local parts behind which nobody reads a reply (RFC 3834, section 2; RFC 2142; the list servers' own).
/// </summary>
internal static class RobotLocalPart
{
    private static readonly string[] Whole = ["mailerdaemon", "postmaster", "complaints", "listserv", "majordomo"];

    private static readonly string[] Beginnings = ["noreply", "donotreply"];

    /// <summary>
    /// Anywhere, with punctuation inside or not (files-no-reply), and with a number behind (noreply2). Bounces are
    /// Mailman's, Sympa's and mass mailers' returns.
    /// </summary>
    private static readonly string[] Phrases =
        ["noreply", "donotreply", "dontreply", "autoreply", "bounce", "bounces"];

    /// <summary>Only behind another word: what Majordomo and its like send a list by.</summary>
    private static readonly string[] LaterWords = ["relay", "outgoing"];

    /// <summary>
    /// Behind mlmmj's delimiter: what a list does for its readers. A mlmmj list has no List- field unless it is given
    /// one.
    /// </summary>
    private static readonly string[] ListTags = ["help", "owner", "confsub", "confunsub", "subscribe", "unsubscribe"];

    /// <summary>Of forwarders (SRS, Gmail) and of signed senders (BATV).</summary>
    private static readonly string[] PeoplesMarks = ["srs0", "srs1", "+srs=", "+caf_=", "prvs=", "btv1="];

    /// <summary>Case does not matter, nor does the punctuation inside of no-reply, do_not.reply and the like.</summary>
    public static bool Matches(string localPart)
    {
        var local = localPart.Trim('"').ToLowerInvariant();
        if (IsOfListServer(local))
            return true;
        var plus = local.IndexOf('+');
        var name = string.Concat((plus > 0 ? local[..plus] : local).Split('-', '_', '.'));
        if (Whole.Contains(name) || Array.Exists(Beginnings, name.StartsWith))
            return true;
        return HasPhrase(local.Split('.', '-', '_', '+', '=')) || IsVerp(local);
    }

    private static bool IsOfListServer(string local) =>
        local.StartsWith("owner-", StringComparison.Ordinal) || local.EndsWith("-owner", StringComparison.Ordinal)
        || local.EndsWith("-request", StringComparison.Ordinal)
        || (local.IndexOf('+') is > 0 and var plus && Array.Exists(ListTags, local[(plus + 1)..].Split('-')[0].Equals));

    private static bool HasPhrase(string[] words)
    {
        for (var first = 0; first < words.Length; first++)
        {
            if (first > 0 && LaterWords.Contains(words[first]))
                return true;
            var phrase = "";
            // do-not-reply has the most words.
            for (var last = first; last < words.Length && last < first + 3; last++)
            {
                phrase += words[last];
                if (Phrases.Contains(phrase.TrimEnd("0123456789".ToCharArray())))
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Variable envelope return paths: the recipient stands in them, list-return-1-get=example.com. Forwarders write
    /// the sender's (SRS0=…), and so do senders of their own (prvs=…, BATV): these are people's. Gmail's forwarding
    /// names whom it forwards to (+caf_=…).
    /// </summary>
    private static bool IsVerp(string local)
    {
        var equals = local.LastIndexOf('=');
        if (equals > 0 && local.IndexOf("-return-", StringComparison.Ordinal) is > 0)
            return true;
        return equals > 0 && local.LastIndexOf('.') is var dot && dot > equals + 1 && dot < local.Length - 2
            && local.AsSpan(0, equals).ContainsAny('-', '+')
            && !Array.Exists(PeoplesMarks, local.Contains);
    }
}
