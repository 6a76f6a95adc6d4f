using MailResponder.Store;

namespace MailResponder.Tests.Store;

/// <summary>Blocks by one report at a time.</summary>
internal static class SingleFeedback
{
    public static FeedbackResult BlockByFeedback(
        this RequesterStore store, Requester requester, DateTimeOffset happenedAt, bool isBounce = false) =>
        Assert.Single(store.BlockByFeedback([(requester, happenedAt, isBounce)]));
}
