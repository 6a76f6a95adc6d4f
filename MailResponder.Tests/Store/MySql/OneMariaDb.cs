namespace MailResponder.Tests.Store;

/// <summary>Tests that share one server and run one after the other.</summary>
[CollectionDefinition(PrivateMariaDb.Collection)]
public sealed class OneMariaDb : ICollectionFixture<PrivateMariaDb>;
