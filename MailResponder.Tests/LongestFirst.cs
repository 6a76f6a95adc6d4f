using MailResponder.Tests.Canary;
using MailResponder.Tests.Doctor;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Install;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailResponder.Tests.LongestFirst", "MailResponder.Tests")]
// For a machine with two cores: the tests of servers wait for daemons more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 5)]

namespace MailResponder.Tests;

/// <summary>
/// Starts the longest collections first: the five of servers take longer than all others together, and would run alone
/// at the end if started last. Five run at once, so none of them waits.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>
    /// Suffixes of their names. The collection of a single class is named "Test collection for" and the class.
    /// </summary>
    private static readonly string[] Longest =
    [
        "Postfix", ServerRoots.Collection, DoctorServer.Collection, ServerRoots.ThirdCollection,
        ServerRoots.SecondCollection, nameof(CanaryTests), nameof(FaultMatrixTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(Longest,
            name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var place
            ? place : Longest.Length);
}
