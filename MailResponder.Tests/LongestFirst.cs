using MailResponder.Tests.Doctor;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Feedback;
using MailResponder.Tests.Install;
using MailResponder.Tests.Metrics;
using MailResponder.Tests.Program;
using MailResponder.Tests.Soak;
using MailResponder.Tests.Store;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MailResponder.Tests.LongestFirst", "MailResponder.Tests")]
// For a machine with two cores: the tests of servers wait for daemons more than they compute.
[assembly: CollectionBehavior(MaxParallelThreads = 5)]

namespace MailResponder.Tests;

/// <summary>
/// Starts the longest collections first. They take longer than all others together, and would run alone at the end if
/// started last. Five run at once. xunit starts some of the eight that follow last, so those are short ones.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private const int StartedAtAnyTime = 8;

    private static readonly string[] Longest =
        [ServerRoots.SecondCollection, ServerRoots.Collection, "Postfix", DoctorServer.Collection];

    /// <summary>Classes that take half a minute or more.</summary>
    private static readonly string[] Long =
    [
        nameof(SoakTests), nameof(DkimRotationTests), nameof(PutFaultTests), nameof(EveryCallTests),
        nameof(FeedbackQueueTests), nameof(MalformedMailTests), nameof(FalseServerTests), nameof(DatabaseFaultTests),
    ];

    /// <remarks>The collection of a single class is named "Test collection for" and the class.</remarks>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections)
    {
        var all = testCollections.ToLookup(collection => Array.Find(
            [Longest, Long], names => names.Contains(collection.DisplayName.Split('.')[^1])));
        return
        [
            .. all[Longest].OrderBy(collection => Array.IndexOf(Longest, collection.DisplayName)),
            .. all[null].Take(StartedAtAnyTime), .. all[Long], .. all[null].Skip(StartedAtAnyTime),
        ];
    }
}
