using MailResponder.Tests.Doctor;
using MailResponder.Tests.Install;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailResponder.Tests.LongestFirst", "MailResponder.Tests")]
// Two cores: the tests of servers wait for daemons more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace MailResponder.Tests;

/// <summary>
/// Five collections take longer than all others together: begun last, they would go on alone at the end. Four run at
/// once, so the order decides which of the five waits.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        ServerRoots.Collection, ServerRoots.SecondCollection, ServerRoots.ThirdCollection, DoctorServer.Collection,
        "Postfix",
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.IndexOf(Longest, collection.DisplayName) is >= 0 and var place
            ? place : Longest.Length);
}
