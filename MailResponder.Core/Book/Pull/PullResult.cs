using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>What a pull brought.</summary>
/// <param name="Faults">With an error among them nothing was put in force, and the last good book still is.</param>
/// <param name="Fetched">Files that S3 sent because they were new or changed.</param>
/// <param name="Unchanged">Files that were as they should be.</param>
/// <param name="MapsChanged">Whether Postfix has to read its tables again.</param>
internal sealed record PullResult(List<Fault> Faults, int Fetched, int Unchanged, bool MapsChanged)
{
    /// <summary>Whether S3 could not be asked for all files, so that nobody knows whether the book is good.</summary>
    public bool S3Failed { get; init; }

    public bool IsGood => Faults.TrueForAll(fault => fault.IsWarning);
}
