using MailResponder.Tests.Canary;
using MailResponder.Tests.Doctor;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Install;
using MailResponder.Tests.Soak;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailResponder.Tests.LongestFirst", "MailResponder.Tests")]
// Two cores: the tests of servers wait for daemons more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace MailResponder.Tests;

/// <summary>
/// These collections take longer than all others together: begun last, they would go on alone at the end. Four run at
/// once, so the order decides which of them wait.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>Ends of their names. That of a class alone is "Test collection for" and the class.</summary>
    private static readonly string[] Longest =
    [
        "Postfix", ServerRoots.ThirdCollection, ServerRoots.SecondCollection, ServerRoots.Collection,
        DoctorServer.Collection, nameof(SoakTests), nameof(CanaryTests), nameof(FaultMatrixTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(Longest,
            name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var place
            ? place : Longest.Length);
}
