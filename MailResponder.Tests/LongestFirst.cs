using MailResponder.Tests.Doctor;
using MailResponder.Tests.Install;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailResponder.Tests.LongestFirst", "MailResponder.Tests")]
// Two cores: the tests of servers wait for daemons more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace MailResponder.Tests;

/// <summary>
/// Five collections take longer than all others together: begun last, they would go on alone at the end.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(
            collection => collection.DisplayName is ServerRoots.Collection or ServerRoots.SecondCollection
                or ServerRoots.ThirdCollection or DoctorServer.Collection or "Postfix");
}
