using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Feedback;

namespace MailResponder.Tests.Feedback;

/// <summary>With a topic and a certificate, only what SNS has signed for that topic is believed.</summary>
public sealed class SnsSignatures : IDisposable
{
    readonly FeedbackPlace place = new();
    readonly TemporaryFolder folder = new();
    readonly SnsKey key = new();

    public void Dispose()
    {
        key.Dispose();
        folder.Dispose();
        place.Dispose();
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("1", false)]
    [InlineData("2", true)]
    [InlineData("2", false)]
    public void SignedNotification_IsBelieved(string version, bool withSubject)
    {
        var envelope = Envelope();
        if (!withSubject) envelope.Remove("Subject");
        key.Sign(envelope, version);
        Assert.Equal("1 blocked", Feed(envelope));
        Assert.Equal("0 blocked, 1 blocked already", Feed(Notifications.Received(Notifications.InSqs(envelope))));
        Assert.Equal("0 blocked, 1 blocked already", place.Feed(Notifications.Mail(Notifications.Folded(envelope.ToJsonString()), "base64", ""), Sender()));
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
        key.Sign(envelope, "2");
        envelope[name] = name switch
        {
            "Message" => Notifications.Bounce("victim@freemail.test").ToJsonString(),
            "Timestamp" => Notifications.Time(Notifications.Happened.AddSeconds(4)),
            "SignatureVersion" => "1",
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
    [InlineData("Timestamp", "yesterday")]
    public void UnusableSignature_IsNotBelieved(string name, string? value)
    {
        var envelope = Envelope();
        key.Sign(envelope, "2");
        envelope[name] = value;
        AssertRefused(envelope, "has no signature");
    }

    /// <summary>SNS signs for everybody: a topic of one's own is all that forging takes where only signatures are looked at.</summary>
    [Fact]
    public void OtherTopic_IsNotBelieved()
    {
        var envelope = Envelope();
        envelope["TopicArn"] = "arn:aws:sns:eu-west-1:999999999999:responder-feedback";
        key.Sign(envelope, "2");
        AssertRefused(envelope, "is of another topic");
        Assert.Equal("0 blocked", place.Feed(envelope.ToJsonString(), new SnsSender(Notifications.Topic, [])));
    }

    [Fact]
    public void WithoutEnvelope_NothingIsBelieved()
    {
        AssertRefused(Notifications.Bounce("zahra@freemail.test"), "came without SNS's envelope");
        AssertRefused(Notifications.InSqs(Notifications.Bounce("zahra@freemail.test")), "came without SNS's envelope");
        Assert.Equal("0 blocked", place.Feed(Notifications.Mail(Notifications.Bounce("zahra@freemail.test").ToJsonString()), Sender()));
        Assert.Equal("0 blocked", place.Feed(Notifications.Bounce("zahra@freemail.test").ToJsonString(), new SnsSender(Notifications.Topic, [])));
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
        Assert.Equal("0 blocked", place.Feed(envelope.ToJsonString(), Sender(expired)));
        // The old one and the new one, in the days in which SNS changes it.
        other.Sign(envelope, "2");
        Assert.Equal("1 blocked", place.Feed(envelope.ToJsonString(), Sender(key, other)));
    }

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds a broken certificate")]
    public void FileWithoutCertificate_IsRefused(string content, string problem) =>
        Assert.Contains(problem, Assert.Throws<ResponderException>(() => SnsSender.LoadCertificates(folder.Write("pem", content))).Message, StringComparison.Ordinal);

    [Fact]
    public void MissingCertificate_IsRefused() =>
        Assert.Contains("does not exist", Assert.Throws<ResponderException>(() => SnsSender.LoadCertificates(folder.PathTo("none"))).Message, StringComparison.Ordinal);

    static JsonObject Envelope() => Notifications.InSns(Notifications.Bounce("zahra@freemail.test"));

    SnsSender Sender(params SnsKey[] keys) => new(Notifications.Topic,
        SnsSender.LoadCertificates(folder.Write("pem", string.Concat((keys.Length > 0 ? keys : [key]).Select(one => one.Pem)))));

    string Feed(JsonNode json) => place.Feed(json.ToJsonString(), Sender());

    void AssertRefused(JsonNode json, string why)
    {
        Assert.Equal("0 blocked", Feed(json));
        Assert.Contains(why, Assert.Single(place.Faults), StringComparison.Ordinal);
    }
}
