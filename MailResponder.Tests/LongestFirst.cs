using MailResponder.Tests.Canary;
using MailResponder.Tests.Doctor;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Fuzz;
using MailResponder.Tests.Install;
using MailResponder.Tests.Soak;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailResponder.Tests.LongestFirst", "MailResponder.Tests")]
// For a machine with two cores: the tests of servers wait for daemons more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace MailResponder.Tests;

/// <summary>
/// Starts the longest collections first. They take longer than all others together, and would run alone at the end if
/// started last. Four run at once, so the order decides which of them wait.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>
    /// Suffixes of their names. The collection of a single class is named "Test collection for" and the class.
    /// </summary>
    private static readonly string[] Longest =
    [
        "Postfix", ServerRoots.SecondCollection, ServerRoots.Collection, DoctorServer.Collection,
        ServerRoots.ThirdCollection, nameof(SoakTests), nameof(FuzzTests), nameof(CanaryTests),
        nameof(FaultMatrixTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(Longest,
            name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var place
            ? place : Longest.Length);
}
