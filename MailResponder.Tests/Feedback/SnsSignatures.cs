using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using MailResponder.Feedback;

namespace MailResponder.Tests.Feedback;

/// <summary>With a topic and a certificate, only notifications signed by SNS for that topic are believed.</summary>
public sealed class SnsSignatures : IDisposable
{
    private readonly FeedbackPlace _place = new();
    private readonly TemporaryFolder _folder = new();
    private readonly SnsKey _key = new();

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
        _place.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SignedNotification_IsBelieved(bool withSubject)
    {
        var envelope = Envelope();
        if (!withSubject) envelope.Remove("Subject");
        _key.Sign(envelope, "2");
        Assert.Equal("1 blocked", Feed(envelope));
        Assert.Equal("0 blocked, 1 blocked already", Feed(Notifications.Received(Notifications.InSqs(envelope))));
        Assert.Equal("0 blocked, 1 blocked already",
            _place.Feed(Notifications.Mail(Notifications.Folded(envelope.ToJsonString()), "base64", ""), Sender()));
    }

    [Fact]
    public void SignatureOverSha1_IsBelievedOnlyWhenTheSettingsSaySo()
    {
        var envelope = Envelope();
        _key.Sign(envelope, "1");
        AssertRefused(
            envelope, "is signed with SHA-1 (SignatureVersion 1), which can be forged; set the topic's "
            + "SignatureVersion to 2");
        Assert.Equal("1 blocked", _place.Feed(envelope.ToJsonString(), Sender() with { LeastSignatureVersion = 1 }));
    }

