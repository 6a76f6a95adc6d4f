using System.Text;
using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Incoming;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Feedback;

/// <summary>
/// Reads Amazon SES's notifications about replies: in an SNS envelope, in an SQS message around that envelope, or in a
/// mail. Blocks the addresses that should get no more replies.
/// </summary>
/// <param name="settings">The settings, which name our own addresses.</param>
/// <param name="store">The store with the block list.</param>
/// <param name="sender">The check of who sent a notification.</param>
/// <param name="clock">The clock by which a notification is too old.</param>
internal sealed class FeedbackReader(
    ResponderSettings settings, RequesterStore store, SnsSender sender, TimeProvider clock)
{
    /// <summary>Addresses blocked in one transaction. Other writers wait until it ends.</summary>
    private const int MostAtOnce = 100;

    /// <summary>The text SES publishes to a topic when the topic becomes an event destination.</summary>
    private const string Greeting = "Successfully validated SNS topic for Amazon SES event publishing.";

    private readonly List<(Requester Requester, DateTimeOffset HappenedAt, bool IsBounce)> _judged = [];
    private string _file = "";
    private int _item;
    private int _line;
    private int _faultsBefore;
    private bool _hasEnvelope;

    /// <summary>Whether a file may hold no notification; if false, such a file is a fault.</summary>
    public bool MayBeEmpty { get; init; } = true;

    /// <summary>
    /// Whether a notification of the topic had no signature that verifies. With a new certificate it may be used.
    /// </summary>
    public bool HasUnverified { get; private set; }

    public FeedbackCounts Counts { get; } = new();

    /// <summary>The outcomes of replies, for the statistics.</summary>
    public List<ReportedOutcome> Outcomes { get; } = [];

    /// <summary>The faults found, each with file, line and item; never with any of the content.</summary>
    public List<Fault> Faults { get; } = [];

    private bool HasTooManyFaults => Faults.Count - _faultsBefore >= Fault.MostOfAFile;

    /// <summary>
    /// Reads all files and blocks the addresses before it returns. It continues after faults, up to a limit for each
    /// file.
    /// </summary>
    /// <param name="files">The files: for each the name to use in its faults, and all its bytes.</param>
    /// <exception cref="ResponderException">
    /// The database cannot be used now. Feeding the same files again does no harm.
    /// </exception>
    public void Read(params IReadOnlyList<(string Name, byte[] Content)> files)
    {
        foreach (var (name, content) in files)
            ReadFile(name, content);
        Block();
    }

    private void ReadFile(string name, byte[] content)
    {
        (_file, _item, _line, _faultsBefore, _hasEnvelope) = (name, 0, 0, Faults.Count, false);
        if (content.AsSpan().StartsWith("\uFEFF"u8))
            content = content[3..];
        foreach (var (line, json, problem) in NotificationMail.IsMail(content)
            ? NotificationMail.Texts(content) : JsonTexts.Of(content))
        {
            (_item, _line) = (_item + 1, line);
            if (json is not null)
                ReadText(json, "");
            else
                AddFault("", problem!);
            if (!HasTooManyFaults)
                continue;
            AddFault("", "too many faults: the rest is not read; is this a file of notifications?");
            return;
        }

        if (!MayBeEmpty && !_hasEnvelope && Faults.Count == _faultsBefore)
            Faults.Add(new Fault(name, 0, "", "holds no notification; does something else write to the queue?"));
    }

    /// <summary>
    /// Reads a report that a reply could not be delivered. Ignores one without a valid token, because anybody can send
    /// it.
    /// </summary>
    /// <exception cref="ResponderException">The database cannot be used now.</exception>
    public void Read(DeliveryReport report)
    {
        if (!report.IsOfOurs(store.Key))
        {
            Counts.Add("not about a reply of ours");
            return;
        }

        Outcomes.Add(new ReportedOutcome(report.ReplyName, ReplyOutcome.Bounced,
            ProviderOutcomes.NameOf(report.Recipient, settings), report.SentAt));
        // Dated with the time of sending, so that a later decision of the operator prevails.
        Judge([report.Recipient], report.SentAt, isBounce: true);
        Block();
    }

    private void ReadText(byte[] text, string place)
    {
        var broken = new List<Fault>();
        if (LocatedJson.Parse(text, "", broken) is { } json)
            ReadJson(json, place);
        else
            // The parser's message would quote the text, so it is not used.
            AddFault(place, "is not complete JSON; was it cut off? Get it from its source again, and feed it once more",
                place.Length == 0 ? broken[0].Line - 1 : 0);
    }

    private void ReadJson(LocatedJson json, string place)
    {
        if (json.Kind != JsonValueKind.Object)
            AddFault(place, "must be an object { … }, but is " + json.KindInWords);
        else if (json["Messages"] is { Kind: JsonValueKind.Array } messages)
        {
            // The output of `aws sqs receive-message`.
            foreach (var (i, message) in messages.Items.Index().TakeWhile(_ => !HasTooManyFaults))
                ReadJson(message, $"{place}Messages[{i + 1}].");
        }
        else if (json["Body"] is { Kind: JsonValueKind.String } text)
            ReadText(Encoding.UTF8.GetBytes(text.Text), place + "Body.");
        else if (json["Body"] is { } body)
            ReadJson(body, place + "Body.");
        else if (json["Type"] is { } type && json["Message"] is { } content)
            ReadEnvelope(json, type.Text, content, place);
        else
        {
            AddFault(place, "came without SNS's envelope, which names the topic; switch raw message delivery off, "
                + "or subscribe with the protocol email-json");
        }
    }

    private void ReadEnvelope(LocatedJson envelope, string type, LocatedJson message, string place)
    {
        _hasEnvelope = true;
        var problem = type switch
        {
            "SubscriptionConfirmation" => "SNS asks whether to send feedback here; if you subscribed, confirm it in "
                + "the SNS console, or with: aws sns confirm-subscription --topic-arn … --token … (both values are in "
                + "the message)",
            "UnsubscribeConfirmation" => "the subscription has ended, and no more feedback arrives through it; if you "
                + "did not end it, subscribe again",
            _ => sender.Objection(envelope),
        };
        if (problem is null && (problem = sender.Doubt(envelope)) is not null)
            HasUnverified = true;
        if (problem is not null)
            AddFault(place, problem);
        else
            ReadSigned(message, place + "Message", SnsSender.SignedAt(envelope)!.Value);
    }

    /// <summary>
    /// Reads the content of an envelope that was verified as a whole. It does not look for another envelope inside.
    /// </summary>
    private void ReadSigned(LocatedJson message, string place, DateTimeOffset signedAt)
    {
        var broken = new List<Fault>();
        if (message is { Kind: JsonValueKind.String, Text: Greeting })
            Counts.Add("without effect");
        else if (message.Kind == JsonValueKind.String
            && LocatedJson.Parse(Encoding.UTF8.GetBytes(message.Text), "", broken) is
            { Kind: JsonValueKind.Object } json)
            ReadNotification(json, place + ".", signedAt);
        else
            AddFault(place, "holds no notification of Amazon SES; does something else write to the topic?");
    }

    /// <summary>
    /// Reads a notification. One that is days late because nobody read the queue looks the same as one that somebody
    /// kept and sends again, so age alone does not make it invalid. It counts as of the time of the event, or of SNS's
    /// signature if that is earlier. A later decision of the operator prevails; it is remembered for as long as
    /// notifications are accepted.
    /// </summary>
    private void ReadNotification(LocatedJson json, string place, DateTimeOffset signedAt)
    {
        if (SesNotification.Read(json, (field, problem) => AddFault(place + field, problem)) is not { } notification)
            return;
        if (notification is { Outcome: { } outcome, Reply: { } reply, SentTo: [var address] })
            Outcomes.Add(new ReportedOutcome(reply, outcome, ProviderOutcomes.NameOf(address, settings), signedAt));
        if (notification.Outcome is not (ReplyOutcome.Bounced or ReplyOutcome.Complained))
        {
            Counts.Add(notification.Outcome == ReplyOutcome.Deferred ? "soft bounce(s)" : "without effect");
            return;
        }

        Counts.Add("not among the recipients of the mail", notification.Strangers);
        var happenedAt = notification.HappenedAt < signedAt ? notification.HappenedAt : signedAt;
        Judge(notification.Recipients, happenedAt, notification.Outcome == ReplyOutcome.Bounced);
    }

    private void Judge(IReadOnlyList<string> recipients, DateTimeOffset happenedAt, bool isBounce)
    {
        if (happenedAt < clock.GetUtcNow() - RequesterStore.RemovalMemory)
        {
            Counts.Add("too old");
            return;
        }

        foreach (var address in recipients)
        {
            if (store.Key.Requester(address) is not { } requester || IsNeverAnswered(address, requester))
                Counts.Add("never answered anyway");
            else
                _judged.Add((requester, happenedAt, isBounce));
        }

        if (_judged.Count >= MostAtOnce)
            Block();
    }

    private void Block()
    {
        if (_judged.Count == 0)
            return;
        foreach (var result in store.BlockByFeedback(_judged))
            Counts.Add(InWords(result));
        _judged.Clear();
    }

    /// <summary>
    /// Whether the address is ours or a robot's. The guard never answers these, and a bounce of our own mail says
    /// nothing about a requester.
    /// </summary>
    private bool IsNeverAnswered(string address, Requester requester) =>
        MailDomain.IsWithin(requester.DomainName, settings.OwnDomains)
        || address.Equals(settings.ResponseAddress, StringComparison.OrdinalIgnoreCase)
        || address.Equals(settings.BounceAddress, StringComparison.OrdinalIgnoreCase)
        || RobotLocalPart.Matches(address[..address.LastIndexOf('@')]);

    private static string InWords(FeedbackResult result) => result switch
    {
        FeedbackResult.Blocked => "blocked",
        FeedbackResult.BlockedAlready => "blocked already",
        FeedbackResult.Allowed => "on the allow list, left alone",
        _ => "taken off the lists since then, left alone",
    };

    private void AddFault(string place, string problem, int linesOn = 0)
    {
        var field = place.Length > 0 ? ", " + place.TrimEnd('.') : "";
        Faults.Add(new Fault(_file, _line + linesOn, $"item {_item}{field}", problem));
    }
}
