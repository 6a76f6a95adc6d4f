namespace MailResponder.Tests.Store;

/// <summary>Tests that share one server, one after the other.</summary>
[CollectionDefinition(PrivateMariaDb.Collection)]
public sealed class OneMariaDb : ICollectionFixture<PrivateMariaDb>;
