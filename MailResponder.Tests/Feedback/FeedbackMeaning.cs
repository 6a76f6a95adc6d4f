using System.Text.Json.Nodes;
using MailResponder.Feedback;
using MailResponder.Store;

namespace MailResponder.Tests.Feedback;

/// <summary>Which notifications block which addresses, and which addresses are never blocked.</summary>
public sealed class FeedbackMeaning : IDisposable
{
    private const string Zahra = "zahra@freemail.test";

    private readonly FeedbackPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("General")]
    [InlineData("NoEmail")]
    [InlineData("Suppressed")]
    [InlineData("OnAccountSuppressionList")]
    [InlineData("UnsubscribedRecipient")]
    [InlineData("WhatSesMayThinkOf")]
    public void HardBounce_Blocks(string subtype)
    {
        Assert.Equal("1 blocked", _place.Feed(
            $"{Notifications.InSns(Notifications.Bounce("Zahra@Freemail.test", subtype: subtype))}"));
        Assert.Equal(Verdict.BlockedByFeedback, _place.VerdictOf(Zahra));
        Assert.Empty(_place.Faults);
    }

    [Theory]
    [InlineData("Transient", "General")]
    [InlineData("Transient", "MailboxFull")]
    [InlineData("Transient", "MessageTooLarge")]
    [InlineData("Transient", "ContentRejected")]
    [InlineData("Transient", "AttachmentRejected")]
    [InlineData("Undetermined", "Undetermined")]
    [InlineData("WhatSesMayThinkOf", "General")]
    public void SoftBounce_BlocksNobody(string type, string subtype)
    {
        Assert.Equal("0 blocked, 1 soft bounce(s)",
            _place.Feed($"{Notifications.InSns(Notifications.Bounce(Zahra, type, subtype))}"));
        Assert.False(_place.Blocks(Zahra));
        Assert.Empty(_place.Faults);
    }

    [Fact]
    public void AnswerOfAnAbsentPerson_BlocksNobody()
    {
        var outOfOffice = Notifications.Bounce(Zahra, "Transient", "General");
        outOfOffice["bounce"]!["bouncedRecipients"]![0] = new JsonObject { ["emailAddress"] = Zahra };
        _place.Feed($"{Notifications.InSns(outOfOffice)}");
        Assert.False(_place.Blocks(Zahra));

        var delayed = Notifications.Bounce(Zahra);
        delayed["bounce"]!["bouncedRecipients"]![0]!["action"] = "delayed";
        Assert.Equal("0 blocked, 1 soft bounce(s)", _place.Feed($"{Notifications.InSns(delayed)}"));
    }

    [Theory]
    [InlineData("4.4.7")]
    [InlineData("4.7.4")]
    [InlineData("5.1.8")]
    [InlineData("5.2.1")]
    [InlineData("5.2.2")]
    [InlineData(" 5.2.2 (mailbox full)")]
    [InlineData("5.2.2(mailbox full)")]
    [InlineData("5.2.3")]
    [InlineData("5.3.4")]
    [InlineData("5.6.0")]
    [InlineData("5.7.1")]
    [InlineData("5.7.4")]
    [InlineData("5.7.10")]
    [InlineData("5.7.26")]
    public void MailboxThatMayExist_IsNotBlocked(string status)
    {
        var bounce = Notifications.Bounce(Zahra);
        bounce["bounce"]!["bouncedRecipients"]![0]!["status"] = status;
        Assert.Equal("0 blocked, 1 soft bounce(s)", _place.Feed($"{Notifications.InSns(bounce)}"));
        Assert.False(_place.Blocks(Zahra));
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("failed (bad mailbox)")]
    public void Failure_IsReadAsInAReport(string action)
    {
        var bounce = Notifications.Bounce(Zahra);
        bounce["bounce"]!["bouncedRecipients"]![0]!["action"] = action;
        Assert.Equal("1 blocked", _place.Feed($"{Notifications.InSns(bounce)}"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("abuse")]
    [InlineData("auth-failure")]
    [InlineData("fraud")]
    [InlineData("other")]
    [InlineData("virus")]
    public void Complaint_Blocks(string? type)
    {
        Assert.Equal("1 blocked", _place.Feed($"{Notifications.InSns(Notifications.Complaint(Zahra, type))}"));
        Assert.True(_place.Blocks(Zahra));
    }

    [Fact]
    public void WhatIsNoComplaint_IsOfNoConsequence()
    {
        var succeeded = Notifications.InSns(
            new JsonObject
            {
                ["notificationType"] = "AmazonSnsSubscriptionSucceeded",
                ["message"] = "You have subscribed."
            });
        Assert.Equal("0 blocked, 4 without effect", _place.Feed($"""
            {Notifications.InSns(Notifications.Complaint(Zahra, "not-spam"))}
            {Notifications.InSns(Notifications.Of("Delivery", [Zahra], []))}
            {Notifications.InSns(Notifications.Of("Send", [Zahra], []))}
            {succeeded}
            """));
        Assert.Empty(_place.Faults);
    }

    /// <summary>SES publishes this text when a topic becomes an event destination. It is not JSON.</summary>
    [Fact]
    public void GreetingOfEventPublishing_IsOfNoConsequence()
    {
        const string greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
        Assert.Equal("0 blocked, 1 without effect", _place.Feed(Saying(greeting)));
        Assert.Empty(_place.Faults);
        foreach (var other in (string[])[greeting.ToLowerInvariant(), greeting + " ", $"\"{greeting}\"", ""])
        {
            Assert.Equal("0 blocked", _place.Feed(Saying(other)));
            Assert.Contains("holds no notification of Amazon SES", Assert.Single(_place.Faults),
                StringComparison.Ordinal);
        }

        Assert.Equal("0 blocked", _place.Feed(Saying(greeting),
            new SnsSender(Notifications.Topic + "s", [])));
        Assert.Contains("is from another topic", Assert.Single(_place.Faults), StringComparison.Ordinal);

        static string Saying(string text)
        {
            var envelope = Notifications.InSns(new JsonObject());
            envelope["Message"] = text;
            return envelope.ToJsonString();
        }
    }

    [Fact]
    public void EventPublishing_MeansTheSame()
    {
        var published = Notifications.Bounce(Zahra);
        published.Remove("notificationType");
        published["eventType"] = "Bounce";
        published["mail"]!["tags"] = new JsonObject { ["ses:configuration-set"] = new JsonArray("replies") };
        Assert.Equal("1 blocked", _place.Feed($"{Notifications.InSns(published)}"));
    }

    [Fact]
    public void SeveralRecipients_EachIsBlockedThatFailed()
    {
        var several = Notifications.Of(
            "Bounce", ["a@freemail.test", "B@freemail.test", "c@freemail.test"], new JsonObject
            {
                ["bounceType"] = "Permanent",
                ["bouncedRecipients"] = new JsonArray(
                new JsonObject { ["emailAddress"] = "A@freemail.test" },
                new JsonObject { ["emailAddress"] = "b@freemail.test", ["action"] = "failed" },
                new JsonObject { ["emailAddress"] = "c@freemail.test", ["action"] = "delayed" },
                new JsonObject { ["emailAddress"] = "victim@elsewhere.test", ["action"] = "failed" }),
                ["timestamp"] = "2026-11-20T08:30:00Z",
            });
        Assert.Equal("2 blocked, 1 not among the recipients of the mail",
            _place.Feed($"{Notifications.InSns(several)}"));
        Assert.True(_place.Blocks("a@freemail.test") && _place.Blocks("b@freemail.test"));
        Assert.False(_place.Blocks("c@freemail.test") || _place.Blocks("victim@elsewhere.test"));
    }

    /// <summary>The operator of a mail server writes the report about mail to it, and may name any address.</summary>
    [Fact]
    public void ForgedReport_BlocksTheOneToWhomTheReplyWent()
    {
        var forged = Notifications.Bounce("victim@freemail.test");
        forged["mail"]!["destination"] = new JsonArray("attacker@elsewhere.test");
        Assert.Equal("1 blocked", _place.Feed($"{Notifications.InSns(forged)}"));
        Assert.False(_place.Blocks("victim@freemail.test"));
        Assert.True(_place.Blocks("attacker@elsewhere.test"));
    }

    /// <summary>
    /// A forged request can come from a spelling that the provider does not have. Its bounce says nothing about the
    /// victim's mailbox. A complaint proves that somebody read the reply there.
    /// </summary>
    [Theory]
    [InlineData("victim+x@freemail.test", "victim@freemail.test")]
    [InlineData("victim-x@yahoo.com", "victim@yahoo.com")]
    [InlineData("victim@mac.com", "victim@icloud.com")]
    [InlineData("victim@proton.me", "victim@protonmail.com")]
    [InlineData("victim@narod.ru", "victim@yandex.ru")]
    [InlineData("a@b.victim.fastmail.com", "victim@fastmail.com")]
    [InlineData("\"victim.\"@gmail.com", "victim@gmail.com")]
    [InlineData("victim@freemail.test", "victim+x@freemail.test")]
    public void Bounce_BlocksOneSpelling_AndAComplaintTheMailbox(string bounced, string other)
    {
        Assert.Equal("1 blocked", _place.Feed($"{Notifications.InSns(Notifications.Bounce(bounced))}"));
        Assert.True(_place.Blocks(bounced));
        Assert.False(_place.Blocks(other));
        Assert.Equal("0 blocked, 1 blocked already",
            _place.Feed($"{Notifications.InSns(Notifications.Bounce(bounced.ToUpperInvariant()))}"));
        Assert.Equal("1 blocked", _place.Feed($"{Notifications.InSns(Notifications.Complaint(bounced))}"));
        Assert.True(_place.Blocks(bounced));
        Assert.True(_place.Blocks(other));
        Assert.Equal(Verdict.BlockedByFeedback, _place.Store.SetVerdict(_place.Key.Requester(bounced)!, Verdict.None));
        Assert.False(_place.Blocks(bounced));
        Assert.False(_place.Blocks(other));
    }

    [Theory]
    [InlineData("get@example.com")]
    [InlineData("Bounces@example.com")]
    [InlineData("ops@example.org")]
    [InlineData("postmaster@freemail.test")]
    [InlineData("MAILER-DAEMON@freemail.test")]
    [InlineData("tools-owner@lists.test")]
    public void OursAndRobots_AreNotListed(string address)
    {
        Assert.Equal("0 blocked, 1 never answered anyway",
            _place.Feed($"{Notifications.InSns(Notifications.Bounce(address))}"));
        Assert.False(_place.Blocks(address));
    }

    [Fact]
    public void WhoIsAllowed_StaysAllowed()
    {
        _place.Decide(Zahra, Verdict.Allowed);
        _place.Store.SetVerdict(_place.Key.AnybodyAt("friends.test"), Verdict.Allowed);
        Assert.Equal("0 blocked, 2 on the allow list, left alone",
            _place.Feed(
            $"{Notifications.InSns(Notifications.Complaint(Zahra))}"
            + $"{Notifications.InSns(Notifications.Bounce("a@friends.test"))}"));
        Assert.Equal(Verdict.Allowed, _place.VerdictOf(Zahra));
    }

    [Fact]
    public void RepeatedNotification_ChangesNothing()
    {
        var bounce = $"{Notifications.InSns(Notifications.Bounce(Zahra))}";
        Assert.Equal("1 blocked, 2 blocked already", _place.Feed(bounce + bounce + bounce));
        Assert.Equal("0 blocked, 1 blocked already", _place.Feed(bounce));
        _place.Decide("omid@freemail.test", Verdict.Blocked);
        Assert.Equal("0 blocked, 1 blocked already",
            _place.Feed($"{Notifications.InSns(Notifications.Bounce("omid@freemail.test"))}"));
        Assert.Equal(Verdict.Blocked, _place.VerdictOf("omid@freemail.test"));
        Assert.Equal((1L, 1L), (_place.Store.Count().Blocked, _place.Store.Count().BlockedByFeedback));
    }

    [Fact]
    public void RemovalByTheOperator_IsNotUndoneByWhatHappenedBefore()
    {
        _place.Feed($"{Notifications.InSns(Notifications.Complaint(Zahra))}");
        _place.Clock.Now = Notifications.Happened.AddHours(2);
        _place.Decide(Zahra, Verdict.None);
        _place.Clock.Now = Notifications.Happened.AddDays(3);

        var old = Notifications.Bounce(Zahra, at: Notifications.Happened.AddHours(1));
        Assert.Equal("0 blocked, 2 taken off the lists since then, left alone",
            _place.Feed($"{Notifications.InSns(Notifications.Complaint(Zahra))}{Notifications.InSns(old)}"));
        Assert.Equal(Verdict.None, _place.VerdictOf(Zahra));

        var later = Notifications.Bounce(Zahra, at: Notifications.Happened.AddHours(3));
        Assert.Equal("1 blocked, 1 blocked already",
            _place.Feed($"{Notifications.InSns(later)}{Notifications.InSns(old)}"));
        Assert.True(_place.Blocks(Zahra));
    }

    [Fact]
    public void FeedbackOlderThanTheMemoryOfRemovals_IsNotTaken()
    {
        _place.Clock.Now = Notifications.Happened.AddDays(59);
        _place.Decide(Zahra, Verdict.None);
        _place.Store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal("0 blocked, 1 taken off the lists since then, left alone",
            _place.Feed($"{Notifications.InSns(Notifications.Bounce(Zahra))}"));
        _place.Clock.Now = Notifications.Happened.AddDays(59 + 61);
        _place.Store.Reset(DateTimeOffset.UnixEpoch);
        Assert.Equal("0 blocked, 1 too old", _place.Feed($"{Notifications.InSns(Notifications.Bounce(Zahra))}"));
        Assert.False(_place.Blocks(Zahra));
    }

    [Fact]
    public void AnyOrder_EndsTheSame()
    {
        string[] people = ["a@freemail.test", "b@freemail.test", "c@freemail.test", "d@freemail.test"];
        _place.Clock.Now = Notifications.Happened.AddHours(1);
        _place.Decide(people[0], Verdict.None);
        _place.Decide(people[1], Verdict.Allowed);
        _place.Decide(people[2], Verdict.None);
        var events = people.SelectMany(person => new[]
        {
            Notifications.Bounce(person),
            Notifications.Bounce(person, "Transient", "MailboxFull", Notifications.Happened.AddHours(2)),
            Notifications.Complaint(person, "not-spam", Notifications.Happened.AddHours(3)),
        }).Append(Notifications.Complaint(people[2], at: Notifications.Happened.AddHours(4)))
            .Select(json => Notifications.InSns(json).ToJsonString()).ToArray();
        _place.Clock.Now = Notifications.Happened.AddDays(1);

        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            random.Shuffle(events);
            foreach (var notification in events) _place.Feed(notification);
            Assert.Equal([Verdict.None, Verdict.Allowed, Verdict.BlockedByFeedback, Verdict.BlockedByFeedback],
                people.Select(_place.VerdictOf));
        }
    }
}
