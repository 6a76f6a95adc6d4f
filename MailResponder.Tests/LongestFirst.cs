using MailResponder.Tests.Doctor;
using MailResponder.Tests.Install;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailResponder.Tests.LongestFirst", "MailResponder.Tests")]
// For a machine with two cores: the tests of servers wait for daemons more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace MailResponder.Tests;

/// <summary>
/// Starts the longest collections first. They take longer than all others together, and would run alone at the end if
/// started last. Four run at once. xunit does not keep to the order of the others.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
        [ServerRoots.SecondCollection, ServerRoots.Collection, "Postfix", DoctorServer.Collection];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection =>
            Array.IndexOf(Longest, collection.DisplayName) is >= 0 and var place ? place : Longest.Length);
}