    /// <summary>
    /// An attacker publishes to a topic of their own, which SNS signs with the same key, and splits the signed bytes in
    /// another way. The message then reads as a notification of our topic, followed by the rest of the real fields.
    /// </summary>
    [Fact]
    public void SignedBytesCutAnew_AreNotBelieved()
    {
        string[] names = ["MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
        string Fields(JsonObject of) =>
            string.Concat(names.Select(name => $"\n{name}\n{of[name]!.GetValue<string>()}"));
        var cut = Envelope("victim@freemail.test");
        var published = Envelope();
        published["TopicArn"] = "arn:aws:sns:eu-west-1:999999999999:of-the-attacker";
        published["Message"] = cut["Message"]!.GetValue<string>() + Fields(cut);
        _key.Sign(published, "2");
        cut["Type"] = "Notification" + Fields(published);
        foreach (var name in (string[])["SignatureVersion", "Signature"]) cut[name] =
            published[name]!.GetValue<string>();

        Assert.Equal(SnsKey.TextOf(published), SnsKey.TextOf(cut));
        AssertRefused(cut, "only Message may have control characters");
        Assert.False(_place.Blocks("victim@freemail.test"));
    }

    [Theory]
    [InlineData("Type", "notification")]
    [InlineData("Type", "Notification ")]
    [InlineData("Type", "SubscriptionConfirmation\n")]
    [InlineData("Type", "Notification\nx")]
    [InlineData("MessageId", "a\nb")]
    [InlineData("MessageId", "a\rb")]
    [InlineData("Subject", "a\u0085b")]
    [InlineData("Subject", "a\u0000b")]
    [InlineData("Subject", "a\u007fb")]
    [InlineData("Timestamp", "2026-11-20T08:30:03.237Z\n")]
    [InlineData("Timestamp", "Fri, 20 Nov 2026 08:30:03 GMT")]
    [InlineData("TopicArn", Notifications.Topic + "\n")]
    public void SignedFieldThatSnsWouldNotWrite_IsNotBelieved(string name, string value)
    {
        var envelope = Envelope();
        envelope[name] = value;
        _key.Sign(envelope, "2");
        Assert.Equal("0 blocked", Feed(envelope));
        Assert.Equal("0 blocked", _place.Feed(envelope.ToJsonString(), new SnsSender(Notifications.Topic, [])));
        Assert.Single(_place.Faults);
    }

    /// <summary>
    /// The verified field is the one that is used: no field may occur twice, with other letter case, with another type
    /// or in another place.
    /// </summary>
    [Theory]
    [InlineData("\"Message\":\"{}\"")]
    [InlineData("\"message\":\"{}\"")]
    [InlineData("\"Type\":\"Notification\"")]
    [InlineData("\"TOPICARN\":\"x\"")]
    [InlineData("\"Signature\":\"AAAA\"")]
    public void FieldThatStandsTwice_IsNotBelieved(string field)
    {
        var envelope = Envelope();
        _key.Sign(envelope, "2");
        var json = envelope.ToJsonString();
        foreach (var text in (string[])[$"{{{field},{json[1..]}", $"{json[..^1]},{field}}}"])
        {
            Assert.Equal("0 blocked", _place.Feed(text, Sender()));
            Assert.Contains("has a field twice", Assert.Single(_place.Faults), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Message")]
    [InlineData("MessageId")]
    [InlineData("Subject")]
    [InlineData("Timestamp")]
    [InlineData("TopicArn")]
    [InlineData("Type")]
    public void FieldOfAnotherKind_IsNotBelieved(string name)
    {
        foreach (var value in (JsonNode[])[new JsonArray(1), new JsonObject(), JsonValue.Create(7),
            JsonValue.Create(true)])
        {
            var envelope = Envelope();
            _key.Sign(envelope, "2");
            envelope[name] = value;
            Assert.Equal("0 blocked", Feed(envelope));
            envelope.Remove(name);
            _key.Sign(envelope, "2");
            envelope[name] = value.DeepClone();
            Assert.Equal("0 blocked", _place.Feed(envelope.ToJsonString(), Sender()));
        }
    }

    [Fact]
    public void EnvelopeInAnEnvelope_IsNotRead()
    {
        var inner = Envelope();
        _key.Sign(inner, "2");
        var outer = Notifications.InSns(inner);
        _key.Sign(outer, "2");
        Assert.Equal("0 blocked", Feed(outer));
        Assert.Single(_place.Faults);
    }

    /// <summary>
    /// A queue that was not read for two weeks holds real notifications. The same message received again counts
    /// nothing.
    /// </summary>
    [Fact]
    public void OldSignature_IsUsed_AndUndoesNoLaterDecision()
    {
        var envelope = Envelope();
        _key.Sign(envelope, "2");
        _place.Clock.Now = Notifications.Happened.AddDays(14);
        Assert.Equal("1 blocked", Feed(envelope));
        _place.Decide("zahra@freemail.test", MailResponder.Store.Verdict.None);
        _place.Clock.Now = Notifications.Happened.AddDays(59);
        Assert.Equal("0 blocked, 1 taken off the lists since then, left alone", Feed(envelope));
        _place.Clock.Now = Notifications.Happened.AddDays(61);
        Assert.Equal("0 blocked, 1 too old", Feed(envelope));
    }

    /// <summary>The time of the bounce cannot make a notification newer than its signature.</summary>
    [Fact]
    public void EventLaterThanItsSignature_CountsAsOfTheSignature()
    {
        _place.Clock.Now = Notifications.Happened.AddDays(2);
        _place.Decide("zahra@freemail.test", MailResponder.Store.Verdict.None);
        var envelope = Envelope();
        envelope["Message"] = Notifications.Bounce("zahra@freemail.test", at: Notifications.Happened.AddYears(70))
            .ToJsonString();
        _key.Sign(envelope, "2");
        Assert.Equal("0 blocked, 1 taken off the lists since then, left alone", Feed(envelope));
        _place.Clock.Now = Notifications.Happened.AddDays(61);
        Assert.Equal("0 blocked, 1 too old", Feed(envelope));
    }

    [Theory]
    [InlineData("Message")]
    [InlineData("MessageId")]
    [InlineData("Subject")]
    [InlineData("Timestamp")]
    [InlineData("Signature")]
    [InlineData("SignatureVersion")]
    public void ChangedField_IsNotBelieved(string name)
    {
        var envelope = Envelope();
        _key.Sign(envelope, "2");
        envelope[name] = name switch
        {
            "Message" => Notifications.Bounce("victim@freemail.test").ToJsonString(),
            "Timestamp" => Notifications.Time(Notifications.Happened.AddSeconds(4)),
            "SignatureVersion" => "3",
            _ => Convert.ToBase64String(RandomNumberGenerator.GetBytes(256)),
        };
        AssertRefused(envelope, "has no signature that the certificate of --sns-certificate verifies");
    }

    [Theory]
    [InlineData("Signature", null)]
    [InlineData("Signature", "")]
    [InlineData("Signature", "no base64")]
    [InlineData("Signature", "AAAA")]
    [InlineData("SignatureVersion", null)]
    [InlineData("SignatureVersion", "3")]
    public void UnusableSignature_IsNotBelieved(string name, string? value)
    {
        var envelope = Envelope();
        _key.Sign(envelope, "2");
        envelope[name] = value;
        AssertRefused(envelope, "has no signature");
    }

    /// <summary>
    /// SNS signs for everybody. If only signatures were checked, a forger would need nothing but a topic of their own.
    /// </summary>
    [Fact]
    public void OtherTopic_IsNotBelieved()
    {
        var envelope = Envelope();
        envelope["TopicArn"] = "arn:aws:sns:eu-west-1:999999999999:responder-feedback";
        _key.Sign(envelope, "2");
        AssertRefused(envelope, "is from another topic");
        Assert.Equal("0 blocked", _place.Feed(envelope.ToJsonString(), new SnsSender(Notifications.Topic, [])));
    }

    [Fact]
    public void WithoutEnvelope_NothingIsBelieved()
    {
        AssertRefused(Notifications.Bounce("zahra@freemail.test"), "came without SNS's envelope");
        AssertRefused(Notifications.InSqs(Notifications.Bounce("zahra@freemail.test")), "came without SNS's envelope");
        Assert.Equal("0 blocked", _place.Feed(
            Notifications.Mail(Notifications.Bounce("zahra@freemail.test").ToJsonString()), Sender()));
        Assert.Equal("0 blocked", _place.Feed(
            Notifications.Bounce("zahra@freemail.test").ToJsonString(), new SnsSender(Notifications.Topic, [])));
    }

    [Fact]
    public void OtherCertificate_IsNotBelieved()
    {
        using var other = new SnsKey();
        var envelope = Envelope();
        other.Sign(envelope, "2");
        AssertRefused(envelope, "has no signature");
        using var expired = new SnsKey(until: Notifications.Happened.AddDays(-1));
        expired.Sign(envelope, "2");
        Assert.Equal("0 blocked", _place.Feed(envelope.ToJsonString(), Sender(expired)));
        // Both the old and the new certificate, for the days in which SNS changes it.
        other.Sign(envelope, "2");
        Assert.Equal("1 blocked", _place.Feed(envelope.ToJsonString(), Sender(_key, other)));
    }

    [Theory]
    [InlineData("", "contains no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is neither PEM nor DER")]
    public void FileWithoutCertificate_IsRefused(string content, string problem) =>
        Assert.Contains(problem, Assert.Throws<ResponderException>(
            () => SnsSender.LoadCertificates(_folder.Write("pem", content))).Message, StringComparison.Ordinal);

    [Fact]
    public void MissingCertificate_IsRefused() =>
        Assert.Contains("does not exist",
            Assert.Throws<ResponderException>(() => SnsSender.LoadCertificates(_folder.PathTo("none"))).Message,
            StringComparison.Ordinal);

    private static JsonObject Envelope(string address = "zahra@freemail.test") =>
        Notifications.InSns(Notifications.Bounce(address));

    private SnsSender Sender(params SnsKey[] keys) => new(Notifications.Topic,
        SnsSender.LoadCertificates(_folder.Write(
        "pem", string.Concat((keys.Length > 0 ? keys : [_key]).Select(one => one.Pem)))));

    private string Feed(JsonNode json) => _place.Feed(json.ToJsonString(), Sender());

    private void AssertRefused(JsonNode json, string why)
    {
        Assert.Equal("0 blocked", Feed(json));
        Assert.Contains(why, Assert.Single(_place.Faults), StringComparison.Ordinal);
    }
}
